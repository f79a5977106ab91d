import {isEdited} from "@wezer_base/parts/parts";
import {liveChannel} from "@wezer_base/parts/live_channel";

// Without a connection the page asks by itself, while somebody looks at it.
const EVERY = 60000;
const listeners = new Set();
let end = null;
// The number of the newest question, and of the newest that was answered.
let asked = 0;
let answered = 0;

/**
 * Asks for the numbers of unread notices, once for everything on a page that shows them.
 *
 * A message of the channel says only that something changed: what, the page asks.
 */
async function refresh() {
    if (isEdited()) {
        return;
    }
    const question = ++asked;
    let counts = null;
    try {
        const answer = await fetch("/my/notices/counts", {
            method: "POST",
            headers: {"Content-Type": "application/json"},
            body: JSON.stringify({jsonrpc: "2.0", method: "call", params: {}}),
        });
        counts = (await answer.json()).result;
    } catch {
        // Away from the network: the next round asks again.
        return;
    }
    // An older answer may come last: the numbers of the newest count.
    if (counts && question > answered) {
        answered = question;
        listeners.forEach((show) => show(counts));
    }
}

function poll() {
    if (liveChannel.isOpen && !liveChannel.isConnected && !document.hidden) {
        refresh();
    }
}

/** Whoever goes back gets the page as it was left: what was read since still counts. */
function onShow({persisted}) {
    if (persisted) {
        refresh();
    }
}

function begin() {
    const unlisten = liveChannel.listen("wezer.notice", refresh);
    const timer = setInterval(poll, EVERY);
    window.addEventListener("pageshow", onShow);
    return () => {
        window.removeEventListener("pageshow", onShow);
        unlisten();
        clearInterval(timer);
    };
}

/**
 * @param {Function} show gets the numbers each time they may have changed
 * @returns {Function} ends it
 */
export function listenToCounts(show) {
    listeners.add(show);
    end ||= begin();
    return () => {
        listeners.delete(show);
        if (!listeners.size) {
            end();
            end = null;
        }
    };
}
