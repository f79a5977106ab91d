import {LivePart} from "@wezer_base/parts/live_part";

const ENTRIES = ".o_wezer_log > ol";

/**
 * Keeps the open page of a deal true; who fills something in is told, not moved.
 *
 * What is said meanwhile is added to the stream at once, below what stands there: the
 * stream stays the same element, so that a screen reader tells what is new.
 */
export class LiveDeal extends LivePart {
    static selector = ".o_wezer_deal_live";
    static message = "wezer.notice";

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
        this.addEntries(fresh);
        if (fresh.dataset.acts === this.el.dataset.acts) {
            this.el.dataset.stamp = fresh.dataset.stamp;
        } else {
            this.el.querySelector(".o_wezer_changed").classList.remove("d-none");
        }
    }

    show(fresh) {
        const log = this.el.querySelector(".o_wezer_log");
        const place = fresh.querySelector(".o_wezer_log");
        const added = this.newEntries(fresh);
        const shown = new Set(
            [...place.querySelectorAll("[data-entry]")].map(
                (entry) => entry.dataset.entry
            )
        );
        for (const entry of log.querySelectorAll("[data-entry]")) {
            // Folded away among the earlier ones, or deleted.
            if (!shown.has(entry.dataset.entry)) {
                entry.remove();
            }
        }
        place.replaceWith(log);
        super.show(fresh);
        log.querySelector("ol").append(...added);
    }

    newEntries(fresh) {
        const shown = new Set(
            [...this.el.querySelectorAll("[data-entry]")].map(
                (entry) => entry.dataset.entry
            )
        );
        return [...fresh.querySelectorAll(`${ENTRIES} > [data-entry]`)].filter(
            (entry) => !shown.has(entry.dataset.entry)
        );
    }

    addEntries(fresh) {
        this.el.querySelector(ENTRIES).append(...this.newEntries(fresh));
    }
}

LiveDeal.add();
