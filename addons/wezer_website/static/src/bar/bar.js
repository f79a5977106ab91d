import {Interaction} from "@web/public/interaction";
import {registry} from "@web/core/registry";

/** Keeps the numbers of the phone's bar true while a page is open, as the bell does. */
export class PhoneBar extends Interaction {
    // The bar lies below this element, outside of what Odoo gives interactions to.
    static selector = "#wrapwrap";

    setup() {
        this.bar = document.querySelector(".o_wezer_bar_live");
    }

    start() {
        if (this.bar) {
            const counts = this.services.wezer_notice_counts;
            this.registerCleanup(counts.listen((numbers) => this.show(numbers)));
        }
    }

    show(counts) {
        for (const badge of this.bar.querySelectorAll("[data-wezer-count]")) {
            const count = counts[badge.dataset.wezerCount] || 0;
            badge.textContent = count;
            badge.classList.toggle("d-none", !count);
        }
    }
}

registry.category("public.interactions").add("wezer_website.bar", PhoneBar);
