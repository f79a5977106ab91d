import {RadioField, radioField} from "@web/views/fields/radio/radio_field";
import {onMounted} from "@odoo/owl";
import {registry} from "@web/core/registry";

/** Choices of which the first has the focus when its window opens. */
export class ChoiceField extends RadioField {
    setup() {
        super.setup();
        onMounted(() => {
            const [first] = this.items;
            document.getElementById(`${this.props.id}_${first?.[0]}`)?.focus();
        });
    }
}

registry.category("fields").add("wezer_movein_choice", {
    ...radioField,
    component: ChoiceField,
});
