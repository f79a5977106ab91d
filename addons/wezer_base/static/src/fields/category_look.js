import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

const TINTS = [1, 2, 3, 4, 5, 6, 7, 8];

/** A choice among pictures: each is a button of a group, as radio buttons are. */
class LookField extends Component {
    static template = "wezer_base.LookField";
    static props = {...standardFieldProps};

    get value() {
        return this.props.record.data[this.props.name] || false;
    }

    get chosen() {
        return this.choices.find((choice) => choice.value === this.value);
    }

    get tint() {
        return this.props.record.data.color || 0;
    }

    choose(value) {
        if (!this.props.readonly) {
            this.props.record.update({[this.props.name]: value});
        }
    }
}

class IconField extends LookField {
    get none() {
        return _t("Picture of the parent category");
    }

    get choices() {
        const field = this.props.record.fields[this.props.name];
        return field.selection.map(([value, label]) => ({
            value,
            label,
            picture: `fa ${value}`,
            tint: this.tint,
        }));
    }
}

class TintField extends LookField {
    get none() {
        return _t("Colour of the parent category");
    }

    get choices() {
        return TINTS.map((tint) => ({
            value: tint,
            label: _t("Colour %s", tint),
            picture: "fa fa-circle",
            tint,
        }));
    }
}

registry.category("fields").add("wezer_icon", {
    component: IconField,
    displayName: _t("Picture from a list"),
    supportedTypes: ["selection"],
});
registry.category("fields").add("wezer_tint", {
    component: TintField,
    displayName: _t("Colour from a list"),
    supportedTypes: ["integer"],
});
