import {_t} from "@web/core/l10n/translation";
import {odooExceptionTitleMap} from "@web/core/errors/error_dialogs";
import {patch} from "@web/core/utils/patch";
import {user} from "@web/core/user";
import {WebClient} from "@web/webclient/webclient";

// A refusal says what holds here, not that something went wrong.
const CANNOT = _t("This cannot be done");
for (const name of [
    "wezer_base.exceptions.Refusal",
    "wezer_base.exceptions.NotAllowed",
    "wezer_base.tools.locks.Busy",
    "wezer_base.tools.web_errors.TooSlow",
    "wezer_base.tools.web_errors.WrongCall",
    "wezer_currency.tools.batch.BatchRefusal",
]) {
    odooExceptionTitleMap.set(`odoo.addons.${name}`, CANNOT);
}

// The browser's tab names the community.
patch(WebClient.prototype, {
    setup() {
        super.setup();
        this.title.setParts({zopenerp: user.activeCompany?.name});
    },
});
