import {liveChannel} from "@wezer_base/parts/live_channel";
import {registry} from "@web/core/registry";

/** Gives Odoo's bus to the parts of the page that listen for news. */
export const liveBus = {
    dependencies: ["bus_service"],

    start(env, {bus_service: bus}) {
        liveChannel.takeOver(bus);
    },
};

registry.category("services").add("wezer_live_bus", liveBus);
