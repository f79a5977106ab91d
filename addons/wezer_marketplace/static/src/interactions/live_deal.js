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

    /** True while somebody fills something in: what he wrote must stay. */
    isBusy() {
        const fields = [...this.el.querySelectorAll("input:not([type=hidden]), textarea")];
        return (
            this.el.querySelector(".wz-buttons details[open]") !== null ||
            fields.includes(document.activeElement) ||
            fields.some((field) =>
                field.type === "radio"
                    ? field.checked !== field.defaultChecked
                    : field.value !== field.defaultValue
            )
        );
    }

    async refresh() {
        let text = "";
        try {
            const answer = await this.waitFor(
                fetch(`/my/deals/${this.el.dataset.deal}/live`)
            );
            if (!answer.ok) {
                return;
            }
            text = await this.waitFor(answer.text());
        } catch {
            // Away from the network: the next round asks again.
            return;
        }
        const page = new DOMParser().parseFromString(text, "text/html");
        const fresh = page.querySelector(".wz-deal-live");
        if (!fresh || fresh.dataset.stamp === this.el.dataset.stamp) {
            return;
        }
        if (this.isBusy()) {
            this.el.querySelector(".wz-changed").classList.remove("d-none");
            return;
        }
        this.el.dataset.state = fresh.dataset.state;
        this.el.dataset.stamp = fresh.dataset.stamp;
        this.el.replaceChildren(...fresh.childNodes);
    }
}

registry.category("public.interactions").add("wezer_marketplace.live_deal", LiveDeal);
