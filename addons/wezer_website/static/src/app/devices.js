import {addPart, setHidden} from "@wezer_base/parts/parts";

/**
 * Registers this device for messages, when its owner presses the button: the browser
 * asks, and the form takes what its push service answers.
 */
export class NoticeDevices {
    /** @param {HTMLElement} el */
    constructor(el) {
        this.el = el;
        this.button = el.querySelector(".o_wezer_device_allow");
        const possible =
            "serviceWorker" in navigator &&
            "PushManager" in window &&
            "Notification" in window;
        setHidden(this.button, !possible);
        if (possible) {
            this.button.addEventListener("click", () => this.allow());
            this.markOwn();
        } else {
            this.say("none");
        }
    }

    say(word) {
        const text = this.el.querySelector(`[data-text=${word}]`).textContent;
        this.el.querySelector(".o_wezer_device_status").textContent = text;
    }

    /** Say which device of the list is this one: it is stopped there. */
    async markOwn() {
        const worker = await navigator.serviceWorker.getRegistration();
        const made = await worker?.pushManager.getSubscription();
        if (!made || Notification.permission !== "granted") {
            return;
        }
        const address = new TextEncoder().encode(made.endpoint);
        const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", address));
        const mark = [...digest].map((byte) => byte.toString(16).padStart(2, "0"));
        const own = this.el.querySelector(`[data-mark="${mark.join("")}"]`);
        if (own) {
            setHidden(this.button, true);
            setHidden(own.querySelector(".o_wezer_device_stop"), false);
            setHidden(own.querySelector(".o_wezer_device_remove"), true);
        }
    }

    async allow() {
        this.button.disabled = true;
        try {
            if ((await Notification.requestPermission()) === "granted") {
                this.send(await this.subscription());
            } else {
                this.say("refused");
            }
        } catch {
            this.say("failed");
        }
        this.button.disabled = false;
    }

    /** @returns {Promise<object>} what the push service of this browser answers */
    async subscription() {
        const {key, worker} = this.el.dataset;
        await navigator.serviceWorker.register(worker);
        const {pushManager} = await navigator.serviceWorker.ready;
        // One that was made for another key cannot be used any more.
        const before = await pushManager.getSubscription();
        await before?.unsubscribe();
        const made = await pushManager.subscribe({
            userVisibleOnly: true,
            applicationServerKey: key,
        });
        return made.toJSON();
    }

    send({endpoint, keys}) {
        const form = this.el.querySelector("form");
        form.elements.endpoint.value = endpoint;
        form.elements.public.value = keys.p256dh;
        form.elements.secret.value = keys.auth;
        form.submit();
    }
}

addPart(".o_wezer_devices", (el) => {
    new NoticeDevices(el);
});
