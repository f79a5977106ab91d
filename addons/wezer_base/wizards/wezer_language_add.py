from odoo import fields, models


class WezerLanguageAdd(models.TransientModel):
    """Languages that an administrator adds to the community's website.

    Odoo's own dialogue is for administrators of the whole system only, and leaves the
    website as it is.
    """

    _name = "wezer.language.add"
    _description = "Add languages"
    _inherit = ["wezer.record.mixin"]

    lang_ids = fields.Many2many(
        "res.lang",
        "wezer_language_add_lang_rel",
        "wizard_id",
        "lang_id",
        string="Languages",
        context={"active_test": False},
        help="Members choose among them on every page. What is written in the"
        " community stays in the language of its author.",
    )

    def action_add(self) -> dict:
        """Install the terms and offer the languages on every page.

        :raise NotAllowed: where the user is no administrator
        """
        self.ensure_one()
        onboarding = self.env["wezer.onboarding"]
        onboarding._check_administrator()
        # An administrator of the community, checked just above.
        self.lang_ids.sudo()._wezer_bring_to_website()
        return onboarding.action_open()
