/* global jsQR */

import {addPart, loadFile, setHidden} from "@wezer_base/parts/parts";

const LIBRARY = "/wezer_website/static/lib/jsqr/jsQR.js";
const EVERY_MS = 200;
// Larger pictures are read smaller: a code is found as well, and sooner.
const WIDEST = 1000;
let library = null;
const PAYMENT = /^\/(?:[a-z]{2}(?:_[A-Z]{2})?\/)?pay\/[\w-]+\/?$/;

/**
 * Returns the address to follow, where a code holds one of a payment on this site.
 *
 * @param {string} text what a code says
 * @param {string} origin this site
 * @returns {string|null} a path of this site
 */
export function paymentPath(text, origin) {
    let url = null;
    try {
        url = new URL(text);
    } catch {
        return null;
    }
    return url.origin === origin && PAYMENT.test(url.pathname) ? url.pathname : null;
}

/** Switch a camera off. */
function endTracks(stream) {
    for (const track of stream?.getTracks() || []) {
        track.stop();
    }
}

/** Reads the code of a payment link with the camera, or from a picture. */
export class ScanToPay {
    /** @param {HTMLElement} el */
    constructor(el) {
        this.el = el;
        // Counts on with each start and stop: what was begun before is over.
        this.attempt = 0;
        this.video = el.querySelector("video");
        const on = (selector, type, listener) =>
            el.querySelector(selector).addEventListener(type, listener);
        on(".o_wezer_scan_start", "click", () => this.begin());
        on(".o_wezer_scan_stop", "click", () => this.stop());
        on(".o_wezer_scan_pick input", "change", () => this.pick());
        // There from the start, so that nothing below moves; seldom taken away.
        if (!navigator.mediaDevices?.getUserMedia) {
            setHidden(el.querySelector(".o_wezer_scan_start"), true);
        }
        // Chosen while this script was on its way.
        this.pick();
    }

    say(word) {
        const text = word
            ? this.el.querySelector(`[data-text=${word}]`).textContent
            : "";
        this.el.querySelector(".o_wezer_scan_status").textContent = text;
    }

    /** @returns {Function} reads the code in a video or a canvas: its text, or "" */
    async reader() {
        if ("BarcodeDetector" in window) {
            const formats = await BarcodeDetector.getSupportedFormats();
            if (formats.includes("qr_code")) {
                const detector = new BarcodeDetector({formats: ["qr_code"]});
                return async (canvas) =>
                    (await detector.detect(canvas))[0]?.rawValue || "";
            }
        }
        library ||= loadFile("script", LIBRARY);
        try {
            await library;
        } catch (error) {
            // Asked for again at the next try.
            library = null;
            throw error;
        }
        return async (canvas) => {
            const {width, height} = canvas;
            const pixels = canvas.getContext("2d").getImageData(0, 0, width, height);
            return jsQR(pixels.data, width, height)?.data || "";
        };
    }

    drawn(source, width, height) {
        const canvas = document.createElement("canvas");
        const scale = Math.min(1, WIDEST / Math.max(width, height));
        canvas.width = Math.round(width * scale);
        canvas.height = Math.round(height * scale);
        canvas
            .getContext("2d", {willReadFrequently: true})
            .drawImage(source, 0, 0, canvas.width, canvas.height);
        return canvas;
    }

    async begin() {
        this.stop();
        const {attempt} = this;
        let problem = "refused";
        try {
            const stream = await navigator.mediaDevices.getUserMedia({
                video: {facingMode: "environment"},
            });
            if (attempt !== this.attempt) {
                // Stopped, or started once more, before the browser's question was
                // answered.
                endTracks(stream);
                return;
            }
            this.stream = stream;
            problem = "failed";
            await this.look(attempt);
        } catch {
            if (attempt === this.attempt) {
                this.stop();
                this.say(problem);
            }
        }
    }

    /** Look at what the camera sees until a code is found, or somebody stops it. */
    async look(attempt) {
        this.video.srcObject = this.stream;
        this.el.querySelector(".o_wezer_scan_view").classList.remove("d-none");
        this.say("aim");
        await this.video.play();
        const read = await this.reader();
        while (attempt === this.attempt) {
            const {videoWidth, videoHeight} = this.video;
            const text = videoWidth
                ? await read(this.drawn(this.video, videoWidth, videoHeight))
                : "";
            if (attempt === this.attempt && text) {
                this.follow(text);
            }
            await new Promise((again) => setTimeout(again, EVERY_MS));
        }
    }

    async pick() {
        const [file] = this.el.querySelector(".o_wezer_scan_pick input").files;
        if (!file) {
            return;
        }
        let text = "";
        // What is no picture has no code.
        let problem = "none";
        try {
            const picture = await createImageBitmap(file);
            problem = "failed";
            const read = await this.reader();
            text = await read(this.drawn(picture, picture.width, picture.height));
            problem = "none";
        } catch {
            // Said below.
        }
        if (text) {
            this.follow(text);
        } else {
            this.say(problem);
        }
    }

    /** Follows the address of a payment on this site, and nothing else. */
    follow(text) {
        const path = paymentPath(text, location.origin);
        if (!path) {
            this.say("foreign");
            return;
        }
        this.say("found");
        this.stop();
        location.assign(path);
    }

    stop() {
        this.attempt++;
        endTracks(this.stream);
        this.stream = null;
        this.el.querySelector(".o_wezer_scan_view").classList.add("d-none");
    }
}

addPart(".o_wezer_scan", (el) => {
    const scan = new ScanToPay(el);
    return () => scan.stop();
});
