import {registry} from "@web/core/registry";
import {rpc} from "@web/core/network/rpc";

// Without a websocket the page asks by itself, while somebody looks at it.
const EVERY = 60000;

/**
 * Asks for the numbers of unread notices, once for everything on a page that shows them.
 *
 * A message of the bus says only that something changed: what, the page asks.
 */
export const noticeCounts = {
    dependencies: ["bus_service"],

    start(env, {bus_service: bus}) {
        const listeners = new Set();
        let timer = null;

        async function refresh() {
            const counts = await rpc("/my/notices/count");
            for (const show of listeners) {
                show(counts);
            }
        }

        function poll() {
            if (bus.workerState !== "CONNECTED" && !document.hidden) {
                refresh();
            }
        }

        return {
            /**
             * @param {Function} show gets the numbers each time they may have changed
             * @returns {Function} ends it
             */
            listen(show) {
                if (!listeners.size) {
                    bus.subscribe("wezer.notice", refresh);
                    bus.start();
                    timer = setInterval(poll, EVERY);
                }
                listeners.add(show);
                return () => {
                    listeners.delete(show);
                    if (!listeners.size) {
                        bus.unsubscribe("wezer.notice", refresh);
                        clearInterval(timer);
                    }
                };
            },
        };
    },
};

registry.category("services").add("wezer_notice_counts", noticeCounts);
