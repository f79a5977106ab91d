import {LivePart} from "@wezer_base/interactions/live_part";
import {registry} from "@web/core/registry";

/** Keeps the open page of a deal true; who fills something in is told, not moved. */
export class LiveDeal extends LivePart {
    static selector = ".o_wezer_deal_live";
    static message = "wezer.notice";

    url() {
        return `/my/deals/${this.el.dataset.deal}/live`;
    }

    isBusy() {
        return (
            this.el.querySelector(".o_wezer_buttons details[open]") !== null ||
            super.isBusy()
        );
    }

    onBusy() {
        this.el.querySelector(".o_wezer_changed").classList.remove("d-none");
    }
}

registry.category("public.interactions").add("wezer_marketplace.live_deal", LiveDeal);
