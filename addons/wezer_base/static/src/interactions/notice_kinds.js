import {Interaction} from "@web/public/interaction";
import {registry} from "@web/core/registry";

/** Ticks all kinds of notices of a group, or none, and counts those that are ticked. */
export class NoticeKinds extends Interaction {
    static selector = ".o_wezer_kinds";
    dynamicContent = {
        "[data-wezer-kinds]": {"t-on-click": this.onPick},
        "input[type=checkbox]": {"t-on-change": this.count},
    };

    start() {
        // Without a script the buttons could do nothing.
        this.el.querySelector(".o_wezer_kinds_buttons").classList.remove("d-none");
    }

    boxes() {
        return [...this.el.querySelectorAll("input[type=checkbox]")];
    }

    onPick(ev) {
        const wanted = ev.currentTarget.dataset.wezerKinds === "all";
        for (const box of this.boxes()) {
            box.checked = wanted;
        }
        this.count();
    }

    count() {
        // The sentence has the number of those ticked in it, in the reader's language.
        const place = this.el.querySelector(".o_wezer_kinds_count");
        const ticked = this.boxes().filter((box) => box.checked).length;
        place.textContent = place.textContent.replace(/\d+/, ticked);
    }
}

registry.category("public.interactions").add("wezer_base.notice_kinds", NoticeKinds);
