import {UrlField, urlField} from "@web/views/fields/url/url_field";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";

/** A link to a page of the website, in words instead of its address. */
export const pageLinkField = {
    ...urlField,
    component: UrlField,
    extractProps: (info) => ({
        ...urlField.extractProps(info),
        text: _t("Open the page"),
        websitePath: true,
    }),
};

registry.category("fields").add("wezer_page_link", pageLinkField);
