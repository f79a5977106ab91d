import {session} from "@web/session";

/**
 * Parts of pages that work without the website's program (load_on_demand.js): plain
 * functions of an element, which import nothing but other parts and `@web/session`.
 *
 * What is large is in a bundle of its own. The element names it (`data-wezer-bundle`),
 * and it is loaded once such an element comes into view.
 */

// Loaded a little before the element is seen.
const NEAR = "200px";
// No other bundle of Odoo is loaded because an attribute says so.
const OWN = /^wezer_\w+\.assets_\w+$/;
// A bundle that did not arrive is asked for again after this, then after twice as long.
const AGAIN_MS = 10000;
const kinds = [];
const loads = new Map();

/**
 * @param {string} selector of the elements that are such a part
 * @param {Function} start called once with each element, those that come later too; may
 *     return a function that is called when the element has left the page
 */
export function addPart(selector, start) {
    const kind = {selector, start, running: new Map()};
    kinds.push(kind);
    if (document.readyState !== "loading") {
        startIn(kind, document);
    }
}

/**
 * @param {HTMLElement} el
 * @param {Function} onSeen called once, when the element is seen
 * @param {string} margin how far from the screen it counts as seen
 * @returns {Function} ends it
 */
export function whenSeen(el, onSeen, margin = "0px") {
    const watcher = new IntersectionObserver(
        (entries) => {
            if (entries.some((entry) => entry.isIntersecting)) {
                watcher.disconnect();
                onSeen();
            }
        },
        {rootMargin: margin}
    );
    watcher.observe(el);
    return () => watcher.disconnect();
}

/** @returns {boolean} in the website builder, where nothing changes by itself */
export function isEdited() {
    return document.body.classList.contains("editor_enable");
}

/**
 * Show or hide what is in a template. What the template says is kept beside it: the
 * website builder saves that (parts_plugin.js).
 *
 * @param {HTMLElement} el
 * @param {boolean} hidden
 */
export function setHidden(el, hidden) {
    el.dataset.wezerHidden ??= el.hidden ? "hidden" : "";
    el.hidden = hidden;
}

/** Do something for one part: where it fails it says so, and the others go on. */
function alone(doing) {
    try {
        doing();
    } catch (error) {
        reportError(error);
    }
}

function startIn({selector, start, running}, root) {
    const found = [...root.querySelectorAll(selector)];
    if (root !== document && root.matches(selector)) {
        found.unshift(root);
    }
    for (const el of found) {
        if (!running.has(el)) {
            running.set(el, null);
            alone(() => running.set(el, start(el)));
        }
    }
}

function endMissing({running}) {
    for (const [el, end] of running) {
        if (!el.isConnected) {
            running.delete(el);
            alone(() => end?.());
        }
    }
}

function onChange(changes) {
    if (changes.some((change) => change.removedNodes.length)) {
        kinds.forEach(endMissing);
    }
    for (const change of changes) {
        for (const node of change.addedNodes) {
            if (node.nodeType === Node.ELEMENT_NODE && node.isConnected) {
                kinds.forEach((kind) => startIn(kind, node));
            }
        }
    }
}

function startAll() {
    kinds.forEach((kind) => startIn(kind, document));
    const watcher = new MutationObserver(onChange);
    watcher.observe(document.body, {childList: true, subtree: true});
}

/**
 * @param {string} type of its element: `script` or `link`
 * @param {string} src its address
 * @returns {Promise} done when it is there, and has run
 */
export function loadFile(type, src) {
    return new Promise((loaded, failed) => {
        const file = document.createElement(type);
        if (type === "link") {
            file.rel = "stylesheet";
            file.href = src;
        } else {
            file.src = src;
        }
        file.addEventListener("load", loaded);
        file.addEventListener("error", failed);
        document.head.append(file);
    });
}

async function loadFiles(bundle) {
    const address = new URL(`/web/bundle/${bundle}`, window.location.origin);
    for (const [name, value] of Object.entries(session.bundle_params || {})) {
        address.searchParams.set(name, value);
    }
    const answer = await fetch(address);
    if (!answer.ok) {
        throw new Error(`${bundle}: ${answer.status}`);
    }
    for (const {type, src} of await answer.json()) {
        await loadFile(type, src);
    }
}

/**
 * @param {string} bundle its name
 * @returns {Promise} done when its files have run
 */
function loadOnce(bundle) {
    if (!loads.has(bundle)) {
        const load = loadFiles(bundle);
        loads.set(bundle, load);
        load.catch(() => loads.delete(bundle));
    }
    return loads.get(bundle);
}

function loadWhenSeen(el) {
    const bundle = el.dataset.wezerBundle;
    if (!OWN.test(bundle)) {
        return null;
    }
    let wait = AGAIN_MS;
    let timer = null;
    let unwatch = null;
    const stop = () => {
        clearTimeout(timer);
        window.removeEventListener("online", watch);
        unwatch?.();
    };
    const load = async () => {
        try {
            await loadOnce(bundle);
        } catch {
            if (!el.isConnected) {
                return;
            }
            // Away from the network, or the server starts: once more later, and at once
            // when the network is back.
            timer = setTimeout(watch, wait);
            wait *= 2;
            window.addEventListener("online", watch);
        }
    };
    function watch() {
        stop();
        unwatch = whenSeen(el, load, NEAR);
    }
    watch();
    return stop;
}

addPart("[data-wezer-bundle]", loadWhenSeen);
if (document.readyState === "loading") {
    document.addEventListener("DOMContentLoaded", startAll);
} else {
    startAll();
}
