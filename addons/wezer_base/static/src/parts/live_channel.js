import {session} from "@web/session";

// Read now: the program removes it from the session.
const {uid} = session;
// The key under which Odoo keeps the last notification that a browser got.
const KEPT = `legacy_multi_tab.${window.location.origin.replace(
    /:\/{0,2}/g,
    "_"
)}.last_notification_id`;

/** The next page asks for what came later, and not for the same once more. */
function keepLastNotification(number) {
    try {
        localStorage.setItem(KEPT, JSON.stringify(number));
    } catch {
        // A browser that keeps nothing.
    }
}

function lastNotification() {
    try {
        return JSON.parse(localStorage.getItem(KEPT)) || 0;
    } catch {
        // A browser that keeps nothing: the server sends what is less than a minute old.
        return 0;
    }
}

/**
 * The live channel of a page, with and without the website's program.
 *
 * Until the program is there, the page speaks with Odoo's own worker
 * (`bus/static/src/workers`), which keeps the connection for all pages of the browser;
 * the program then takes over (`takeOver`). A page that only listens has no connection
 * of its own: the program gives it one.
 */
class LiveChannel {
    constructor() {
        this.listeners = new Map();
        this.bus = null;
        this.worker = null;
        this.state = null;
        this.isWanted = false;
    }

    /** Whether the page wants to be connected, be that possible or not. */
    get isOpen() {
        return Boolean(this.isWanted || this.bus);
    }

    get isConnected() {
        return (this.bus ? this.bus.workerState : this.state) === "CONNECTED";
    }

    /**
     * @param {string} type of a notification
     * @param {Function} onNews called at each notification of this type
     * @returns {Function} ends it
     */
    listen(type, onNews) {
        if (!this.listeners.has(type)) {
            this.listeners.set(type, new Set());
            this.bus?.subscribe(type, () => this.tell(type));
        }
        this.listeners.get(type).add(onNews);
        this.bus?.start();
        return () => this.listeners.get(type).delete(onNews);
    }

    tell(type) {
        for (const onNews of this.listeners.get(type) || []) {
            onNews();
        }
    }

    /** Connect without the program. */
    open() {
        if (this.bus || this.isWanted || !uid) {
            return;
        }
        this.isWanted = true;
        window.addEventListener("pagehide", ({persisted}) => {
            if (!persisted) {
                this.send("BUS:LEAVE");
            }
        });
        this.tryWorker(window.SharedWorker);
    }

    tryWorker(Shared) {
        try {
            this.startWorker(Shared);
        } catch {
            // A browser that allows no worker here: the page asks by itself.
            this.worker = null;
        }
    }

    startWorker(Shared) {
        const version = session.websocket_worker_version;
        const address = `${window.location.origin}/bus/websocket_worker_bundle?v=${version}`;
        // The names are Odoo's: it is the same worker that the program uses.
        if (Shared) {
            const shared = new Shared(address, {name: "odoo:bus_shared_worker"});
            shared.addEventListener("error", () => this.startAlone(shared));
            this.worker = shared.port;
            this.worker.start();
        } else {
            this.worker = new Worker(address, {name: "odoo:bus_worker"});
        }
        this.worker.addEventListener("message", (event) => this.onMessage(event));
        this.send("BASE:INIT");
    }

    /** A browser may refuse to share a worker: then the page has one for itself. */
    startAlone(shared) {
        if (this.worker === shared.port && !this.isReady) {
            shared.port.close();
            this.tryWorker();
        }
    }

    send(action, data) {
        this.worker?.postMessage({action, data});
    }

    onMessage({data: {type, data}}) {
        if (type === "BASE:INITIALIZED") {
            this.isReady = true;
            const {origin} = window.location;
            const version = session.websocket_worker_version;
            this.send("BUS:INITIALIZE_CONNECTION", {
                websocketURL: `${origin.replace("http", "ws")}/websocket?version=${version}`,
                db: session.db,
                debug: odoo.debug,
                lastNotificationId: lastNotification(),
                uid,
                startTs: Date.now(),
            });
            this.send("BUS:START");
        } else if (type === "BUS:WORKER_STATE_UPDATED") {
            this.state = data;
        } else if (type === "BUS:NOTIFICATION") {
            keepLastNotification(data.at(-1).id);
            const types = new Set(data.map(({message}) => message.type));
            types.forEach((one) => this.tell(one));
        }
    }

    /**
     * The program is there: its bus tells from now on.
     *
     * @param {object} bus Odoo's service
     */
    async takeOver(bus) {
        this.bus = bus;
        for (const type of this.listeners.keys()) {
            bus.subscribe(type, () => this.tell(type));
        }
        if (!this.listeners.size) {
            return;
        }
        await bus.start();
        if (this.worker) {
            this.send("BUS:LEAVE");
            // One that is shared lives on for the program.
            this.worker.close?.();
            this.worker.terminate?.();
            this.worker = null;
        }
    }
}

export const liveChannel = new LiveChannel();
