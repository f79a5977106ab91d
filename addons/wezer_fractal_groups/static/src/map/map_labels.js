const LINES = 3;
const ROOM = 3;
// So many of the largest circles, and all from this radius on, have a name even where
// it is wider than they are.
const ALWAYS = 8;
const LARGE_PX = 44;
// They are wrapped from this width on, not before.
const ALWAYS_PX = 130;
const SVG = "http://www.w3.org/2000/svg";

/**
 * Writes the names of circles so that none lies on another.
 *
 * The largest circle chooses its place first. A name that fits into its circle, or
 * that belongs to one of the largest, is tried at a few places of the circle; where
 * each of them is taken, the circle stays without.
 */
export class MapLabels {
    /**
     * @param {SVGGElement} group what the names are put into
     */
    constructor(group) {
        this.group = group;
        const style = getComputedStyle(group);
        this.size = parseFloat(style.fontSize);
        this.pen = document.createElement("canvas").getContext("2d");
        this.fonts = {
            strong: `600 ${this.size}px ${style.fontFamily}`,
            plain: `400 ${this.size - 1}px ${style.fontFamily}`,
        };
        this.pen.font = this.fonts.strong;
        const metrics = this.pen.measureText("Ég");
        this.rise = metrics.fontBoundingBoxAscent;
        this.height = Math.ceil(this.rise + metrics.fontBoundingBoxDescent) + 1;
        this.widths = new Map();
        this.written = new Map();
    }

    /**
     * @param {object[]} places circles on the screen: `node`, `x`, `y`, `r`, `opened`
     * @param {number} width of the screen
     * @param {number} height of the screen
     */
    write(places, width, height) {
        const taken = [];
        const kept = new Set();
        const largest = [...places].sort((one, other) => other.r - one.r);
        // What is larger than the screen has no edge to write at; of what is mostly
        // beside it the name would stand in a corner.
        const seen = largest.filter(
            ({x, y, r}) =>
                r < Math.max(width, height) &&
                Math.max(-x, x - width, -y, y - height) < -0.2 * Math.min(r, 100)
        );
        seen.forEach((place, rank) => {
            const always = rank < ALWAYS || place.r >= LARGE_PX;
            const block = this.block(place, always, width);
            const at = block && this.free(place, block, taken, width, height);
            if (at) {
                taken.push(at);
                kept.add(place.node);
                this.put(place.node, block, at);
            }
        });
        for (const [node, text] of this.written) {
            if (!kept.has(node)) {
                text.setAttribute("display", "none");
            }
        }
    }

    measure(text, font) {
        const key = font + text;
        if (!this.widths.has(key)) {
            this.pen.font = this.fonts[font];
            this.widths.set(key, this.pen.measureText(text).width);
        }
        return this.widths.get(key);
    }

    /**
     * @returns {object | null} `lines` (`text`, `font`), `width` and `height`; null where
     *     the name does not fit and need not be shown
     */
    block(place, always, screen) {
        const {node, r, opened} = place;
        const most = Math.min(
            Math.max(opened ? 1.5 * r : 1.75 * r, always ? ALWAYS_PX : 0),
            0.8 * screen
        );
        if (most < 24) {
            return null;
        }
        const wrapped = this.wrap(node.name, most, opened && !always ? 2 : LINES);
        if (wrapped.cut && !always) {
            return null;
        }
        const lines = wrapped.lines.map((text) => ({text, font: "strong"}));
        this.addFacts(lines, place, most);
        const widths = lines.map((line) => this.measure(line.text, line.font));
        const height = lines.length * this.height;
        if (!always && !opened && height > 1.7 * r) {
            return null;
        }
        return {lines, width: Math.max(...widths), height};
    }

