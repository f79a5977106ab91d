import {FIELD_WIDTHS} from "@web/views/list/column_width_hook";
import {ListRenderer} from "@web/views/list/list_renderer";
import {patch} from "@web/core/utils/patch";

// Beside a heading stands the arrow of the sorted column; Odoo rounds widths down.
const BESIDE = 8;
const ruler = document.createElement("canvas").getContext("2d");
const fitted = new WeakMap();

/** Return the width of a heading in pixels. */
function headingWidth(label) {
    const {fontFamily, fontSize} = getComputedStyle(document.body);
    ruler.font = `500 ${fontSize} ${fontFamily}`;
    return Math.ceil(ruler.measureText(label).width) + BESIDE;
}

/** Return the column, at least as wide as its heading in the reader's language. */
function fit(column) {
    if (column.type !== "field" || !column.hasLabel || !column.label) {
        return column;
    }
    const least = headingWidth(String(column.label));
    const {attrs, field} = column;
    if (attrs?.width) {
        const width = `${Math.max(parseInt(attrs.width, 10), least)}px`;
        return {...column, attrs: {...attrs, width}};
    }
    const listViewWidth = (about) => {
        const own = field.listViewWidth || FIELD_WIDTHS[column.widget || about.type];
        const width = typeof own === "function" ? own(about) : own;
        const [min, max] = [width || 80].flat();
        const most = Array.isArray(width) ? max : width;
        return [Math.max(min, least), most && Math.max(most, least)];
    };
    return {...column, field: {...field, listViewWidth}};
}

// In lists of the suite nothing is cut off: headings are as long as their language has
// them, texts and dates take a second line (lists.scss).
// Enter on a button of a row presses it, as the mouse does, in the place of opening the
// row.
patch(ListRenderer.prototype, {
    onCellKeydownReadOnlyMode(hotkey, cell, group, record) {
        const isButton = document.activeElement.closest("td button");
        if (hotkey === "enter" && isButton && record?.resModel?.startsWith("wezer.")) {
            // The browser itself presses it.
            return false;
        }
        return super.onCellKeydownReadOnlyMode(...arguments);
    },
    processAllColumn(columns, list) {
        const found = super.processAllColumn(columns, list);
        if (!list.resModel?.startsWith("wezer.")) {
            return found;
        }
        for (const column of found) {
            if (!fitted.has(column)) {
                fitted.set(column, fit(column));
            }
        }
        return found.map((column) => fitted.get(column));
    },
    getCellClass(column, record) {
        const names = super.getCellClass(column, record);
        const ours = column.type === "field" && record.resModel?.startsWith("wezer.");
        return ours ? `${names} o_wezer_cell` : names;
    },
});
