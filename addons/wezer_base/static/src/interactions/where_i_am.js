import {Interaction} from "@web/public/interaction";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";

/**
 * "Use my location": asks the browser, once pressed, and fills the form's place.
 * About a hundred metres is near enough: nobody's house is in a shared address.
 */
export class WhereIAm extends Interaction {
    static selector = ".o_wezer_where";
    dynamicContent = {
        ".o_wezer_where_button": {"t-on-click.prevent": this.ask},
        ".o_wezer_where_status": {"t-out": () => this.status},
        "input[name=place]": {"t-on-input": this.forget},
    };

    setup() {
        this.status = "";
    }

    set(lat, lon) {
        this.el.querySelector("input[name=lat]").value = lat;
        this.el.querySelector("input[name=lon]").value = lon;
    }

    forget() {
        // Another place is typed: the point is no longer meant.
        if (this.el.method === "get") {
            this.set("", "");
        }
    }

    /** Tell the form, whose filters apply at once. "Near" is five kilometres. */
    apply() {
        const distance = this.el.elements.km;
        if (distance) {
            this.el.elements.place.value = "";
            distance.value ||= "5";
            distance.dispatchEvent(new Event("change", {bubbles: true}));
        }
    }

    async ask() {
        this.status = _t("Finding where you are …");
        this.updateContent();
        try {
            const place = await this.waitFor(
                new Promise((found, refused) =>
                    navigator.geolocation.getCurrentPosition(found, refused, {
                        timeout: 10000,
                        maximumAge: 600000,
                    })
                )
            );
            const {latitude, longitude} = place.coords;
            this.set(latitude.toFixed(3), longitude.toFixed(3));
            this.apply();
            this.status =
                this.el.dataset.found ||
                _t("Found. Distances are measured from where you are.");
        } catch {
            this.status = _t("Your browser does not say where you are. Enter a place.");
        }
        this.updateContent();
    }
}

registry.category("public.interactions").add("wezer_base.where_i_am", WhereIAm);
