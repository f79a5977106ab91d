import {addPart, setHidden} from "@wezer_base/parts/parts";
import {MapLabels} from "./map_labels";
import {MapSearch} from "./map_search";
import {MapTree} from "./map_tree";

const GLIDE_MS = 350;
const MARGIN = 1.04;
const WHEEL = 1.15;
const BUTTON = 1.6;
// A hand that moves less than this has clicked.
const STILL_PX = 6;
// Smaller circles are not drawn; larger ones show what is inside, and get it loaded.
const DRAWN_PX = 2.5;
const OPENED_PX = 24;
const LOADED_PX = 36;
// The edges of smaller ones are thin.
const SMALL_PX = 14;
// So many circles are opened by one request.
const ASKED = 20;
const DEPTHS = 5;
const SVG = "http://www.w3.org/2000/svg";

/**
 * The map of circles, and the list and the search beside it.
 *
 * A click goes into a circle, a second one opens its page; the address follows, so
 * that a link leads to the same place. Circles inside others are asked for when they
 * are zoomed into. The places of circles are kept as the server sends them, each in
 * the circle around it, and are drawn in pixels: there is no end to zooming.
 *
 * Keys: arrows go to the neighbour, up out of and down into a circle; Enter goes in,
 * then opens; + and - zoom; Escape shows all again. Two fingers zoom, a hand moves
 * what is zoomed.
 */
export class GroupMap {
    /** @param {HTMLElement} el what is around the map, the list and the search */
    constructor(el) {
        this.el = el;
        const data = JSON.parse(this.el.querySelector(".o_wezer_map_data").textContent);
        const {here, total, ...words} = this.el.dataset;
        this.words = words;
        this.order = new Intl.Collator(document.documentElement.lang || undefined);
        this.map = this.el.querySelector(".o_wezer_map");
        this.base = this.el.querySelector(".o_wezer_map_all").pathname;
        this.fingers = new Map();
        this.moved = false;
        this.root = {id: 0, name: "", n: Number(total), level: -1, children: []};
        Object.assign(this.root, {ax: 0, ay: 0, ar: 1, x: 0, y: 0, r: 1, facts: []});
        this.nodes = new Map([[0, this.root]]);
        this.waiting = new Set();
        this.shown = new Map();
        // What the server drew stays until there is something better.
        const group = document.createElementNS(SVG, "g");
        this.circles = document.createElementNS(SVG, "g");
        group.setAttribute("class", "o_wezer_map_names");
        group.setAttribute("aria-hidden", "true");
        this.map.replaceChildren(this.circles, group);
        this.labels = new MapLabels(group);
        this.absorb(data);
        this.tree = new MapTree(this.el.querySelector(".o_wezer_tree"), this);
        this.search = new MapSearch(this.el.querySelector(".o_wezer_map_search"), this);
        for (const tool of el.querySelectorAll(".o_wezer_map_tool")) {
            setHidden(tool, false);
        }
        for (const plain of el.querySelectorAll(".o_wezer_map_plain")) {
            setHidden(plain, true);
        }
        this.measure();
        this.here = this.nodes.get(Number(here)) || this.root;
        this.view = this.viewOf(this.here);
        // A community with one circle at the top begins below it.
        this.tree.unfoldFew(this.root);
        this.tell();
        this.listen();
        this.watcher = new ResizeObserver(() => {
            this.measure();
            this.draw();
        });
        this.watcher.observe(this.map);
        this.draw();
    }

    listen() {
        this.onPop = () => this.onPopState();
        window.addEventListener("popstate", this.onPop);
        const onMap = {
            click: this.onClick,
            keydown: this.onKey,
            wheel: this.onWheel,
            pointerdown: this.onPointer,
            pointermove: this.onMove,
            pointerup: this.onRelease,
            pointercancel: this.onRelease,
            // A link would be dragged instead of the map.
            dragstart: (event) => event.preventDefault(),
        };
        for (const [type, listener] of Object.entries(onMap)) {
            this.map.addEventListener(type, (event) => listener.call(this, event));
        }
        const clicks = {
            ".o_wezer_map_nearer": () => this.zoom(this.view, 1 / BUTTON),
            ".o_wezer_map_farther": () => this.zoom(this.view, BUTTON),
            ".o_wezer_map_all": (event) => this.onAll(event),
            ".o_wezer_map_path": (event) => this.onPath(event),
        };
        for (const [selector, listener] of Object.entries(clicks)) {
            this.el.querySelector(selector).addEventListener("click", listener);
        }
    }

    /** Called when the element has left the page. */
    end() {
        this.ended = true;
        this.watcher.disconnect();
        window.removeEventListener("popstate", this.onPop);
    }

    // WHAT IS KNOWN

