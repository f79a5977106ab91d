import {Interaction} from "@web/public/interaction";
import {registry} from "@web/core/registry";
import {rpc} from "@web/core/network/rpc";

/** A heart that is pressed at once; without a script it sends a form. */
export class Heart extends Interaction {
    static selector = ".o_wezer_heart";
    dynamicContent = {
        _root: {"t-on-click.prevent.stop": this.locked(this.toggle)},
    };

    show(pressed) {
        this.el.setAttribute("aria-pressed", pressed ? "true" : "false");
        this.el.value = pressed ? "" : "1";
        const picture = this.el.querySelector(".fa");
        picture.classList.toggle("fa-heart", pressed);
        picture.classList.toggle("fa-heart-o", !pressed);
    }

    async toggle() {
        const method = this.el.value ? "keep" : "drop";
        const model = "wezer.favourite";
        const args = [parseInt(this.el.dataset.announcement, 10)];
        await this.waitFor(
            rpc(`/web/dataset/call_kw/${model}/${method}`, {
                model,
                method,
                args,
                kwargs: {},
            })
        );
        // Shown only once the server has it.
        this.show(method === "keep");
    }
}

registry.category("public.interactions").add("wezer_marketplace.heart", Heart);
