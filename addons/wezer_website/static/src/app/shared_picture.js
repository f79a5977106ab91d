import {Interaction} from "@web/public/interaction";
import {registry} from "@web/core/registry";

const PLACE = "/app/shared/picture";

/** Puts the picture that another app shared into the form, and forgets it. */
export class SharedPicture extends Interaction {
    static selector = ".o_wezer_shared_picture";

    async willStart() {
        if (
            new URLSearchParams(location.search).get("shared") !== "1" ||
            !("caches" in window)
        ) {
            return;
        }
        const cache = await caches.open("wezer-shared");
        const kept = await cache.match(PLACE);
        if (kept) {
            this.picture = await kept.blob();
            this.name = decodeURIComponent(kept.headers.get("X-Name") || "picture");
            await cache.delete(PLACE);
        }
    }

    start() {
        const field = document.querySelector("form input[type=file][name=pictures]");
        if (!this.picture || !field) {
            return;
        }
        const large = this.picture.size > Number(this.el.dataset.mostBytes);
        if (!large) {
            const files = new DataTransfer();
            files.items.add(
                new File([this.picture], this.name, {type: this.picture.type})
            );
            field.files = files.files;
            field.dispatchEvent(new Event("change", {bubbles: true}));
        }
        for (const text of this.el.querySelectorAll("[data-text]")) {
            text.classList.toggle("d-none", (text.dataset.text === "large") !== large);
        }
        this.el.classList.remove("d-none");
        // The form folds away what is seldom needed.
        field.closest("details")?.setAttribute("open", "");
    }
}

registry
    .category("public.interactions")
    .add("wezer_website.shared_picture", SharedPicture);
