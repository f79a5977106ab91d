import {Plugin} from "@html_editor/plugin";
import {registry} from "@web/core/registry";

const CHANGED = "[data-wezer-hidden]";

/**
 * What is edited is saved as templates have it, not as parts (parts.js) have shown it to
 * whoever edits: what is hidden without scripts stays so.
 */
export class PartsPlugin extends Plugin {
    static id = "wezerParts";
    resources = {
        clean_for_save_handlers: ({root}) => this.restore(root),
    };

    restore(root) {
        const changed = [...root.querySelectorAll(CHANGED)];
        if (root.matches(CHANGED)) {
            changed.push(root);
        }
        for (const el of changed) {
            // As templates write it: an attribute without a value is no XML.
            if (el.dataset.wezerHidden) {
                el.setAttribute("hidden", el.dataset.wezerHidden);
            } else {
                el.removeAttribute("hidden");
            }
            delete el.dataset.wezerHidden;
        }
    }
}

registry.category("website-plugins").add(PartsPlugin.id, PartsPlugin);
