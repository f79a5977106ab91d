import {BaseOptionComponent} from "@html_builder/core/utils";
import {BuilderAction} from "@html_builder/core/builder_action";
import {SNIPPET_SPECIFIC} from "@html_builder/utils/option_sequence";
import {Plugin} from "@html_editor/plugin";
import {withSequence} from "@html_editor/utils/resource";
import {registry} from "@web/core/registry";

/** A record that an option names: its id only, as names may change or be hidden later. */
export class WezerRecordAction extends BuilderAction {
    static id = "wezerRecord";
    getValue({editingElement, params: {mainParam: attribute}}) {
        const id = parseInt(editingElement.dataset[attribute], 10);
        return id ? JSON.stringify({id}) : undefined;
    }
    apply({editingElement, params: {mainParam: attribute}, value}) {
        const record = value && JSON.parse(value);
        editingElement.dataset[attribute] = record?.id || "";
    }
    clean({editingElement, params: {mainParam: attribute}}) {
        delete editingElement.dataset[attribute];
    }
}

/** Return the class of the options of one block. */
function optionOf(block, name) {
    return class extends BaseOptionComponent {
        static template = `wezer_website.${name}Option`;
        static selector = `.s_wezer_${block}`;
    };
}

class CommunityBlockPlugin extends Plugin {
    static id = "wezerCommunityBlock";
    /** @type {import("plugins").WebsiteResources} */
    resources = {
        builder_options: [
            optionOf("hero", "Hero"),
            optionOf("numbers", "Numbers"),
            optionOf("market", "Market"),
            optionOf("categories", "Categories"),
            optionOf("how", "How"),
            optionOf("circles", "Circles"),
            optionOf("members", "Members"),
            optionOf("voices", "Voices"),
            optionOf("dates", "Dates"),
            optionOf("news", "News"),
            optionOf("decisions", "Decisions"),
            optionOf("contact", "Contact"),
        ].map((option) => withSequence(SNIPPET_SPECIFIC, option)),
        builder_actions: {WezerRecordAction},
        // Rows are of the moment: what is saved has none. The server takes care of it too.
        clean_for_save_handlers: ({root}) => {
            for (const block of [
                root,
                ...root.querySelectorAll("[data-wezer-block]"),
            ]) {
                if (block.dataset?.wezerBlock) {
                    const rows = block.matches(".o_wezer_rows")
                        ? block
                        : block.querySelector(".o_wezer_rows");
                    rows?.replaceChildren();
                }
            }
        },
    };
}

registry.category("website-plugins").add(CommunityBlockPlugin.id, CommunityBlockPlugin);
