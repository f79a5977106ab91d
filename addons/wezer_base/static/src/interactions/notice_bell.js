import {Interaction} from "@web/public/interaction";
import {registry} from "@web/core/registry";
import {rpc} from "@web/core/network/rpc";

// Without a websocket the page asks by itself, while somebody looks at it.
const EVERY = 60000;

/** Keeps the number beside the bell true while a page is open. */
export class NoticeBell extends Interaction {
    static selector = ".o_wezer_bell";

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
        // The message says only that something changed: what, the page asks.
        const count = await this.waitFor(rpc("/my/notices/count"));
        const badge = this.el.querySelector(".o_wezer_bell_count");
        const more = count > (parseInt(badge.textContent, 10) || 0);
        badge.textContent = count;
        badge.classList.toggle("d-none", !count);
        if (more) {
            // Who reads the list is asked, not moved.
            const hint = document.querySelector(".o_wezer_notices_new");
            hint?.classList.remove("d-none");
        }
    }
}

registry.category("public.interactions").add("wezer_base.notice_bell", NoticeBell);
