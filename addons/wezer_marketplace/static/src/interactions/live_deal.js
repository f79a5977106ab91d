import {Interaction} from "@web/public/interaction";
import {registry} from "@web/core/registry";

// How often the page asks by itself, for when the live channel is not there.
const POLL_MS = 15000;

/**
 * Keeps the open page of a deal true: the bus says only that something
 * changed, the page asks for what. Nobody's half-typed text is thrown away.
 */
export class LiveDeal extends Interaction {
    static selector = ".wz-deal-live";

    setup() {
        this.bus = this.services.bus_service;
        this.onNotice = () => this.refresh();
    }

    start() {
        this.bus.subscribe("wezer.notice", this.onNotice);
        this.bus.start();
        this.registerCleanup(() =>
            this.bus.unsubscribe("wezer.notice", this.onNotice)
        );
        const timer = setInterval(() => this.refresh(), POLL_MS);
        this.registerCleanup(() => clearInterval(timer));
    }

    isTyping() {
        const fields = this.el.querySelectorAll("input[type=text], textarea, input:not([type])");
        return [...fields].some((field) => field.value !== field.defaultValue);
    }

    async refresh() {
        const answer = await this.waitFor(
            fetch(`/my/deals/${this.el.dataset.deal}/live`, {credentials: "same-origin"})
        );
        if (!answer.ok) {
            return;
        }
        const text = await this.waitFor(answer.text());
        const page = new DOMParser().parseFromString(text, "text/html");
        const fresh = page.querySelector(".wz-deal-live");
        if (!fresh || this.isTyping()) {
            return;
        }
        this.el.dataset.state = fresh.dataset.state;
        this.el.replaceChildren(...fresh.childNodes);
    }
}

registry.category("public.interactions").add("wezer_marketplace.live_deal", LiveDeal);
