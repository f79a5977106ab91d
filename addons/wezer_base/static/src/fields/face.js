import {KanbanMany2OneAvatarField} from "@web/views/fields/many2one_avatar/kanban_many2one_avatar_field";
import {
    Many2OneAvatarField,
    many2OneAvatarField,
} from "@web/views/fields/many2one_avatar/many2one_avatar_field";
import {registry} from "@web/core/registry";

const fields = registry.category("fields");

/** A party with the picture that it shares, which the contact itself does not have. */
export class FaceField extends Many2OneAvatarField {
    static template = "wezer_base.FaceField";
}

export class KanbanFaceField extends KanbanMany2OneAvatarField {
    static template = "wezer_base.KanbanFaceField";
}

fields.add("wezer_face", {
    ...many2OneAvatarField,
    component: FaceField,
    additionalClasses: ["o_field_many2one_avatar"],
});
fields.add("kanban.wezer_face", {
    ...fields.get("kanban.many2one_avatar"),
    component: KanbanFaceField,
});
