import {Interaction} from "@web/public/interaction";
import {registry} from "@web/core/registry";

/**
 * Makes the website an app of the phone: the page without a network, and the colour of
 * the phone's own bars.
 */
export class WebApp extends Interaction {
    static selector = "#wrapwrap";

    start() {
        // The builder shows the page in a frame of its own.
        if (window.top === window && "serviceWorker" in navigator) {
            navigator.serviceWorker.register("/service-worker.js").catch(() => {
                // Private windows refuse it; the page works without.
            });
        }
        const colour = getComputedStyle(document.documentElement)
            .getPropertyValue("--o-wezer-paper")
            .trim();
        if (colour) {
            let meta = document.querySelector("meta[name=theme-color]");
            if (!meta) {
                meta = document.createElement("meta");
                meta.name = "theme-color";
                document.head.append(meta);
            }
            meta.content = colour;
        }
    }
}

registry.category("public.interactions").add("wezer_website.web_app", WebApp);
