import {Interaction} from "@web/public/interaction";
import {registry} from "@web/core/registry";

const LEAST = 30;
const MOST = 24 * 60;

/** Hours and minutes with a button for half an hour less and one for more. */
export class Stepper extends Interaction {
    static selector = ".o_wezer_stepper";
    dynamicContent = {
        button: {"t-on-click.prevent": this.step, "t-att-hidden": () => false},
        input: {"t-on-input": this.choose},
    };

    step(event) {
        const input = this.el.querySelector("input");
        const change = Number(event.currentTarget.dataset.step);
        const minutes = this.read(input.value) + change;
        input.value = this.write(Math.min(Math.max(minutes, LEAST), MOST));
        this.choose();
    }

    read(text) {
        const clock = /^\s*(\d+)\s*[:h]\s*(\d{0,2})/.exec(text);
        if (clock) {
            return Number(clock[1]) * 60 + Number(clock[2] || 0);
        }
        return Math.round(Number(text.replace(",", ".")) * 60) || LEAST;
    }

    write(minutes) {
        const rest = minutes % 60;
        const hours = String(Math.floor(minutes / 60));
        return rest ? `${hours}:${String(rest).padStart(2, "0")}` : hours;
    }

    /** Whoever sets the hours means them. */
    choose() {
        const form = this.el.closest("form");
        form.querySelector("input[name=thanks][value=hours]").checked = true;
    }
}

/** Whoever types another price means it, too. */
export class OtherThanks extends Interaction {
    static selector = ".o_wezer_other_thanks";
    dynamicContent = {
        "input[name^=price_], input[name=quantity]": {"t-on-input": this.choose},
    };

    choose() {
        this.el.querySelector("input[name=thanks]").checked = true;
    }
}

/** Where another way is chosen, the price that was typed is no longer meant. */
export class ThanksChoice extends Interaction {
    static selector = ".o_wezer_post form";
    dynamicContent = {
        "input[name=thanks]": {"t-on-change": this.forget},
        ".o_wezer_stepper button": {"t-on-click": this.forget},
        "#hours": {"t-on-input": this.forget},
    };

    forget() {
        const chosen = this.el.querySelector("input[name=thanks]:checked");
        if (chosen && chosen.value !== "other") {
            for (const field of this.el.querySelectorAll("input[name^=price_]")) {
                field.value = "";
            }
        }
    }
}

registry.category("public.interactions").add("wezer_marketplace.stepper", Stepper);
registry
    .category("public.interactions")
    .add("wezer_marketplace.thanks_choice", ThanksChoice);
registry
    .category("public.interactions")
    .add("wezer_marketplace.other_thanks", OtherThanks);
