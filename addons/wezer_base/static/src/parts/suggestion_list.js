/**
 * The list of suggestions below a text field, as an ARIA combobox: who uses it asks for
 * what fits, and says what choosing means.
 */
export class SuggestionList {
    /**
     * @param {HTMLInputElement} typed the field
     * @param {HTMLElement} list an empty list with an id, hidden
     * @param {Function} onChoose called with the suggestion that is chosen
     */
    constructor(typed, list, onChoose) {
        this.typed = typed;
        this.list = list;
        this.onChoose = onChoose;
        this.found = [];
        this.active = -1;
        const attributes = {
            role: "combobox",
            "aria-autocomplete": "list",
            "aria-expanded": "false",
            "aria-controls": list.id,
        };
        for (const [name, value] of Object.entries(attributes)) {
            typed.setAttribute(name, value);
        }
    }

    /** The suggestion that the arrow keys marked, if any. */
    get marked() {
        return this.found[this.active];
    }

    /**
     * @param {object[]} found suggestions: `name`, and a `hint` where two are alike
     */
    show(found) {
        this.found = found;
        this.active = -1;
        this.list.replaceChildren(
            ...found.map((one, place) => this.option(one, place))
        );
        this.list.hidden = !found.length;
        this.typed.setAttribute("aria-expanded", String(Boolean(found.length)));
        this.typed.removeAttribute("aria-activedescendant");
    }

    option(one, place) {
        const item = document.createElement("li");
        item.id = `${this.list.id}_${place}`;
        item.className = "o_wezer_suggestion";
        item.setAttribute("role", "option");
        item.setAttribute("aria-selected", "false");
        item.textContent = one.name;
        if (one.hint) {
            const hint = document.createElement("span");
            hint.className = "small text-muted ms-2";
            hint.textContent = one.hint;
            item.append(hint);
        }
        // Before the field loses the focus, which closes the list.
        item.addEventListener("pointerdown", (event) => {
            event.preventDefault();
            this.onChoose(one);
        });
        return item;
    }

    /** Mark the next suggestion, or the one before, with the arrow keys. */
    onArrow(event) {
        const step = {ArrowDown: 1, ArrowUp: -1}[event.key];
        if (!step || !this.found.length) {
            return;
        }
        event.preventDefault();
        const count = this.found.length;
        this.active = (this.active + step + count) % count;
        [...this.list.children].forEach((item, place) =>
            item.setAttribute("aria-selected", String(place === this.active))
        );
        const item = this.list.children[this.active];
        item.scrollIntoView({block: "nearest"});
        this.typed.setAttribute("aria-activedescendant", item.id);
    }
}
