import {Interaction} from "@web/public/interaction";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";

/**
 * Filters that apply at once. The address keeps them, so that it can be shared and the
 * back button works; without a script the form and the chips are plain HTML.
 */
export class MarketFilters extends Interaction {
    static selector = ".o_wezer_market";
    dynamicContent = {
        // Form, chips and categories are drawn anew: events are caught above them.
        _root: {
            "t-on-change": this.onChange,
            "t-on-submit": this.onSubmit,
            "t-on-click": this.onClick,
        },
        _window: {"t-on-popstate": this.onBack},
    };

    setup() {
        this.asked = 0;
    }

    get form() {
        return this.el.querySelector(".o_wezer_market_form");
    }

    get results() {
        return this.el.querySelector("[data-part=results]");
    }

    url() {
        const url = new URL(this.form.action, window.location.href);
        for (const [name, value] of new FormData(this.form)) {
            if (value) {
                url.searchParams.append(name, value);
            }
        }
        return url;
    }

    onChange(ev) {
        if (!this.form.contains(ev.target)) {
            return;
        }
        const days = this.form.elements.when;
        if (["date_from", "date_to"].includes(ev.target.name) && ev.target.value) {
            days.value = "dates";
        }
        if (ev.target === days && days.value === "dates") {
            // First the days have to be chosen.
            const more = this.form.querySelector("details");
            more.open = true;
            this.form.elements.date_from.focus();
            return;
        }
        this.go(this.url(), {form: false});
    }

    onSubmit(ev) {
        if (ev.target === this.form) {
            ev.preventDefault();
            this.go(this.url(), {form: false});
        }
    }

    onClick(ev) {
        const link = ev.target.closest("a[data-filter]");
        if (link && !(ev.ctrlKey || ev.metaKey || ev.shiftKey || ev.button)) {
            ev.preventDefault();
            this.go(new URL(link.href), {form: true, focus: link.dataset.filter});
        }
    }

    onBack() {
        this.go(new URL(window.location.href), {form: true, keep: false});
    }

    /**
     * Show what the server answers to an address.
     *
     * @param {URL} url of the market, with filters
     * @param {object} how what happens with it
     * @param {boolean} how.form whether the form is drawn anew, too
     * @param {boolean} how.keep whether it is a new entry of the history
     * @param {string} how.focus which kind of link was pressed
     */
    async go(url, {form, keep = true, focus = ""}) {
        const mine = ++this.asked;
        this.results.setAttribute("aria-busy", "true");
        let page = null;
        try {
            const answer = await this.waitFor(fetch(url));
            if (!answer.ok) {
                throw new Error(answer.status);
            }
            const text = await this.waitFor(answer.text());
            page = new DOMParser().parseFromString(text, "text/html");
        } catch {
            // Away from the network, or logged out: the page itself says so.
            window.location.assign(url);
            return;
        }
        const fresh = page.querySelector(".o_wezer_market");
        if (mine !== this.asked) {
            return;
        }
        if (!fresh) {
            window.location.assign(url);
            return;
        }
        if (keep) {
            window.history.pushState({}, "", url);
        }
        this.replace("[data-part=results]", fresh);
        if (form) {
            this.replace(".o_wezer_market_form", fresh);
        } else {
            // What is typed meanwhile stays; only the number of filters changes.
            this.el
                .querySelector(".o_wezer_fold_button")
                .replaceChildren(
                    ...fresh.querySelector(".o_wezer_fold_button").childNodes
                );
        }
        this.report(focus);
    }

    replace(selector, fresh) {
        const old = this.el.querySelector(selector);
        const next = document.importNode(fresh.querySelector(selector), true);
        const folded = old.querySelector(".o_wezer_fold.show");
        const interactions = this.services["public.interactions"];
        interactions.stopInteractions(old);
        old.replaceWith(next);
        if (folded) {
            next.querySelector(".o_wezer_fold").classList.add("show");
            next.querySelector(".o_wezer_fold_button").setAttribute(
                "aria-expanded",
                "true"
            );
        }
        interactions.startInteractions(next);
    }

    /** Say how many there are, and leave the keyboard where it was. */
    report(focus) {
        const count = this.results.querySelector(".o_wezer_count");
        this.el.querySelector(".o_wezer_market_status").textContent = count
            ? count.textContent
            : _t("No results");
        if (focus) {
            const next =
                this.results.querySelector(`a[data-filter=${focus}][aria-current]`) ||
                this.results.querySelector(`a[data-filter=${focus}]`) ||
                this.form.elements.words;
            next.focus();
        }
    }
}

registry
    .category("public.interactions")
    .add("wezer_marketplace.market_filters", MarketFilters);
