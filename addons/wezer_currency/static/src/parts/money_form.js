import {addPart, setHidden} from "@wezer_base/parts/parts";

// The smallest amount that the buttons beside it make, in minutes.
const STEP = 30;

/**
 * The button names the whole payment: "Pay 1:30 Hours to Luc, as Garden"; above it
 * stands what the wallet that pays may still spend.
 */
export class MoneyForm {
    /** @param {HTMLFormElement} el */
    constructor(el) {
        this.el = el;
        for (const type of ["input", "change"]) {
            el.addEventListener(type, () => this.update());
        }
        for (const step of el.querySelectorAll(".o_wezer_step")) {
            step.addEventListener("click", () => this.onStep(step));
        }
        this.update();
    }

    update() {
        const button = this.el.querySelector(".o_wezer_money_button");
        if (button) {
            button.textContent = this.sentence(button);
        }
        for (const purse of this.el.querySelectorAll(".o_wezer_purses p")) {
            setHidden(purse, !this.isChosen(purse));
        }
        for (const step of this.el.querySelectorAll(".o_wezer_step")) {
            setHidden(step, !this.countsHours());
        }
    }

    /** @returns {boolean} whether the currency that is chosen counts hours */
    countsHours() {
        const field = this.el.querySelector("[name=currency]");
        const option = field && field.selectedOptions && field.selectedOptions[0];
        return Boolean(option && option.dataset.hours);
    }

    /** Add or take half an hour; what is no number of hours counts as none. */
    onStep(step) {
        const field = this.el.querySelector("[name=amount]");
        const [, hours, minutes] =
            field.value.trim().match(/^(\d{1,6})(?::([0-5]\d))?(?: ?h)?$/) || [];
        const now = 60 * Number(hours || 0) + Number(minutes || 0);
        const next = now + Number(step.dataset.step);
        const total = Math.max(next, STEP);
        field.value = `${Math.floor(total / 60)}:${String(total % 60).padStart(2, "0")}`;
        field.dispatchEvent(new Event("input", {bubbles: true}));
    }

    chosen(name) {
        const field = this.el.querySelector(`[name=${name}]`);
        return field && field.value;
    }

    isChosen(purse) {
        const acting = this.chosen("acting");
        const currency = this.chosen("currency") || purse.dataset.currency;
        return (
            (!acting || purse.dataset.acting === acting) &&
            purse.dataset.currency === currency
        );
    }

    sentence(button) {
        const amount = this.chosen("amount").trim();
        if (!amount) {
            return button.dataset.short;
        }
        const currency = this.el.querySelector("[name=currency]").selectedOptions[0];
        const acting = this.el.querySelector("[name=acting]");
        const other = acting && acting.selectedIndex > 0;
        const aside = this.el.querySelector("[name=aside]:checked");
        const paid = other ? button.dataset.longAs : button.dataset.long;
        return (aside ? button.dataset.longAside : paid)
            .replace("{amount}", amount)
            .replace("{currency}", currency ? currency.textContent.trim() : "")
            .replace(
                "{acting}",
                other ? acting.selectedOptions[0].textContent.trim() : ""
            );
    }
}

addPart(".o_wezer_money_form", (el) => {
    new MoneyForm(el);
});
