import {Interaction} from "@web/public/interaction";
import {registry} from "@web/core/registry";

/**
 * The button names the whole payment: "Pay 1:30 Hours to Luc, as Garden"; above it
 * stands what the wallet that pays may still spend.
 */
export class WezerMoneyForm extends Interaction {
    static selector = ".o_wezer_money_form";
    dynamicContent = {
        "input, select": {
            "t-on-input": this.updateContent,
            "t-on-change": this.updateContent,
        },
        ".o_wezer_money_button": {"t-out": () => this.sentence()},
        ".o_wezer_purses p": {"t-att-hidden": (purse) => !this.isChosen(purse)},
    };

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

    sentence() {
        const button = this.el.querySelector(".o_wezer_money_button");
        const amount = this.chosen("amount").trim();
        if (!amount) {
            return button.dataset.short;
        }
        const currency = this.el.querySelector("[name=currency]").selectedOptions[0];
        const acting = this.el.querySelector("[name=acting]");
        const other = acting && acting.selectedIndex > 0;
        return (other ? button.dataset.longAs : button.dataset.long)
            .replace("{amount}", amount)
            .replace("{currency}", currency ? currency.textContent.trim() : "")
            .replace(
                "{acting}",
                other ? acting.selectedOptions[0].textContent.trim() : ""
            );
    }
}

registry
    .category("public.interactions")
    .add("wezer_currency.money_form", WezerMoneyForm);
