import {addPart} from "@wezer_base/parts/parts";

/**
 * Lets people drag the options of a ranking into their order; the boxes with numbers
 * get the places. Without it, and by keyboard, people type the numbers.
 */
class Ranking {
    /** @param {HTMLElement} list */
    constructor(list) {
        this.list = list;
        this.ends = [];
        for (const row of this.rows()) {
            this.addGrip(row);
        }
    }

    rows() {
        return [...this.list.querySelectorAll(".o_wezer_option")];
    }

    /** @param {HTMLElement} row */
    addGrip(row) {
        const grip = document.createElement("i");
        grip.className = "fa fa-bars o_wezer_option_grip";
        grip.setAttribute("aria-hidden", "true");
        row.prepend(grip);
        const start = (ev) => this.drag(ev, row, grip);
        grip.addEventListener("pointerdown", start);
        this.ends.push(() => grip.remove());
    }

    /**
     * @param {PointerEvent} ev
     * @param {HTMLElement} row
     * @param {HTMLElement} grip
     */
    drag(ev, row, grip) {
        ev.preventDefault();
        grip.setPointerCapture(ev.pointerId);
        row.classList.add("o_wezer_dragged");
        const move = (moved) => this.place(row, moved.clientY);
        const stop = () => {
            grip.removeEventListener("pointermove", move);
            row.classList.remove("o_wezer_dragged");
            this.number(row);
        };
        grip.addEventListener("pointermove", move);
        grip.addEventListener("pointerup", stop, {once: true});
        grip.addEventListener("pointercancel", stop, {once: true});
    }

    /**
     * @param {HTMLElement} row
     * @param {number} height of the pointer
     */
    place(row, height) {
        const others = this.rows().filter((other) => other !== row);
        const before = others.find((other) => {
            const {top, bottom} = other.getBoundingClientRect();
            return height < (top + bottom) / 2;
        });
        this.list.insertBefore(row, before || null);
    }

    /**
     * Number what is above the lowest option that has a number: what people never
     * ranked stays without.
     *
     * @param {HTMLElement} moved
     */
    number(moved) {
        const rows = this.rows();
        const numbered = rows.filter(
            (row) => row === moved || row.querySelector("input").value
        );
        const last = rows.indexOf(numbered.at(-1));
        rows.forEach((row, index) => {
            row.querySelector("input").value = index <= last ? index + 1 : "";
        });
    }

    /** Called when the list has left the page. */
    end() {
        this.ends.forEach((end) => end());
    }
}

addPart(".o_wezer_options[data-wezer-bundle='wezer_decision.assets_ranking']", (el) => {
    const ranking = new Ranking(el);
    return () => ranking.end();
});
