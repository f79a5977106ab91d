import {Interaction} from "@web/public/interaction";
import {_t} from "@web/core/l10n/translation";
import {browser} from "@web/core/browser/browser";
import {registry} from "@web/core/registry";

/**
 * "Share": the system's own way where there is one, else the address with a button
 * that copies it. Without a script the address is there to be copied by hand.
 */
export class SharePage extends Interaction {
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
        ".o_wezer_share_status": {"t-out": () => this.status},
    };

    setup() {
        this.status = "";
    }

    async copy() {
        try {
            await this.waitFor(browser.navigator.clipboard.writeText(this.address));
            this.status = _t("Copied.");
        } catch {
            this.el.querySelector("input").select();
            this.status = _t("Copy the marked address.");
        }
        this.updateContent();
    }

    async send() {
        const {title} = this.el.dataset;
        try {
            await this.waitFor(browser.navigator.share({title, url: this.address}));
        } catch {
            // Closed without choosing an app: nothing is to be said.
        }
    }

    get address() {
        return this.el.dataset.url;
    }
}

registry.category("public.interactions").add("wezer_marketplace.share_page", SharePage);
