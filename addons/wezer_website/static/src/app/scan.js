/* global jsQR */

import {addPart, loadFile} from "@wezer_base/parts/parts";

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

/** Reads the code of a payment link with the camera, or from a picture. */
export class ScanToPay {
    /** @param {HTMLElement} el */
    constructor(el) {
        this.el = el;
        this.video = el.querySelector("video");
        const on = (selector, type, listener) =>
            el.querySelector(selector).addEventListener(type, listener);
        on(".o_wezer_scan_start", "click", () => this.begin());
        on(".o_wezer_scan_stop", "click", () => this.stop());
        on(".o_wezer_scan_pick input", "change", () => this.pick());
        // There from the start, so that nothing below moves; seldom taken away.
        if (!navigator.mediaDevices?.getUserMedia) {
            el.querySelector(".o_wezer_scan_start").classList.add("d-none");
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
        await (library ||= loadFile("script", LIBRARY));
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
        try {
            this.stream = await navigator.mediaDevices.getUserMedia({
                video: {facingMode: "environment"},
            });
        } catch {
            this.say("refused");
            return;
        }
        this.video.srcObject = this.stream;
        this.el.querySelector(".o_wezer_scan_view").classList.remove("d-none");
        this.say("aim");
        await this.video.play();
        const read = await this.reader();
        this.look(read);
    }

    async look(read) {
        if (!this.stream) {
            return;
        }
        const {videoWidth, videoHeight} = this.video;
        if (videoWidth) {
            const text = await read(this.drawn(this.video, videoWidth, videoHeight));
            if (text && this.follow(text)) {
                return;
            }
        }
        setTimeout(() => this.look(read), EVERY_MS);
    }

    async pick() {
        const [file] = this.el.querySelector(".o_wezer_scan_pick input").files;
        if (!file) {
            return;
        }
        let text = "";
        try {
            const picture = await createImageBitmap(file);
            const read = await this.reader();
            text = await read(this.drawn(picture, picture.width, picture.height));
        } catch {
            // No picture at all.
        }
        if (!text) {
            this.say("none");
            return;
        }
        this.follow(text);
    }

    /** Follows the address of a payment on this site, and nothing else. */
    follow(text) {
        const path = paymentPath(text, location.origin);
        if (!path) {
            this.say("foreign");
            return false;
        }
        this.say("found");
        this.stop();
        location.assign(path);
        return true;
    }

    stop() {
        for (const track of this.stream?.getTracks() || []) {
            track.stop();
        }
        this.stream = null;
        this.el.querySelector(".o_wezer_scan_view").classList.add("d-none");
    }
}

addPart(".o_wezer_scan", (el) => {
    const scan = new ScanToPay(el);
    return () => scan.stop();
});
