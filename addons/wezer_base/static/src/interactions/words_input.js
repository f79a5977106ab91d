import {Interaction} from "@web/public/interaction";
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
        this.list = this.el.querySelector(".o_wezer_words_list");
        this.status = this.el.querySelector(".o_wezer_words_status");
        this.words = [];
        this.active = -1;
        this.asked = 0;
    }

    start() {
        this.typed.setAttribute("role", "combobox");
        this.typed.setAttribute("aria-autocomplete", "list");
        this.typed.setAttribute("aria-expanded", "false");
        this.typed.setAttribute("aria-controls", this.list.id);
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
        this.words = words.filter((word) => !taken.has(String(word.id)));
        this.active = -1;
        this.list.replaceChildren(
            ...this.words.map((word, index) => this.option(word, index))
        );
        this.list.hidden = !this.words.length;
        this.typed.setAttribute("aria-expanded", String(Boolean(this.words.length)));
        this.typed.removeAttribute("aria-activedescendant");
        this.status.textContent =
            typed && !words.length
                ? this.el.dataset.named || _t("This word does not exist here yet.")
                : "";
    }

    option(word, index) {
        const item = document.createElement("li");
        item.id = `${this.list.id}_${index}`;
        item.className = "o_wezer_suggestion";
        item.setAttribute("role", "option");
        item.setAttribute("aria-selected", "false");
        item.textContent = word.name;
        if (word.hint) {
            const hint = document.createElement("span");
            hint.className = "small text-muted ms-2";
            hint.textContent = word.hint;
            item.append(hint);
        }
        // Before the field loses the focus, which closes the list.
        item.addEventListener("pointerdown", (ev) => {
            ev.preventDefault();
            this.choose(word);
        });
        return item;
    }

    onKeydown(ev) {
        if (ev.key === "Escape") {
            this.close();
        } else if (ev.key === "ArrowDown" || ev.key === "ArrowUp") {
            if (this.words.length) {
                ev.preventDefault();
                this.move(ev.key === "ArrowDown" ? 1 : -1);
            }
        } else if (ev.key === "Enter" && this.words.length) {
            ev.preventDefault();
            this.choose(this.words[Math.max(this.active, 0)]);
        }
    }

    move(step) {
        const count = this.words.length;
        this.active = (this.active + step + count) % count;
        [...this.list.children].forEach((item, index) => {
            item.setAttribute("aria-selected", String(index === this.active));
        });
        const item = this.list.children[this.active];
        item.scrollIntoView({block: "nearest"});
        this.typed.setAttribute("aria-activedescendant", item.id);
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
        this.words = [];
        this.list.hidden = true;
        this.typed.setAttribute("aria-expanded", "false");
        this.typed.removeAttribute("aria-activedescendant");
    }
}

registry.category("public.interactions").add("wezer_base.words_input", WordsInput);
