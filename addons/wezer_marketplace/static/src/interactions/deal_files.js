import {Interaction} from "@web/public/interaction";
import {registry} from "@web/core/registry";

const PICTURES = /^image\/(png|jpeg|gif|webp)$/;

/**
 * The files of a deal's forms: shown before they are sent, refused here where they are
 * too large, and never left behind when another form of the page is sent.
 */
export class DealFiles extends Interaction {
    static selector = ".o_wezer_page:has(.o_wezer_deal_live)";
    dynamicContent = {
        _root: {"t-on-change": this.onChange, "t-on-submit": this.onSubmit},
    };

    start() {
        // Chosen while the program was on its way.
        for (const input of this.el.querySelectorAll(
            "input[type=file][name=evidence]"
        )) {
            if (input.files.length) {
                this.preview(input);
            }
        }
    }

    onChange(event) {
        if (event.target.matches("input[type=file][name=evidence]")) {
            this.preview(event.target);
        }
    }

    preview(input) {
        const box = document.getElementById(`${input.id}_chosen`);
        for (const figure of box.querySelectorAll("figure")) {
            figure.remove();
        }
        const most = Number(input.dataset.mostBytes);
        const tooLarge = [...input.files].some((file) => file.size > most);
        const warning = box.querySelector(".o_wezer_too_large");
        warning.hidden = !tooLarge;
        input.setCustomValidity(tooLarge ? warning.textContent : "");
        for (const file of input.files) {
            box.append(this.figure(file));
        }
        box.hidden = !input.files.length;
    }

    figure(file) {
        const figure = document.createElement("figure");
        let shown = null;
        if (PICTURES.test(file.type)) {
            shown = document.createElement("img");
            shown.alt = "";
            shown.src = URL.createObjectURL(file);
            shown.onload = () => URL.revokeObjectURL(shown.src);
        } else {
            shown = document.createElement("span");
            shown.className = "o_wezer_no_preview fa fa-file-o";
        }
        const caption = document.createElement("figcaption");
        caption.textContent = file.name;
        figure.append(shown, caption);
        return figure;
    }

    /** What was chosen in another form goes along, where the sent one takes files. */
    onSubmit(event) {
        const sent = event.target;
        const others = [...this.el.querySelectorAll("input[type=file]")].filter(
            (input) => input.form !== sent && input.files.length
        );
        if (!others.length) {
            return;
        }
        const own = sent.querySelector("input[type=file][name=evidence]");
        if (own) {
            const all = new DataTransfer();
            for (const input of [own, ...others]) {
                for (const file of input.files) {
                    all.items.add(file);
                }
            }
            own.files = all.files;
            return;
        }
        // This form takes no files: they have to be sent, or taken away, first.
        event.preventDefault();
        const [first] = others;
        const note = this.el.querySelector(".o_wezer_unsent_files");
        note.setAttribute("role", "alert");
        note.hidden = false;
        first.closest(".o_wezer_files").append(note);
        first.focus();
    }
}

registry.category("public.interactions").add("wezer_marketplace.deal_files", DealFiles);
