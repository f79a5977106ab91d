const FEW = 2;

/**
 * The folded list beside the map: the same circles for those who do not see it.
 *
 * Keys as in every tree: up and down, right to unfold, left to fold, Home, End; Enter
 * shows the circle on the map, and once more opens its page.
 */
export class MapTree {
    /**
     * @param {HTMLElement} el the list
     * @param {object} map what it reads circles from: `root`, `order`, `load(nodes)`,
     *     `choose(node, event)`, `link(node)`, `words`
     */
    constructor(el, map) {
        this.el = el;
        this.map = map;
        this.items = new Map();
        this.unfolded = new Set();
        el.setAttribute("role", "tree");
        el.addEventListener("click", (event) => this.onClick(event));
        el.addEventListener("keydown", (event) => this.onKey(event));
    }

    /** Unfold the circles right in `node` where they are few. */
    unfoldFew(node) {
        for (const child of node.n <= FEW ? node.children : []) {
            this.unfolded.add(child.id);
        }
    }

    /** Show the way to `node`, unfolded. */
    show(node) {
        for (let above = node; above; above = above.parent) {
            if (above.n) {
                this.unfolded.add(above.id);
            }
        }
        this.here = node.id;
        this.draw();
        const item = this.items.get(node.id);
        if (item) {
            const box = this.el.parentElement;
            const [inner, outer] = [item, box].map((el) => el.getBoundingClientRect());
            if (inner.top < outer.top || inner.top > outer.bottom - 40) {
                box.scrollTop += inner.top - outer.top - outer.height / 3;
            }
        }
    }

    draw() {
        const {root} = this.map;
        const focused = this.el.contains(document.activeElement)
            ? document.activeElement.dataset.id
            : null;
        this.items.clear();
        this.el.replaceChildren(...this.branch(root));
        const stop = this.items.get(this.here) || this.items.values().next().value;
        if (stop) {
            stop.tabIndex = 0;
        }
        const again = focused && this.items.get(Number(focused));
        if (again) {
            this.focus(again);
        }
    }

    branch(node) {
        const sorted = [...node.children].sort((one, other) =>
            this.map.order.compare(one.name, other.name)
        );
        const items = sorted.map((child) => this.item(child));
        if (node.children.length < node.n) {
            items.push(this.more(node));
        }
        return items;
    }

    item(node) {
        const item = document.createElement("li");
        item.dataset.id = node.id;
        item.tabIndex = -1;
        item.setAttribute("role", "treeitem");
        item.setAttribute("aria-level", node.level + 1);
        item.setAttribute(
            "aria-label",
            [node.name, ...node.facts, node.open].filter(Boolean).join(", ")
        );
        item.setAttribute("aria-selected", String(node.id === this.here));
        this.items.set(node.id, item);
        const row = document.createElement("div");
        row.className = "o_wezer_tree_row";
        const fold = document.createElement("span");
        fold.className = "o_wezer_tree_fold";
        const words = document.createElement("span");
        const link = document.createElement("a");
        link.href = this.map.link(node);
        link.tabIndex = -1;
        link.textContent = node.name;
        const facts = document.createElement("span");
        facts.className = "small text-muted";
        facts.textContent = node.facts.join(" · ");
        words.append(link, facts);
        if (node.open) {
            const open = document.createElement("span");
            open.className = "small o_wezer_map_open";
            open.textContent = node.open;
            words.append(open);
        }
        row.append(fold, words);
        item.append(row);
        if (node.n) {
            const open = this.unfolded.has(node.id);
            item.setAttribute("aria-expanded", String(open));
            if (open) {
                const inside = document.createElement("ul");
                inside.setAttribute("role", "group");
                inside.append(...this.branch(node));
                item.append(inside);
            }
        }
        return item;
    }

    /** The end of a branch that is not loaded, or too long for the map. */
    more(node) {
        const item = document.createElement("li");
        item.setAttribute("role", "none");
        if (node.full) {
            item.className = "small text-muted";
            item.textContent = this.map.words.largest;
        } else {
            const button = document.createElement("button");
            button.type = "button";
            button.className = "btn btn-link";
            button.dataset.more = node.id;
            button.textContent = this.map.words.more;
            item.append(button);
        }
        return item;
    }

    async fold(node, open) {
        if (open) {
            this.unfolded.add(node.id);
            if (!node.children.length) {
                await this.map.load([node]);
            }
        } else {
            this.unfolded.delete(node.id);
        }
        this.draw();
    }

    node(el) {
        const item = el.closest("[role=treeitem]");
        return item && this.map.nodes.get(Number(item.dataset.id));
    }

    focus(item) {
        for (const other of this.items.values()) {
            other.tabIndex = -1;
        }
        item.tabIndex = 0;
        item.focus();
    }

    onClick(event) {
        const more = event.target.closest("[data-more]");
        const node = this.node(event.target);
        if (more) {
            const above = this.map.nodes.get(Number(more.dataset.more));
            this.map.load([above]).then(() => this.draw());
        } else if (node && event.target.closest(".o_wezer_tree_fold")) {
            this.fold(node, !this.unfolded.has(node.id));
        } else if (node && event.target.closest("a")) {
            this.map.choose(node, event);
        }
    }

    onKey(event) {
        const node = this.node(event.target);
        if (!node || event.target.closest("button")) {
            return;
        }
        const items = [...this.items.values()];
        const place = items.indexOf(this.items.get(node.id));
        const open = this.unfolded.has(node.id) && node.n;
        const keys = {
            ArrowDown: () => items[place + 1],
            ArrowUp: () => items[place - 1],
            Home: () => items[0],
            End: () => items.at(-1),
            ArrowRight: () => (open ? items[place + 1] : this.unfold(node, true)),
            ArrowLeft: () =>
                open ? this.unfold(node, false) : this.items.get(node.parent.id),
            Enter: () => {
                this.map.choose(node, event);
            },
        };
        if (keys[event.key]) {
            event.preventDefault();
            event.stopPropagation();
            const next = keys[event.key]();
            if (next) {
                this.focus(next);
            }
        }
    }

    unfold(node, open) {
        if (node.n) {
            this.fold(node, open);
        }
    }
}
