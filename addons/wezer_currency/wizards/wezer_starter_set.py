from markupsafe import Markup

from odoo import fields, models

from odoo.addons.wezer_base.exceptions import Refusal

from ..tools.starter_sets import SETS, TERMS

# The language in which the words of the sets are written.
SOURCE = "en_US"


class WezerStarterSet(models.TransientModel):
    """A currency, categories, skills and terms of use that a community begins with.

    What is there already is kept: the wizard adds only what is missing, and run twice
    it adds nothing the second time.
    """

    _name = "wezer.starter.set"
    _description = "Starter set"
    _inherit = ["wezer.record.mixin"]

    kind = fields.Selection(
        [
            ("time_bank", "Time bank: an hour for an hour"),
            ("lets", "Local currency (LETS): units that members agree on"),
            ("sharing_club", "Sharing club: lend and borrow things, for points"),
        ],
        string="What kind of community is it?",
        required=True,
        default="time_bank",
    )
    currency_name = fields.Char(
        string="Name of the currency",
        help="If this is empty, the usual name is used: Hours, Units or Points.",
    )
    currency_code = fields.Char(
        string="Short form after an amount", help="Such as h, u or p."
    )
    country_id = fields.Many2one(
        "res.country",
        required=True,
        default=lambda self: self._default_country(),
        help="The legal tender, such as the euro, follows from the country.",
    )
    with_terms = fields.Boolean(string="Propose terms of use", default=True)

    def _default_country(self):
        """Propose no country that nobody chose: Odoo begins in the United States."""
        company = self.env.company.sudo()
        return company.country_id if company.country_id.code != "US" else False

    def action_apply(self) -> dict:
        """Create what is missing, and show the first steps again.

        :raise NotAllowed: where the user is no administrator
        """
        self.ensure_one()
        onboarding = self.env["wezer.onboarding"]
        onboarding._check_administrator()
        chosen = SETS.get(self.kind)
        if not chosen:
            raise Refusal(self.env._("This choice does not exist."), rule="kind")
        self._apply_country()
        self._apply_words(chosen)
        self._apply_currency(chosen)
        if self.with_terms:
            self._apply_terms()
        return onboarding.action_open()

    def _apply_country(self):
        """Set the country, its legal tender and the time zone where none was chosen."""
        # The administrator's own community, checked before.
        company = self.env.company.sudo()
        if self.country_id and company.country_id != self.country_id:
            company.country_id = self.country_id
        tender = self.country_id.sudo().currency_id
        books = self.env["account.move.line"].sudo()
        if (
            tender
            and company.currency_id != tender
            and not books.search_count([("company_id", "=", company.id)], limit=1)
        ):
            tender.active = True
            company.currency_id = tender
        if not company.wezer_tz and self.env.user.tz:
            company.wezer_tz = self.env.user.tz

    def _apply_words(self, chosen):
        categories, skills = self.env["wezer.category"], self.env["wezer.skill"]
        for branch in chosen.branches:
            category = self._word(
                categories, branch.name, icon=branch.icon, color=branch.tint
            )
            for word in branch.words:
                self._word(skills, word, category_id=category.id)

    def _word(self, model, term, **vals):
        """Return the category or skill called ``term``; make it in all languages."""
        found = model._find(term._translate(SOURCE)) or model._find(
            term._translate(self.env.lang or SOURCE)
        )
        return found[:1] or self._create_in_languages(model, term, vals)

    def _create_in_languages(self, model, term, vals):
        """Create a record whose ``name`` is ``term``, translated where it can be."""
        source = term._translate(SOURCE)
        record = model.with_context(lang=SOURCE).create({**vals, "name": source})
        for code, _name in self.env["res.lang"].get_installed():
            name = term._translate(code)
            if code != SOURCE and name != source:
                record.with_context(lang=code).name = name
        return record.with_env(self.env)

    def _apply_currency(self, chosen):
        """Create the currency, unless the community has one."""
        currencies = self.env["wezer.currency"]
        if currencies.search_count([], limit=1):
            return
        code = (self.currency_code or "").strip() or chosen.code
        vals = {**chosen.currency, "code": code}
        name = (self.currency_name or "").strip()
        if name:
            currencies.create({**vals, "name": name})
        else:
            self._create_in_languages(currencies, chosen.name, vals)

    def _apply_terms(self):
        """Propose terms of use, unless there are some."""
        # The administrator's own community, checked before.
        company = self.env.company.sudo()
        if company.wezer_terms:
            return
        for code, _name in sorted(
            self.env["res.lang"].get_installed(), key=lambda lang: lang[0] != SOURCE
        ):
            items = Markup().join(
                Markup("<li>%s</li>") % line._translate(code) for line in TERMS
            )
            company.with_context(lang=code).wezer_terms = Markup("<ol>%s</ol>") % items