    /** Take in circles as the server sends them, outer ones first. */
    absorb(circles) {
        for (const data of circles) {
            const parent = this.nodes.get(data.in);
            if (!parent || this.nodes.has(data.id)) {
                continue;
            }
            const node = {...data, parent, level: parent.level + 1, children: []};
            node.ax = parent.ax + data.x * parent.ar;
            node.ay = parent.ay + data.y * parent.ar;
            node.ar = data.r * parent.ar;
            parent.children.push(node);
            this.nodes.set(node.id, node);
        }
    }

    complete(node) {
        return node.full || node.children.length >= node.n;
    }

    async ask(path, values) {
        const query = new URLSearchParams(values);
        if (this.words.day) {
            query.set("day", this.words.day);
        }
        const answer = await fetch(`/groups/map/${path}?${query}`);
        if (!answer.ok) {
            throw new Error(`${path}: ${answer.status}`);
        }
        return answer.json();
    }

    /**
     * Ask for circles, and take them in.
     *
     * @param {object} values which ones
     * @returns {boolean} whether the server has answered
     */
    async fetchCircles(values) {
        try {
            this.absorb(await this.ask("level", values));
            return true;
        } catch {
            // They are asked for again once somebody moves the map or goes there.
            return false;
        }
    }

    /** Ask for the circles right in `nodes`. */
    async load(nodes) {
        const asked = nodes
            .filter((node) => !this.complete(node) && !this.waiting.has(node))
            .slice(0, ASKED);
        if (!asked.length) {
            return;
        }
        asked.forEach((node) => this.waiting.add(node));
        this.map.setAttribute("aria-busy", "true");
        const ids = asked.map((node) => node.id).join(",");
        const answered = await this.fetchCircles({ids});
        asked.forEach((node) => this.waiting.delete(node));
        this.map.setAttribute("aria-busy", String(this.waiting.size > 0));
        if (!answered) {
            return;
        }
        // What is still missing is too small to be drawn.
        asked.forEach((node) => {
            node.full = true;
        });
        this.draw();
        this.tree.draw();
    }

    find(typed) {
        return this.ask("find", {typed});
    }

    /** Go to the circle with this address, asked for where it is not known yet. */
    async go(slug, push = true) {
        let node = this.bySlug(slug);
        if (!node) {
            await this.fetchCircles({circle: slug});
            node = this.bySlug(slug);
        }
        if (node) {
            this.goInto(node, push);
        }
    }

    bySlug(slug) {
        return slug
            ? [...this.nodes.values()].find((node) => node.slug === slug)
            : this.root;
    }

    link(node) {
        return this.base.replace(/map$/, encodeURIComponent(node.slug));
    }

    // WHAT IS SEEN

    measure() {
        this.width = this.map.clientWidth || 600;
        this.height = this.map.clientHeight || this.width;
        this.map.setAttribute("viewBox", `0 0 ${this.width} ${this.height}`);
    }

    viewOf(node) {
        // A circle with nothing inside is not blown up to the whole screen.
        const wide = node.n || node === this.root ? MARGIN : 2.5;
        return {x: node.ax, y: node.ay, r: node.ar * wide};
    }

    get scale() {
        return Math.min(this.width, this.height) / 2 / this.view.r;
    }

    draw() {
        const {width, height, scale, view} = this;
        const places = [];
        const missing = [];
        const far = 20 * Math.max(width, height);
        const walk = (node, own) => {
            if (own > LOADED_PX && !this.complete(node)) {
                missing.push(node);
            }
            for (const child of node.children) {
                const r = child.ar * scale;
                const x = (child.ax - view.x) * scale + width / 2;
                const y = (child.ay - view.y) * scale + height / 2;
                const out = x + r < 0 || x - r > width || y + r < 0 || y - r > height;
                if (r < DRAWN_PX || out) {
                    continue;
                }
                const opened = r >= OPENED_PX && child.children.length > 0;
                if (r < far) {
                    places.push({node: child, x, y, r, opened});
                }
                if (r >= OPENED_PX) {
                    walk(child, r);
                }
            }
        };
        walk(this.root, scale);
        this.place(places);
        this.labels.write(places, width, height);
        this.map.classList.toggle("o_wezer_zoomed", this.zoomed());
        if (missing.length && !this.gliding) {
            this.load(missing);
        }
    }

    place(places) {
        const shown = new Map();
        for (const {node, x, y, r, opened} of places) {
            const el = node.el || this.element(node);
            const circle = el.firstChild;
            circle.setAttribute("cx", x.toFixed(2));
            circle.setAttribute("cy", y.toFixed(2));
            circle.setAttribute("r", r.toFixed(2));
            el.classList.toggle("o_wezer_map_opened", opened);
            el.classList.toggle("o_wezer_map_small", r < SMALL_PX);
            if (!this.shown.has(node)) {
                el.removeAttribute("display");
            }
            shown.set(node, true);
        }
        for (const node of this.shown.keys()) {
            if (!shown.has(node)) {
                node.el.setAttribute("display", "none");
            }
        }
        this.shown = shown;
        // One stop of the Tab key for the whole map: arrows go on from there.
        const stop = shown.has(this.here) ? this.here : shown.keys().next().value;
        if (stop !== this.stop) {
            this.stop?.el.setAttribute("tabindex", "-1");
            stop?.el.setAttribute("tabindex", "0");
            this.stop = stop;
        }
    }

