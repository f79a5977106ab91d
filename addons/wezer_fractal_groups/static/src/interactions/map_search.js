/**
 * Finds a circle by its name while somebody types, slips of the finger forgiven.
 * Without it the form shows what was found on a page.
 */
export class MapSearch {
    /**
     * @param {HTMLElement} el the form
     * @param {object} map `find(typed)`, `go(slug)`, `words`
     */
    constructor(el, map) {
        this.el = el;
        this.map = map;
        this.typed = el.querySelector("input[type=search]");
        this.list = el.querySelector(".o_wezer_suggestions");
        this.status = el.querySelector("[role=status]");
        this.found = [];
        this.active = -1;
        this.asked = 0;
        const attributes = {
            role: "combobox",
            autocomplete: "off",
            "aria-autocomplete": "list",
            "aria-expanded": "false",
            "aria-controls": this.list.id,
        };
        for (const [name, value] of Object.entries(attributes)) {
            this.typed.setAttribute(name, value);
        }
    }

    async ask() {
        const asked = ++this.asked;
        const typed = this.typed.value.trim();
        const found = typed ? await this.map.find(typed) : [];
        if (asked === this.asked) {
            this.show(found, typed);
        }
        return found;
    }

    show(found, typed) {
        this.found = found;
        this.active = -1;
        this.list.replaceChildren(
            ...found.map((one, place) => this.option(one, place))
        );
        this.list.hidden = !found.length;
        this.typed.setAttribute("aria-expanded", String(Boolean(found.length)));
        this.typed.removeAttribute("aria-activedescendant");
        this.status.textContent = typed && !found.length ? this.map.words.nothing : "";
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
            this.choose(one);
        });
        return item;
    }

    onKey(event) {
        const step = {ArrowDown: 1, ArrowUp: -1}[event.key];
        if (event.key === "Escape") {
            this.close();
        } else if (step && this.found.length) {
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

    /** Go to what is marked, or to the first that fits. */
    async onSubmit(event) {
        event.preventDefault();
        const marked = this.found[this.active];
        const found = marked ? [marked] : await this.ask();
        if (found.length) {
            this.choose(found[0]);
        }
    }

    choose(one) {
        this.typed.value = one.name;
        this.close();
        this.map.go(one.slug);
    }

    close() {
        this.asked++;
        this.show([], "");
    }
}
