from odoo import api, models

from odoo.addons.wezer_base.exceptions import NotAllowed

REFERENCES = (("res_model", "res_id"), ("parent_res_model", "parent_res_id"))


class RatingRating(models.Model):
    """Internal users may rate only what they may read.

    A rating stores the name of what it rates, whatever the rules of that record are.
    """

    _inherit = "rating.rating"

    @api.model_create_multi
    def create(self, vals_list):
        ratings = super().create(vals_list)
        ratings._wezer_check_rated()
        return ratings

    def write(self, vals):
        result = super().write(vals)
        self._wezer_check_rated()
        return result

    def _wezer_check_rated(self) -> None:
        """Raise where the user may not read what is rated.

        Records of the suite are never rated here: who may read them changes, and
        the stored name would remain.
        """
        if self.env.su:
            return
        for rating in self.sudo():
            for model_field, id_field in REFERENCES:
                model, number = rating[model_field], rating[id_field]
                if not model or not number or model not in self.env:
                    continue
                if self.env[model]._name.startswith("wezer."):
                    raise NotAllowed(
                        self.env._(
                            "You cannot assess this here. You can assess a deal on"
                            " its own page."
                        ),
                        rule="hidden",
                    )
                self.env[model].browse(number).check_access("read")