    element(node) {
        const el = document.createElementNS(SVG, "a");
        el.setAttribute("href", this.link(node));
        el.setAttribute("tabindex", "-1");
        const classes = `o_wezer_depth_${node.level % DEPTHS} o_wezer_tint_${node.tint}`;
        el.setAttribute("class", classes);
        el.classList.toggle("o_wezer_map_vacant", Boolean(node.open));
        el.classList.toggle("o_wezer_map_chosen", node === this.here);
        el.dataset.id = node.id;
        el.dataset.parent = node.parent.id || "";
        const words = [node.name, ...node.facts, node.open].filter(Boolean).join(", ");
        el.setAttribute("aria-label", words);
        const title = document.createElementNS(SVG, "title");
        title.textContent = words;
        el.append(document.createElementNS(SVG, "circle"), title);
        // What lies inside is drawn over it, so its own place comes first.
        if (node.parent !== this.root && !node.parent.el) {
            this.element(node.parent).setAttribute("display", "none");
        }
        this.circles.append(el);
        node.el = el;
        return el;
    }

    zoomed() {
        return this.view.r < 0.99 * this.root.ar;
    }

    glide(target) {
        const from = {...this.view};
        const begin = performance.now();
        const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
        const glide = (this.gliding = {});
        const step = (now) => {
            if (this.ended || this.gliding !== glide) {
                return;
            }
            const part = calm ? 1 : Math.min((now - begin) / GLIDE_MS, 1);
            const eased = part * (2 - part);
            for (const key of ["x", "y", "r"]) {
                this.view[key] = from[key] + (target[key] - from[key]) * eased;
            }
            if (part >= 1) {
                this.view = {...target};
                this.gliding = null;
            }
            this.draw();
            if (part < 1) {
                requestAnimationFrame(step);
            }
        };
        requestAnimationFrame(step);
    }

    goInto(node, push = true) {
        this.here.el?.classList.remove("o_wezer_map_chosen");
        this.here = node;
        node.el?.classList.add("o_wezer_map_chosen");
        if (push) {
            const query = new URLSearchParams(window.location.search);
            ["circle", "search", "page"].forEach((name) => query.delete(name));
            if (node.slug) {
                query.set("circle", node.slug);
            }
            const text = String(query);
            window.history.pushState({}, "", this.base + (text ? `?${text}` : ""));
        }
        this.tell();
        this.load([node]);
        this.glide(this.viewOf(node));
    }

    /** Say beside the map where we are. */
    tell() {
        const {here} = this;
        const path = this.el.querySelector(".o_wezer_map_path ol");
        const steps = [];
        for (let node = here; node !== this.root; node = node.parent) {
            steps.unshift(node);
        }
        path.replaceChildren(
            path.firstElementChild,
            ...steps.map((node) => {
                const item = document.createElement("li");
                const link = document.createElement("a");
                const day = this.words.day ? {day: this.words.day} : {};
                const query = new URLSearchParams({circle: node.slug, ...day});
                link.href = `${this.base}?${query}`;
                link.dataset.id = node.id;
                link.textContent = node.name;
                if (node === here) {
                    link.setAttribute("aria-current", "true");
                }
                item.append(link);
                return item;
            })
        );
        const card = this.el.querySelector(".o_wezer_map_here");
        card.classList.toggle("o_wezer_map_nowhere", here === this.root);
        card.querySelector("strong").textContent = here.name;
        card.querySelector(".o_wezer_map_facts").textContent = here.facts.join(" · ");
        card.querySelector(".o_wezer_map_open").textContent = here.open || "";
        const link = card.querySelector("a");
        link.hidden = !here.slug;
        link.href = this.link(here);
        this.tree.show(here);
        // The form for another day stays at this circle.
        const form = this.el.querySelector("input[type=date]")?.form;
        const field = form?.querySelector("[name=circle]");
        if (field) {
            field.value = here.slug || "";
        } else if (form && here.slug) {
            const added = document.createElement("input");
            Object.assign(added, {type: "hidden", name: "circle", value: here.slug});
            form.append(added);
        }
    }

    onPopState() {
        this.go(new URLSearchParams(window.location.search).get("circle"), false);
    }

    onAll(event) {
        event.preventDefault();
        this.goInto(this.root);
    }

