import {addPart, setHidden} from "@wezer_base/parts/parts";

/** Several payments in one form: one more line whenever it is asked for. */
export class SeveralForm {
    /** @param {HTMLFormElement} el */
    constructor(el) {
        this.el = el;
        this.more = el.querySelector(".o_wezer_several_more");
        this.more
            .querySelector("button")
            .addEventListener("click", () => this.onMore());
        setHidden(this.more, this.isFull());
    }

    rows() {
        return [...this.el.querySelectorAll(".o_wezer_several_row")];
    }

    isFull() {
        return this.rows().length >= Number(this.el.dataset.max);
    }

    onMore() {
        const last = this.rows().at(-1);
        const number = this.rows().length + 1;
        const row = last.cloneNode(true);
        row.querySelector(".o_wezer_several_number").textContent = number;
        for (const field of row.querySelectorAll("input, select")) {
            field.name = field.name.replace(/_\d+$/, `_${number}`);
            field.id = field.id.replace(/_\d+$/, `_${number}`);
            if (field.tagName === "INPUT") {
                field.value = "";
                field.removeAttribute("value");
            } else {
                // Most people pay several in the same currency.
                field.value = last.querySelector(
                    `#${field.id.replace(/\d+$/, number - 1)}`
                ).value;
            }
        }
        for (const label of row.querySelectorAll("label")) {
            label.htmlFor = label.htmlFor.replace(/_\d+$/, `_${number}`);
        }
        last.after(row);
        row.querySelector("input").focus();
        setHidden(this.more, this.isFull());
    }
}

addPart(".o_wezer_several", (el) => {
    new SeveralForm(el);
});
