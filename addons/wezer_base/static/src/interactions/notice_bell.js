import {Interaction} from "@web/public/interaction";
import {registry} from "@web/core/registry";
import {rpc} from "@web/core/network/rpc";

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
        this.registerCleanup(() =>
            this.bus.unsubscribe("wezer.notice", this.onNotice)
        );
    }

    async refresh() {
        // The message says only that something changed: what, the page asks.
        const count = await this.waitFor(rpc("/my/notices/count"));
        const badge = this.el.querySelector(".o_wezer_bell_count");
        badge.textContent = count;
        badge.classList.toggle("d-none", !count);
    }
}

registry.category("public.interactions").add("wezer_base.notice_bell", NoticeBell);