    onPath(event) {
        const link = event.target.closest("a");
        if (link && !event.ctrlKey && !event.metaKey) {
            event.preventDefault();
            this.goInto(this.nodes.get(Number(link.dataset.id || 0)));
        }
    }

    // MOUSE AND FINGERS

    nodeAt(event) {
        const link = event.target.closest("a");
        return link && this.nodes.get(Number(link.dataset.id));
    }

    /** A click on the map or in the list: goes into the circle, then to its page. */
    choose(node, event) {
        if (this.here !== node && !event.ctrlKey && !event.metaKey) {
            event.preventDefault();
            this.goInto(node);
        } else if (event.type === "keydown" && node.slug) {
            window.location.assign(this.link(node));
        }
    }

    onClick(event) {
        const node = this.nodeAt(event);
        if (this.moved) {
            event.preventDefault();
        } else if (node) {
            this.choose(node, event);
        }
    }

    point(event) {
        const box = this.map.getBoundingClientRect();
        return {
            x: this.view.x + (event.clientX - box.left - box.width / 2) / this.scale,
            y: this.view.y + (event.clientY - box.top - box.height / 2) / this.scale,
        };
    }

    zoom(at, factor) {
        this.gliding = null;
        const r = Math.min(Math.max(this.view.r * factor, 1e-9), 1.2);
        const share = r / this.view.r;
        this.view = {
            x: at.x + (this.view.x - at.x) * share,
            y: at.y + (this.view.y - at.y) * share,
            r,
        };
        this.draw();
    }

    onWheel(event) {
        // Whoever scrolls past the map is not held up: only with Ctrl it zooms.
        if (!event.ctrlKey) {
            return;
        }
        event.preventDefault();
        this.zoom(this.point(event), event.deltaY > 0 ? WHEEL : 1 / WHEEL);
    }

    onPointer(event) {
        this.fingers.set(event.pointerId, event);
        this.moved = this.fingers.size > 1;
    }

    onMove(event) {
        const before = this.fingers.get(event.pointerId);
        if (before && this.fingers.size === 1) {
            this.drag(before, event);
        }
        if (!before || this.fingers.size !== 2) {
            return;
        }
        const other = [...this.fingers.values()].find(
            (one) => one.pointerId !== event.pointerId
        );
        const far = (one) =>
            Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY) || 1;
        this.moved = true;
        this.zoom(this.point(other), far(before) / far(event));
        this.fingers.set(event.pointerId, event);
    }

    drag(before, event) {
        const x = event.clientX - before.clientX;
        const y = event.clientY - before.clientY;
        if (!this.zoomed() || (!this.moved && Math.hypot(x, y) < STILL_PX)) {
            return;
        }
        if (!this.moved) {
            this.moved = true;
            this.map.setPointerCapture(event.pointerId);
        }
        this.gliding = null;
        this.view.x -= x / this.scale;
        this.view.y -= y / this.scale;
        this.draw();
        this.fingers.set(event.pointerId, event);
    }

    onRelease(event) {
        this.fingers.delete(event.pointerId);
    }

    // KEYS

    onKey(event) {
        const node = this.nodeAt(event);
        const keys = {
            ArrowRight: () => this.neighbour(node, 1),
            ArrowLeft: () => this.neighbour(node, -1),
            ArrowUp: () => node && node.parent !== this.root && node.parent,
            ArrowDown: () => this.inner(node || this.root),
        };
        if (event.key === "Escape") {
            this.goInto(this.root);
        } else if (event.key === "Enter") {
            // The click that follows comes from a key, whatever a hand did before.
            this.moved = false;
        } else if (["+", "-"].includes(event.key)) {
            event.preventDefault();
            const at = node ? {x: node.ax, y: node.ay} : this.view;
            this.zoom(at, event.key === "-" ? BUTTON : 1 / BUTTON);
        } else if (keys[event.key]) {
            event.preventDefault();
            this.step(keys[event.key]());
        }
    }

    /** Bring what a key led to into view, and the keys to it. */
    async step(found) {
        const next = await found;
        if (!next) {
            return;
        }
        this.gliding = null;
        this.view = this.viewOf(next.parent);
        this.draw();
        if (next.el) {
            this.stop?.el.setAttribute("tabindex", "-1");
            next.el.setAttribute("tabindex", "0");
            this.stop = next;
            next.el.focus();
        }
    }

    async inner(node) {
        if (node.n && !node.children.length) {
            await this.load([node]);
        }
        return node.children[0];
    }

    neighbour(node, step) {
        if (!node) {
            return null;
        }
        const beside = node.parent.children;
        const place = beside.indexOf(node) + step;
        return beside[(place + beside.length) % beside.length];
    }
}

addPart(".o_wezer_map_page:has(.o_wezer_map_data)", (el) => {
    const map = new GroupMap(el);
    return () => map.end();
});
