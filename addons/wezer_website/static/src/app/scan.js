/* global jsQR */

import {Interaction} from "@web/public/interaction";
import {loadJS} from "@web/core/assets";
import {registry} from "@web/core/registry";

const LIBRARY = "/wezer_website/static/lib/jsqr/jsQR.js";
const EVERY_MS = 200;
// Larger pictures are read smaller: a code is found as well, and sooner.
const WIDEST = 1000;
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
export class ScanToPay extends Interaction {
    static selector = ".o_wezer_scan";
    dynamicContent = {
        ".o_wezer_scan_start": {"t-on-click": this.begin},
        ".o_wezer_scan_stop": {"t-on-click": this.stop},
        ".o_wezer_scan_pick input": {"t-on-change": this.pick},
    };

    start() {
        this.video = this.el.querySelector("video");
        // There from the start, so that nothing below moves; seldom taken away.
        if (!navigator.mediaDevices?.getUserMedia) {
            this.el.querySelector(".o_wezer_scan_start").classList.add("d-none");
        }
        this.registerCleanup(() => this.stop());
        // Chosen while the program was on its way.
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
        await loadJS(LIBRARY);
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
            this.stream = await this.waitFor(
                navigator.mediaDevices.getUserMedia({
                    video: {facingMode: "environment"},
                })
            );
        } catch {
            this.say("refused");
            return;
        }
        this.video.srcObject = this.stream;
        this.el.querySelector(".o_wezer_scan_view").classList.remove("d-none");
        this.say("aim");
        await this.waitFor(this.video.play());
        const read = await this.waitFor(this.reader());
        this.look(read);
    }

    async look(read) {
        if (!this.stream) {
            return;
        }
        const {videoWidth, videoHeight} = this.video;
        if (videoWidth) {
            const text = await this.waitFor(
                read(this.drawn(this.video, videoWidth, videoHeight))
            );
            if (text && this.follow(text)) {
                return;
            }
        }
        this.waitForTimeout(() => this.look(read), EVERY_MS);
    }

    async pick() {
        const [file] = this.el.querySelector(".o_wezer_scan_pick input").files;
        if (!file) {
            return;
        }
        let text = "";
        try {
            const picture = await this.waitFor(createImageBitmap(file));
            const read = await this.waitFor(this.reader());
            text = await this.waitFor(
                read(this.drawn(picture, picture.width, picture.height))
            );
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

registry.category("public.interactions").add("wezer_website.scan", ScanToPay);
