import {Interaction} from "@web/public/interaction";
import {registry} from "@web/core/registry";

/** Keeps the number beside the bell true while a page is open. */
export class NoticeBell extends Interaction {
    static selector = ".o_wezer_bell";

    start() {
        const counts = this.services.wezer_notice_counts;
        this.registerCleanup(counts.listen(({notices}) => this.show(notices)));
    }

    show(count) {
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
