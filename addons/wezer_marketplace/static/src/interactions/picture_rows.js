import {Interaction} from "@web/public/interaction";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";

const LONGEST = 1920;

/**
 * The pictures of a form: new ones are shown at once, with a caption; all are moved by
 * buttons and removed. Photos of phones are made smaller before they are sent.
 */
export class PictureRows extends Interaction {
    static selector = ".o_wezer_picture_rows";
    dynamicContent = {
        "input[type=file]": {"t-on-change": this.add},
        ".o_wezer_picture_status": {"t-out": () => this.status},
    };

    setup() {
        this.status = "";
        this.files = new Map();
        this.list = this.el.querySelector("ol");
        this.input = this.el.querySelector("input[type=file]");
    }

    start() {
        for (const row of this.rows) {
            this.dress(row);
        }
        // Chosen while the program was on its way: the field has them, not yet the list.
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
            ["fa-arrow-up", _t("Earlier"), () => this.move(row, -1)],
            ["fa-arrow-down", _t("Later"), () => this.move(row, 1)],
            ["fa-trash-o", _t("Remove this picture"), () => this.remove(row)],
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
            this.addListener(button, "click", act);
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
        this.say(_t("Picture %(place)s of %(count)s", {place, count: shown.length}));
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
        this.say(_t("Removed. Save the form to keep it so."));
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
            const small = await this.waitFor(this.smaller(file));
            this.show(small);
        }
        this.number();
        if (chosen.length > room) {
            this.say(_t("Up to %s pictures fit. The others were left out.", most));
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
        this.registerCleanup(() => URL.revokeObjectURL(image.src));
        const body = document.createElement("div");
        body.className = "flex-grow-1 min-w-0";
        const label = document.createElement("label");
        label.className = "form-label small mb-0 d-block";
        label.append(_t("Caption"));
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

    say(text) {
        this.status = text;
        this.updateContent();
    }
}

registry
    .category("public.interactions")
    .add("wezer_marketplace.picture_rows", PictureRows);
