import {SuggestionList} from "@wezer_base/parts/suggestion_list";

// The server is asked when the fingers rest.
const REST_MS = 150;

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
        this.typed.setAttribute("autocomplete", "off");
        this.status = el.querySelector("[role=status]");
        this.asked = 0;
        const list = el.querySelector(".o_wezer_suggestions");
        this.suggestions = new SuggestionList(this.typed, list, (one) =>
            this.choose(one)
        );
        el.addEventListener("submit", (event) => this.onSubmit(event));
        this.typed.addEventListener("input", () => this.askSoon());
        this.typed.addEventListener("keydown", (event) => this.onKey(event));
        this.typed.addEventListener("blur", () => this.close());
    }

    askSoon() {
        clearTimeout(this.soon);
        this.soon = setTimeout(() => this.ask(), REST_MS);
    }

    /** @returns {object[]|null} what was found; null where the server did not answer */
    async ask() {
        const asked = ++this.asked;
        const typed = this.typed.value.trim();
        let found = [];
        try {
            found = typed ? await this.map.find(typed) : [];
        } catch {
            found = null;
        }
        if (asked === this.asked) {
            this.show(found || [], found ? typed : "");
        }
        return found;
    }

    show(found, typed) {
        this.suggestions.show(found);
        this.status.textContent = typed && !found.length ? this.map.words.nothing : "";
    }

    onKey(event) {
        if (event.key === "Escape") {
            this.close();
        } else {
            this.suggestions.onArrow(event);
        }
    }

    /** Go to what is marked, or to the first that fits. */
    async onSubmit(event) {
        event.preventDefault();
        const {marked} = this.suggestions;
        const found = marked ? [marked] : await this.ask();
        if (!found) {
            // The form works without us.
            this.el.submit();
        } else if (found.length) {
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
