import {Interaction} from "@web/public/interaction";
import {registry} from "@web/core/registry";
import {rpc} from "@web/core/network/rpc";

// Without a websocket the page asks by itself, while somebody looks at it.
const EVERY = 60000;

/** Keeps the numbers of the phone's bar true while a page is open, as the bell does. */
export class PhoneBar extends Interaction {
    static selector = ".o_wezer_bar_live";

    setup() {
        this.bus = this.services.bus_service;
        this.onNotice = () => this.refresh();
    }

    start() {
        this.bus.subscribe("wezer.notice", this.onNotice);
        this.bus.start();
        this.registerCleanup(() => this.bus.unsubscribe("wezer.notice", this.onNotice));
        const timer = setInterval(() => this.poll(), EVERY);
        this.registerCleanup(() => clearInterval(timer));
    }

    poll() {
        if (this.bus.workerState !== "CONNECTED" && !document.hidden) {
            this.refresh();
        }
    }

    async refresh() {
        const counts = await this.waitFor(rpc("/app/counts"));
        for (const badge of this.el.querySelectorAll("[data-wezer-count]")) {
            const count = counts[badge.dataset.wezerCount] || 0;
            badge.textContent = count;
            badge.classList.toggle("d-none", !count);
        }
    }
}

registry.category("public.interactions").add("wezer_website.bar", PhoneBar);
