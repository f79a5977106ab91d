import {Interaction} from "@web/public/interaction";
import {SuggestionList} from "@wezer_base/parts/suggestion_list";
import {registry} from "@web/core/registry";
import {rpc} from "@web/core/network/rpc";
import {_t} from "@web/core/l10n/translation";

/**
 * Suggests the community's words while somebody types: skills, people, circles.
 * Without it the typed words are sent as they are, and the server reads them.
 */
export class WordsInput extends Interaction {
    static selector = ".o_wezer_words";
    dynamicContent = {
        ".o_wezer_words_typed": {
            "t-on-input": this.debounced(this.onInput, 120),
            "t-on-keydown": this.onKeydown,
            "t-on-focus": this.onInput,
            "t-on-blur": this.close,
        },
    };

    setup() {
        this.typed = this.el.querySelector(".o_wezer_words_typed");
        this.chosen = this.el.querySelector(".o_wezer_words_chosen");
        this.status = this.el.querySelector(".o_wezer_words_status");
        this.asked = 0;
    }

    start() {
        const list = this.el.querySelector(".o_wezer_words_list");
        this.suggestions = new SuggestionList(this.typed, list, (word) =>
            this.choose(word)
        );
        // Typed while the program was on its way.
        if (document.activeElement === this.typed) {
            this.onInput();
        }
    }

    /** The category chosen beside it, so that what belongs there comes first. */
    get category() {
        const name = this.el.dataset.category;
        const field = name && this.typed.form && this.typed.form.elements[name];
        return field ? parseInt(field.value, 10) || null : null;
    }

    async onInput() {
        // A name is one, with its commas.
        const pieces = this.el.dataset.named
            ? [this.typed.value]
            : this.typed.value.split(",");
        const typed = pieces.pop().trim();
        const mine = ++this.asked;
        if (!typed && !this.category) {
            this.close();
            return;
        }
        const words = await this.waitFor(
            rpc(
                `/wezer/words/${this.el.dataset.kind}`,
                {typed, category: this.category},
                {silent: true}
            )
        );
        // An older answer may come last: only the newest counts.
        if (mine === this.asked && document.activeElement === this.typed) {
            this.show(words, typed);
        }
    }

    show(words, typed) {
        const taken = new Set(
            [...this.chosen.querySelectorAll("input")].map((input) => input.value)
        );
        this.suggestions.show(words.filter((word) => !taken.has(String(word.id))));
        this.status.textContent =
            typed && !words.length
                ? this.el.dataset.named || _t("This word does not exist here yet.")
                : "";
    }

    onKeydown(ev) {
        const {found, marked} = this.suggestions;
        if (ev.key === "Escape") {
            this.close();
        } else if (ev.key === "Enter" && found.length) {
            ev.preventDefault();
            this.choose(marked || found[0]);
        } else {
            this.suggestions.onArrow(ev);
        }
    }

    choose(word) {
        const label = document.createElement("label");
        label.className = "o_wezer_pill o_wezer_chosen";
        const box = document.createElement("input");
        box.type = "checkbox";
        box.name = this.el.dataset.name;
        box.value = word.id;
        box.checked = true;
        label.append(box, ` ${word.name}`);
        if (this.el.dataset.single) {
            this.chosen.replaceChildren();
        }
        this.chosen.append(label);
        this.typed.value = "";
        this.close();
        this.typed.focus();
    }

    close() {
        this.asked++;
        this.suggestions.show([]);
    }
}

registry.category("public.interactions").add("wezer_base.words_input", WordsInput);
