import {Interaction} from "@web/public/interaction";
import {registry} from "@web/core/registry";

const KEY = "wezer_scheme";

/**
 * Lets everybody choose light or dark, without an account: the browser keeps it.
 *
 * The inline script of `wezer_base.layout_scheme` applies it before a page is painted.
 */
export class WezerSchemeSwitch extends Interaction {
    static selector = ".o_wezer_scheme";
    dynamicContent = {
        select: {"t-on-change": this.choose},
    };

    start() {
        const select = this.el.querySelector("select");
        select.value = this.kept();
        this.el.classList.replace("d-none", "d-inline-flex");
        this.registerCleanup(() =>
            this.el.classList.replace("d-inline-flex", "d-none")
        );
        const device = matchMedia("(prefers-color-scheme: dark)");
        this.addListener(device, "change", () => this.apply());
    }

    kept() {
        try {
            return localStorage.getItem(KEY) || "";
        } catch {
            // The browser keeps nothing for this site.
            return "";
        }
    }

    choose(ev) {
        try {
            localStorage.setItem(KEY, ev.currentTarget.value);
        } catch {
            // Then the choice holds for this page.
        }
        this.apply(ev.currentTarget.value);
    }

    apply(chosen = this.kept()) {
        const device = matchMedia("(prefers-color-scheme: dark)").matches;
        const dark = chosen === "dark" || (chosen !== "light" && device);
        const root = document.documentElement;
        if (dark && window.self === window.top) {
            root.dataset.bsTheme = "dark";
        } else {
            delete root.dataset.bsTheme;
        }
        document.dispatchEvent(new CustomEvent("wezer_scheme"));
    }
}

registry.category("public.interactions").add("wezer_base.scheme", WezerSchemeSwitch);
