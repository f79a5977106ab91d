import {addPart, setHidden} from "@wezer_base/parts/parts";

const LEAST = 30;
const MOST = 24 * 60;

/** Hours and minutes with a button for half an hour less and one for more. */
export class Stepper {
    /** @param {HTMLElement} el */
    constructor(el) {
        this.el = el;
        el.querySelector("input").addEventListener("input", () => this.choose());
        for (const button of el.querySelectorAll("button")) {
            setHidden(button, false);
            button.addEventListener("click", () =>
                this.step(Number(button.dataset.step))
            );
        }
    }

    step(change) {
        const input = this.el.querySelector("input");
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

/**
 * Whoever types another price means it, too.
 *
 * @param {HTMLElement} el
 */
function chooseOther(el) {
    for (const field of el.querySelectorAll(
        "input[name^=price_], input[name=quantity]"
    )) {
        field.addEventListener("input", () => {
            el.querySelector("input[name=thanks]").checked = true;
        });
    }
}

/**
 * Where another way is chosen, the price that was typed is no longer meant.
 *
 * @param {HTMLFormElement} form
 */
function forgetPrice(form) {
    const chosen = form.querySelector("input[name=thanks]:checked");
    if (chosen && chosen.value !== "other") {
        for (const field of form.querySelectorAll("input[name^=price_]")) {
            field.value = "";
        }
    }
}

/** @param {HTMLFormElement} form whose fields say what thanks for the help */
function watchThanks(form) {
    // The fields have chosen already: their own listeners come first.
    for (const [type, fields] of [
        ["change", "input[name=thanks]"],
        ["click", ".o_wezer_stepper button"],
        ["input", "#hours"],
    ]) {
        form.addEventListener(type, ({target}) => {
            if (target.closest(fields)) {
                forgetPrice(form);
            }
        });
    }
}

addPart(".o_wezer_stepper", (el) => {
    new Stepper(el);
});
addPart(".o_wezer_other_thanks", chooseOther);
addPart(".o_wezer_post form", watchThanks);
