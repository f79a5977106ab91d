import {addPart} from "@wezer_base/parts/parts";

const LONGEST = 1920;

/**
 * The pictures of a form: new ones are shown at once, with a caption; all are moved by
 * buttons and removed. Photos of phones are made smaller before they are sent.
 */
export class PictureRows {
    /** @param {HTMLElement} el with its words in `data-…` */
    constructor(el) {
        this.el = el;
        this.words = el.dataset;
        this.files = new Map();
        this.list = el.querySelector("ol");
        this.input = el.querySelector("input[type=file]");
        this.input.addEventListener("change", () => this.add());
        for (const row of this.rows) {
            this.dress(row);
        }
        // Chosen while this script was on its way: the field has them, not yet the list.
        if (this.input.files.length) {
            this.add();
        } else {
            this.number();
        }
    }

    get rows() {
        return [...this.list.children];
    }

    get shown() {
        return this.rows.filter((row) => !row.hidden);
    }

    /** Give a row its buttons; the number is kept, unseen. */
    dress(row) {
        row.querySelector(".o_wezer_picture_order").hidden = true;
        row.querySelector(".o_wezer_check").hidden = true;
        const buttons = document.createElement("div");
        buttons.className = "d-flex gap-1 o_wezer_picture_buttons";
        for (const [icon, label, act] of [
            ["fa-arrow-up", this.words.earlier, () => this.move(row, -1)],
            ["fa-arrow-down", this.words.later, () => this.move(row, 1)],
            ["fa-trash-o", this.words.remove, () => this.remove(row)],
        ]) {
            const button = document.createElement("button");
            button.type = "button";
            button.className = "btn btn-outline-secondary";
            button.setAttribute("aria-label", label);
            button.title = label;
            const drawing = document.createElement("i");
            drawing.className = `fa ${icon}`;
            drawing.setAttribute("aria-hidden", "true");
            button.append(drawing);
            button.addEventListener("click", act);
            buttons.append(button);
        }
        row.querySelector(".min-w-0").append(buttons);
    }

    move(row, step) {
        const shown = this.shown;
        const other = shown[shown.indexOf(row) + step];
        if (!other) {
            return;
        }
        if (step < 0) {
            other.before(row);
        } else {
            other.after(row);
        }
        this.number();
        const place = this.shown.indexOf(row) + 1;
        this.say(this.words.place, {place, count: shown.length});
        const buttons = row.querySelectorAll(".o_wezer_picture_buttons button");
        buttons[step < 0 ? 0 : 1].focus();
    }

    remove(row) {
        if (this.files.has(row)) {
            this.files.delete(row);
            row.remove();
        } else {
            row.querySelector(".o_wezer_check input").checked = true;
            row.hidden = true;
        }
        this.number();
        this.say(this.words.removed);
        this.input.focus();
    }

    /** Write the order into the rows, and the files into the field in that order. */
    number() {
        const kept = new DataTransfer();
        this.shown.forEach((row, index) => {
            row.querySelector("[name=new_order], [name^=picture_order_]").value =
                index + 1;
            if (this.files.has(row)) {
                kept.items.add(this.files.get(row));
            }
        });
        this.input.files = kept.files;
    }

    async add() {
        const most = Number(this.el.dataset.most);
        const chosen = [...this.input.files];
        const room = Math.max(most - this.shown.length, 0);
        for (const file of chosen.slice(0, room)) {
            const small = await this.smaller(file);
            this.show(small);
        }
        this.number();
        if (chosen.length > room) {
            this.say(this.words.tooMany, {count: most});
        } else {
            this.say("");
        }
    }

    show(file) {
        const row = document.createElement("li");
        row.className = "o_wezer_picture_row";
        const image = document.createElement("img");
        image.className = "o_wezer_thumb";
        image.alt = file.name;
        image.src = URL.createObjectURL(file);
        image.addEventListener("load", () => URL.revokeObjectURL(image.src));
        const body = document.createElement("div");
        body.className = "flex-grow-1 min-w-0";
        const label = document.createElement("label");
        label.className = "form-label small mb-0 d-block";
        label.append(this.words.caption);
        const caption = document.createElement("input");
        caption.className = "form-control";
        caption.name = "new_caption";
        caption.maxLength = 120;
        label.append(caption);
        const order = document.createElement("input");
        order.type = "hidden";
        order.name = "new_order";
        const hidden = document.createElement("div");
        hidden.className = "o_wezer_picture_order";
        hidden.append(order);
        const check = document.createElement("div");
        check.className = "o_wezer_check";
        body.append(label, hidden, check);
        row.append(image, body);
        this.list.append(row);
        this.files.set(row, file);
        this.dress(row);
    }

    /** A photo larger than anything that is shown, or than may be sent: smaller. */
    async smaller(file) {
        if (
            file.size <= Number(this.el.dataset.bytes) / 4 ||
            file.type === "image/gif"
        ) {
            return file;
        }
        try {
            const picture = await createImageBitmap(file);
            const scale = Math.min(
                LONGEST / Math.max(picture.width, picture.height),
                1
            );
            const canvas = document.createElement("canvas");
            canvas.width = Math.round(picture.width * scale);
            canvas.height = Math.round(picture.height * scale);
            const context = canvas.getContext("2d");
            context.drawImage(picture, 0, 0, canvas.width, canvas.height);
            const kind = file.type === "image/png" ? "image/png" : "image/jpeg";
            const blob = await new Promise((done) => canvas.toBlob(done, kind, 0.88));
            if (!blob || blob.size >= file.size) {
                return file;
            }
            const name = file.name.replace(/\.[^.]*$/, "");
            const ending = kind === "image/png" ? "png" : "jpg";
            return new File([blob], `${name}.${ending}`, {type: kind});
        } catch {
            // The server says what is wrong with it.
            return file;
        }
    }

    /**
     * @param {string} text to be read out
     * @param {object} values of the names in braces
     */
    say(text, values = {}) {
        this.el.querySelector(".o_wezer_picture_status").textContent = text.replace(
            /\{(\w+)\}/g,
            (_braces, name) => values[name]
        );
    }
}

addPart(".o_wezer_picture_rows", (el) => {
    new PictureRows(el);
});
