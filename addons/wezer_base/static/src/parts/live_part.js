import {addPart, isEdited} from "@wezer_base/parts/parts";
import {liveChannel} from "@wezer_base/parts/live_channel";

// How often the page asks by itself, for when the live channel is not there.
const POLL_MS = 15000;

/**
 * Keeps a part of an open page true: the bus says only that something changed,
 * the page asks for what. Nobody's half-typed text is thrown away.
 *
 * The part names where it is asked for (`data-live-url`) and what it shows
 * (`data-stamp`): an answer with another stamp takes its place.
 */
export class LivePart {
    static selector = ".o_wezer_live";
    static message = "wezer.live";
    // What is said one after another stays the same element (`role="log"`, with an `ol`
    // of `data-entry`): a screen reader tells what is new, not all of it again.
    static log = ".o_wezer_talk";

    /** @param {HTMLElement} el */
    constructor(el) {
        this.el = el;
        // The number of the newest question, and of the newest that was answered.
        this.asked = this.answered = 0;
        const {message} = this.constructor;
        this.unlisten = liveChannel.listen(message, () => this.refresh());
        this.timer = setInterval(() => this.refresh(), POLL_MS);
        liveChannel.open();
    }

    /** Called when the element has left the page. */
    end() {
        this.unlisten();
        clearInterval(this.timer);
    }

    /** Put this kind of part to work wherever a page has one. */
    static add() {
        addPart(this.selector, (el) => {
            const part = new this(el);
            return () => part.end();
        });
    }

    url() {
        return this.el.dataset.liveUrl;
    }

    /**
     * True while somebody fills something in: what they wrote must stay. A button that
     * was pressed before the program is there waits for it, and must stay, too.
     */
    isBusy() {
        const fields = [
            ...this.el.querySelectorAll("input:not([type=hidden]), textarea"),
        ];
        return (
            isEdited() ||
            (document.body.classList.contains("o_lazy_js_waiting") &&
                this.el.querySelector(".pe-none") !== null) ||
            // A refused form was filled again, or a question waits for its answer.
            this.el.querySelector(".o_wezer_refused, .o_wezer_ask[open]") !== null ||
            fields.includes(document.activeElement) ||
            fields.some((field) =>
                field.type === "radio" || field.type === "checkbox"
                    ? field.checked !== field.defaultChecked
                    : field.value !== field.defaultValue
            )
        );
    }

    /**
     * What to do when something changed that may not be shown now.
     * Called with the part as it would be shown.
     */
    onBusy(fresh) {
        this.addEntries(this.entries(fresh));
    }

    entries(root) {
        return [
            ...root.querySelectorAll(`${this.constructor.log} > ol > [data-entry]`),
        ];
    }

    /** Put the entries that are not there yet before those that follow them. */
    addEntries(entries) {
        const list = this.el.querySelector(`${this.constructor.log} > ol`);
        const known = new Map(
            [...this.el.querySelectorAll("[data-entry]")].map((entry) => [
                entry.dataset.entry,
                entry,
            ])
        );
        let next = null;
        for (const entry of [...entries].reverse()) {
            const shown = known.get(entry.dataset.entry);
            if (!shown && next) {
                next.before(entry);
            } else if (!shown) {
                list.append(entry);
            }
            next = shown || entry;
        }
    }

    /** Keep the element of what is said, without what is no longer shown. */
    keepLog(fresh) {
        const {log} = this.constructor;
        const kept = this.el.querySelector(log);
        const place = fresh.querySelector(log);
        const still = new Set(
            [...place.querySelectorAll("[data-entry]")].map(
                (entry) => entry.dataset.entry
            )
        );
        for (const entry of kept.querySelectorAll("[data-entry]")) {
            if (!still.has(entry.dataset.entry)) {
                entry.remove();
            }
        }
        place.replaceWith(kept);
    }

    /**
     * Whether what was said of the last act is no longer true.
     * Called with the part as it will be shown.
     */
    isFlashOld() {
        return true;
    }

    /**
     * Shows what is true now; the focus, and what is open, stay where they were.
     * @param {HTMLElement} fresh
     */
    show(fresh) {
        if (this.isFlashOld(fresh)) {
            for (const flash of document.querySelectorAll(
                ".o_wezer_flash.alert-success"
            )) {
                flash.parentElement.remove();
            }
        }
        const focused = this.el.contains(document.activeElement)
            ? document.activeElement.id
            : "";
        for (const part of this.el.querySelectorAll("details[id][open]")) {
            fresh.querySelector(`#${part.id}`)?.setAttribute("open", "open");
        }
        const entries = this.entries(fresh);
        const {log} = this.constructor;
        if (this.el.querySelector(log) && fresh.querySelector(log)) {
            this.keepLog(fresh);
        }
        Object.assign(this.el.dataset, fresh.dataset);
        this.el.replaceChildren(...fresh.childNodes);
        if (entries.length) {
            this.addEntries(entries);
        }
        if (focused) {
            document.getElementById(focused)?.focus({preventScroll: true});
        }
    }

    async refresh() {
        const asked = ++this.asked;
        let text = "";
        try {
            // Opened by itself, the address shows a whole page.
            const headers = {"X-Requested-With": "XMLHttpRequest"};
            if (document.hasFocus()) {
                headers["X-Wezer-Seen"] = "1";
            }
            const answer = await fetch(this.url(), {headers});
            if (!answer.ok) {
                return;
            }
            text = await answer.text();
        } catch {
            // Away from the network: the next round asks again.
            return;
        }
        if (asked < this.answered) {
            // An older answer came last.
            return;
        }
        this.answered = asked;
        const page = new DOMParser().parseFromString(text, "text/html");
        const fresh = page.querySelector(this.constructor.selector);
        if (
            !this.el.isConnected ||
            !fresh ||
            fresh.dataset.stamp === this.el.dataset.stamp
        ) {
            return;
        }
        if (this.isBusy()) {
            this.onBusy(fresh);
            return;
        }
        this.show(fresh);
    }
}

LivePart.add();
