import {Interaction} from "@web/public/interaction";
import {registry} from "@web/core/registry";

const GLIDE_MS = 250;
const MARGIN = 1.12;
const WHEEL = 1.15;
const LETTER_PX = 13;
// A hand that moves less than this has clicked.
const STILL_PX = 6;

/**
 * The map of circles: a click goes into a circle, a second one opens its page.
 *
 * Keys: arrows go to the neighbour, up out of and down into a circle; Enter goes
 * in, then opens; + and - zoom; Escape shows all again. Two fingers zoom, a hand
 * moves what is zoomed. The list below the map says the same.
 */
export class GroupMap extends Interaction {
    static selector = ".o_wezer_map";
    dynamicContent = {
        _root: {
            "t-on-click": this.onClick,
            "t-on-keydown": this.onKey,
            "t-on-wheel": this.onWheel,
            "t-on-pointerdown": this.onPointer,
            "t-on-pointermove": this.onMove,
            "t-on-pointerup": this.onRelease,
            "t-on-pointercancel": this.onRelease,
            // A link would be dragged instead of the map.
            "t-on-dragstart": (event) => event.preventDefault(),
        },
    };

    setup() {
        this.width = parseFloat(this.el.dataset.width);
        this.view = {x: this.width / 2, y: this.width / 2, w: this.width};
        this.fingers = new Map();
        this.nodes = new Map();
        for (const el of this.el.querySelectorAll("a")) {
            const circle = el.querySelector("circle");
            this.nodes.set(el.dataset.id, {
                el,
                id: el.dataset.id,
                parent: el.dataset.parent,
                text: el.querySelector("text"),
                letters: el.querySelector("text").textContent.length,
                x: parseFloat(circle.getAttribute("cx")),
                y: parseFloat(circle.getAttribute("cy")),
                r: parseFloat(circle.getAttribute("r")),
            });
            // One stop of the Tab key for the whole map: arrows go on from there.
            el.setAttribute("tabindex", this.nodes.size > 1 ? "-1" : "0");
        }
        this.inside = null;
        this.moved = false;
        this.draw();
    }

    // WHAT IS SEEN

    draw() {
        const {x, y, w} = this.view;
        this.el.setAttribute("viewBox", `${x - w / 2} ${y - w / 2} ${w} ${w}`);
        // As large as the page's small text, whatever the drawing's scale.
        const letter = (LETTER_PX * w) / (this.el.clientWidth || 600);
        this.el.classList.toggle("o_wezer_zoomed", this.zoomed());
        for (const node of this.nodes.values()) {
            const long = node.letters * letter * 0.55;
            const shown = 2 * node.r > Math.min(long, 8 * letter) && node.r < w;
            if (shown !== node.shown) {
                node.text.setAttribute("display", shown ? "inline" : "none");
                node.shown = shown;
            }
            if (shown) {
                const size = Math.min(letter, (3.4 * node.r * letter) / long);
                node.text.setAttribute("font-size", size);
            }
        }
    }

    zoomed() {
        return this.view.w < this.width * 0.99;
    }

    glide(target) {
        const from = {...this.view};
        const begin = performance.now();
        const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
        const step = (now) => {
            const part = calm ? 1 : Math.min((now - begin) / GLIDE_MS, 1);
            const eased = part * (2 - part);
            for (const key of ["x", "y", "w"]) {
                this.view[key] = from[key] + (target[key] - from[key]) * eased;
            }
            this.draw();
            if (part < 1 && !this.isDestroyed) {
                requestAnimationFrame(step);
            }
        };
        requestAnimationFrame(step);
    }

    goInto(node) {
        this.inside = node ? node.id : null;
        this.glide(
            node
                ? {x: node.x, y: node.y, w: 2 * node.r * MARGIN}
                : {x: this.width / 2, y: this.width / 2, w: this.width}
        );
    }

    showAll() {
        this.goInto(null);
    }

    // MOUSE AND FINGERS

    nodeAt(event) {
        const link = event.target.closest("a");
        return link && this.nodes.get(link.dataset.id);
    }

    onClick(event) {
        const node = this.nodeAt(event);
        if (this.moved) {
            event.preventDefault();
        } else if (
            node &&
            this.inside !== node.id &&
            !event.ctrlKey &&
            !event.metaKey
        ) {
            event.preventDefault();
            this.goInto(node);
        }
    }

    point(event) {
        const box = this.el.getBoundingClientRect();
        const scale = this.view.w / box.width;
        return {
            x: this.view.x + (event.clientX - box.left - box.width / 2) * scale,
            y: this.view.y + (event.clientY - box.top - box.height / 2) * scale,
        };
    }

    zoom(at, factor) {
        const w = Math.min(Math.max(this.view.w * factor, 40), this.width * 1.2);
        const share = w / this.view.w;
        this.view = {
            x: at.x + (this.view.x - at.x) * share,
            y: at.y + (this.view.y - at.y) * share,
            w,
        };
        this.inside = null;
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
            this.el.setPointerCapture(event.pointerId);
        }
        const scale = this.view.w / this.el.clientWidth;
        this.view.x -= x * scale;
        this.view.y -= y * scale;
        this.inside = null;
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
            ArrowUp: () => node && this.nodes.get(node.parent),
            ArrowDown: () =>
                [...this.nodes.values()].find(
                    (one) => one.parent === (node ? node.id : "")
                ),
        };
        if (event.key === "Escape") {
            this.showAll();
        } else if (event.key === "Enter") {
            // The click that follows comes from a key, whatever a hand did before.
            this.moved = false;
        } else if (["+", "-"].includes(event.key)) {
            event.preventDefault();
            this.zoom(node || this.view, event.key === "-" ? WHEEL : 1 / WHEEL);
        } else if (keys[event.key]) {
            event.preventDefault();
            const next = keys[event.key]();
            if (next) {
                next.el.focus();
                const above = this.nodes.get(next.parent);
                this.goInto(above || null);
            }
        }
    }

    neighbour(node, step) {
        if (!node) {
            return null;
        }
        const beside = [...this.nodes.values()].filter(
            (one) => one.parent === node.parent
        );
        const place = beside.indexOf(node) + step;
        return beside[(place + beside.length) % beside.length];
    }
}

registry.category("public.interactions").add("wezer_fractal_groups.map", GroupMap);
