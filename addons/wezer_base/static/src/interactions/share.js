import {Interaction} from "@web/public/interaction";
import {_t} from "@web/core/l10n/translation";
import {browser} from "@web/core/browser/browser";
import {registry} from "@web/core/registry";

/**
 * Passes the address in `data-url` on: copied, by the system's own way of sharing, or
 * on paper. A button that this browser has no use for stays hidden; without a script
 * the page shows the address to be copied by hand.
 *
 * Classes: `o_wezer_share_copy`, `o_wezer_share_send`, `o_wezer_share_print` (buttons)
 * and `o_wezer_share_status` (says what was done).
 */
export class WezerShare extends Interaction {
    static selector = ".o_wezer_share";
    dynamicContent = {
        ".o_wezer_share_copy": {
            "t-on-click": this.copy,
            "t-att-hidden": () => !browser.navigator.clipboard,
        },
        ".o_wezer_share_send": {
            "t-on-click": this.send,
            "t-att-hidden": () => !browser.navigator.share,
        },
        ".o_wezer_share_print": {
            "t-on-click": () => window.print(),
            "t-att-hidden": () => false,
        },
        ".o_wezer_share_status": {"t-out": () => this.status},
    };

    setup() {
        this.status = "";
    }

    async copy() {
        const {url} = this.el.dataset;
        try {
            await this.waitFor(browser.navigator.clipboard.writeText(url));
            this.status = _t("Copied.");
        } catch {
            this.el.querySelector("input")?.select();
            this.status = _t("Copying is not allowed here. Copy the address by hand.");
        }
        this.updateContent();
    }

    async send() {
        const {title, url} = this.el.dataset;
        try {
            await this.waitFor(browser.navigator.share({title, url}));
        } catch {
            // Closed without choosing an app: nothing is to be said.
        }
    }
}

registry.category("public.interactions").add("wezer_base.share", WezerShare);