    /**
     * Adds who leads, and how many roles are vacant, where there is room for them.
     */
    addFacts(lines, {node, r, opened}, most) {
        const facts = [
            {text: node.lead && `◆ ${node.lead}`, font: "plain"},
            {text: node.open, font: "plain", open: true},
        ];
        const room = opened ? 0.24 * r : 1.3 * r;
        for (const fact of facts) {
            if (
                fact.text &&
                (lines.length + 1) * this.height < room &&
                this.measure(fact.text, "plain") < most
            ) {
                lines.push(fact);
            }
        }
    }

    /**
     * Returns the lines of a name, and whether the end had to be cut off.
     */
    wrap(name, most, count) {
        const lines = [];
        let line = "";
        for (const word of name.split(/\s+/)) {
            const longer = line ? `${line} ${word}` : word;
            if (line && this.measure(longer, "strong") > most) {
                lines.push(line);
                line = word;
            } else {
                line = longer;
            }
        }
        lines.push(line);
        const shown = lines.slice(0, count);
        let cut = lines.length > count;
        shown.forEach((text, number) => {
            const last = number === count - 1 && lines.length > count;
            let letters = [...text];
            if (this.measure(text, "strong") > most || last) {
                while (
                    letters.length > 1 &&
                    this.measure(`${letters.join("")}…`, "strong") > most
                ) {
                    letters = letters.slice(0, -1);
                }
                shown[number] = `${letters.join("").trim()}…`;
                cut = true;
            }
        });
        return {lines: shown, cut};
    }

    /**
     * @returns {object | null} the first place for a block that lies on no other
     */
    free(place, block, taken, width, height) {
        const step = this.height;
        const top = place.y - 0.93 * place.r + block.height / 2;
        const middles = place.opened
            ? [top, top + step, top - step, top + 2 * step, place.y + 0.9 * place.r]
            : [0, -1, 1, -2, 2, -3, 3].map((lines) => place.y + lines * step);
        // Then line by line: something of a large circle is always free.
        for (let y = -0.9 * place.r; place.r >= LARGE_PX && y < place.r; y += step) {
            middles.push(place.y + y);
        }
        for (const middle of middles) {
            const at = {
                left: place.x - block.width / 2 - ROOM,
                top: middle - block.height / 2 - 1,
                width: block.width + 2 * ROOM,
                height: block.height + 2,
            };
            at.left = Math.min(Math.max(at.left, 1), width - at.width - 1);
            at.top = Math.min(Math.max(at.top, 1), height - at.height - 1);
            // Never beside the circle that it names.
            const away = Math.hypot(
                at.left + at.width / 2 - place.x,
                at.top + at.height / 2 - place.y
            );
            if (away <= Math.max(place.r, 2) + step && at.left >= 0) {
                if (!taken.some((other) => this.meet(at, other))) {
                    return at;
                }
            }
        }
        return null;
    }

    meet(one, other) {
        return (
            one.left < other.left + other.width &&
            other.left < one.left + one.width &&
            one.top < other.top + other.height &&
            other.top < one.top + one.height
        );
    }

    put(node, block, at) {
        let text = this.written.get(node);
        if (!text) {
            text = document.createElementNS(SVG, "text");
            text.dataset.id = node.id;
            this.written.set(node, text);
            this.group.append(text);
        }
        const words = block.lines.map((line) => line.text).join("\n");
        if (text.dataset.words !== words) {
            text.dataset.words = words;
            text.replaceChildren(
                ...block.lines.map((line, number) => {
                    const span = document.createElementNS(SVG, "tspan");
                    span.textContent = line.text;
                    span.setAttribute("x", 0);
                    span.setAttribute("y", this.rise + number * this.height);
                    if (line.font === "plain") {
                        span.setAttribute("class", "o_wezer_map_fact");
                        span.classList.toggle("o_wezer_map_open", Boolean(line.open));
                    }
                    return span;
                })
            );
        }
        const x = at.left + at.width / 2;
        text.setAttribute("transform", `translate(${x} ${at.top + 1})`);
        text.setAttribute("display", "inline");
    }
}
