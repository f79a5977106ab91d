import {LivePart} from "@wezer_base/parts/live_part";

/**
 * Keeps the open page of a deal true; who fills something in is told, not moved.
 *
 * What is said meanwhile is added to the stream at once, below what stands there.
 */
export class LiveDeal extends LivePart {
    static selector = ".o_wezer_deal_live";
    static message = "wezer.notice";
    static log = ".o_wezer_log";

    url() {
        return `/my/deals/${this.el.dataset.deal}/live`;
    }

    isBusy() {
        return (
            this.el.querySelector(
                ".o_wezer_buttons details[open], .o_wezer_wrong[open]"
            ) !== null || super.isBusy()
        );
    }

    /** A message does not make the last act's words untrue; a step of the deal does. */
    isFlashOld(fresh) {
        return fresh.dataset.acts !== this.el.dataset.acts;
    }

    onBusy(fresh) {
        super.onBusy(fresh);
        if (fresh.dataset.acts === this.el.dataset.acts) {
            this.el.dataset.stamp = fresh.dataset.stamp;
        } else {
            this.el.querySelector(".o_wezer_changed").classList.remove("d-none");
        }
    }
}

LiveDeal.add();
