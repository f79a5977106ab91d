import {Interaction} from "@web/public/interaction";
import {registry} from "@web/core/registry";

/** Keeps the numbers of the phone's bar true while a page is open, as the bell does. */
export class PhoneBar extends Interaction {
    static selector = ".o_wezer_bar_live";

    start() {
        const counts = this.services.wezer_notice_counts;
        this.registerCleanup(counts.listen((numbers) => this.show(numbers)));
    }

    show(counts) {
        for (const badge of this.el.querySelectorAll("[data-wezer-count]")) {
            const count = counts[badge.dataset.wezerCount] || 0;
            badge.textContent = count;
            badge.classList.toggle("d-none", !count);
        }
    }
}

registry.category("public.interactions").add("wezer_website.bar", PhoneBar);
