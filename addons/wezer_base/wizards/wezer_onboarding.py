from odoo import Command, api, fields, models

from ..exceptions import NotAllowed, Refusal

# From so many people on, the step about members counts as done.
FIRST_MEMBERS = 5


class WezerOnboarding(models.TransientModel):
    """The checklist of an administrator's first day.

    A step is done when it is really done, not when somebody ticks it.
    """

    _name = "wezer.onboarding"
    _description = "First steps"
    _inherit = ["wezer.record.mixin"]

    line_ids = fields.One2many(
        "wezer.onboarding.step",
        "onboarding_id",
        string="Lines",
    )
    done_count = fields.Integer(compute="_compute_progress")
    step_count = fields.Integer(compute="_compute_progress")
    progress = fields.Float(compute="_compute_progress")

    def _compute_display_name(self):
        for onboarding in self:
            onboarding.display_name = self.env._("First steps")

    @api.depends("line_ids.done")
    def _compute_progress(self):
        for onboarding in self:
            onboarding.step_count = len(onboarding.line_ids)
            onboarding.done_count = len(onboarding.line_ids.filtered("done"))
            onboarding.progress = (
                100 * onboarding.done_count / (onboarding.step_count or 1)
            )

    @api.model
    def _steps(self):
        """Return the steps; addons insert theirs.

        :return: list of dicts: ``key`` (stable word), ``sequence``, ``name``,
            ``text`` (why), ``done``, ``action`` (an XML id), ``skip_label`` (a button's
            label where the step may be skipped, or False)
        """
        company = self.env.company.sudo()
        # Visitors read them: those of the website, not those of the back office.
        languages = self.env["website"].get_current_website().sudo().language_ids
        people = self.env["wezer.profile"].search_count(
            [("is_person", "=", True), ("state", "=", "active")]
        )
        return [
            {
                "key": "name",
                "sequence": 10,
                "name": self.env._("Name, logo and colours"),
                "text": self.env._("People see them on every page and in e-mails."),
                "done": self.env["website"].get_current_website()._wezer_is_named(),
                "action": "wezer_base.wezer_look_action",
                "skip_label": False,
            },
            {
                "key": "mail",
                "sequence": 15,
                "name": self.env._("Outgoing mail"),
                "text": self._mail_text(company),
                "done": self._is_skipped("mail")
                or bool(company.wezer_mail_tested)
                and company._wezer_can_send(),
                "action": "wezer_base.wezer_outgoing_mail_action",
                "skip_label": self.env._("We send no e-mails"),
            },
            {
                "key": "languages",
                "sequence": 20,
                "name": self.env._("Languages"),
                "text": self.env._(
                    "All members can read the pages in their own language."
                ),
                "done": len(languages) > 1 or self._is_skipped("languages"),
                "action": "wezer_base.wezer_language_add_action",
                "skip_label": self.env._("One is enough"),
            },
            {
                "key": "time_zone",
                "sequence": 25,
                "name": self.env._("Time zone"),
                "text": self.env._(
                    "Days begin and end at midnight in %(zone)s.",
                    zone=company._wezer_zone().key,
                ),
                "done": bool(company.wezer_tz),
                "action": "wezer_base.wezer_settings_action",
                "skip_label": False,
            },
            {
                "key": "terms",
                "sequence": 30,
                "name": self.env._("Terms of use"),
                "text": self.env._("Everyone who joins agrees to these terms."),
                "done": bool(company.wezer_terms),
                "action": "wezer_base.wezer_settings_action",
                "skip_label": False,
            },
            {
                "key": "words",
                "sequence": 40,
                "name": self.env._("Categories and skills"),
                "text": self.env._("People find each other by these words."),
                "done": bool(self.env["wezer.category"].search_count([], limit=1)),
                "action": "wezer_base.wezer_category_action",
                "skip_label": False,
            },
            {
                "key": "members",
                "sequence": 70,
                "name": self.env._("Invite five people"),
                "text": self.env._(
                    "%(count)s of %(wanted)s have joined.",
                    count=min(people, FIRST_MEMBERS),
                    wanted=FIRST_MEMBERS,
                ),
                "done": people >= FIRST_MEMBERS,
                "action": "wezer_base.wezer_member_invite_action",
                "skip_label": False,
            },
        ]

    @api.model
    def _mail_text(self, company):
        trouble = company.wezer_mail_trouble
        if trouble:
            return self.env["mail.mail"]._wezer_reasons()[trouble]
        if not company.wezer_mail_tested:
            return self.env._("Send a test e-mail: it shows whether they arrive.")
        return self.env._("Members get links to join and news by e-mail.")

    @api.model
    def _check_administrator(self):
        if not self.env.user.has_group("wezer_base.group_administrator"):
            raise NotAllowed(
                self.env._("The first steps are for administrators only."), rule="role"
            )

    @api.model
    def _skip_key(self, key):
        return f"wezer_base.start_{key}"

    @api.model
    def _is_skipped(self, key):
        return bool(
            # Nothing but a mark that this addon made.
            self.env["ir.config_parameter"].sudo().get_param(self._skip_key(key))
        )

    @api.model
    def action_open(self) -> dict:
        """Open the list, as things stand now."""
        self._check_administrator()
        onboarding = self.create(
            {
                "line_ids": [
                    Command.create(step)
                    for step in sorted(self._steps(), key=lambda step: step["sequence"])
                ]
            }
        )
        return {
            "type": "ir.actions.act_window",
            # The web client finds the menus of the suite by it.
            "id": self.env.ref("wezer_base.wezer_onboarding_action").id,
            "name": self.env._("First steps"),
            "res_model": self._name,
            "res_id": onboarding.id,
            "view_mode": "form",
            # A step that comes back here does not pile up the way it came.
            "target": "main",
        }


class WezerOnboardingStep(models.TransientModel):
    """A line of the list, made when it is opened."""

    _name = "wezer.onboarding.step"
    _description = "First step"
    _inherit = ["wezer.record.mixin"]
    _order = "sequence, id"

    onboarding_id = fields.Many2one("wezer.onboarding", ondelete="cascade")
    key = fields.Char(required=True)
    sequence = fields.Integer()
    name = fields.Char(string="Step", required=True)
    text = fields.Char(string="Purpose")
    done = fields.Boolean()
    action = fields.Char()
    skip_label = fields.Char(string="Enough")

    def _known(self):
        """Return the step as the addons define it: the row is the caller's own form."""
        self.ensure_one()
        onboarding = self.env["wezer.onboarding"]
        onboarding._check_administrator()
        for step in onboarding._steps():
            if step["key"] == self.key:
                return step
        raise Refusal(self.env._("This step does not exist."), rule="step")

    def action_open_step(self) -> dict:
        """Open the page where the step is done."""
        return self.env["ir.actions.actions"]._for_xml_id(self._known()["action"])

    def action_skip(self) -> dict:
        """Skip the step where it may be skipped."""
        step = self._known()
        if not step["skip_label"]:
            raise Refusal(
                self.env._(
                    "This step cannot be ticked. It is done once"
                    " you have done what it asks for."
                ),
                rule="step",
            )
        key = self.env["wezer.onboarding"]._skip_key(step["key"])
        # An administrator's mark, checked just above.
        self.env["ir.config_parameter"].sudo().set_param(key, "1")
        return self.env["wezer.onboarding"].action_open()
