from odoo import Command, api, fields, models

from odoo.addons.wezer_base.exceptions import NotAllowed
from odoo.addons.wezer_base.tools.text import TITLE_LENGTH

# Taken over as they are; whose and for how much comes besides.
PLAIN = (
    *("title", "kind", "description", "places", "quantity", "unit", "price_mode"),
    *("claim_mode", "waiting_list", "visibility", "date_start", "date_end", "expiry"),
    *("city", "latitude", "longitude", "steps", "done_when", "image_1920"),
    *("repeat", "repeat_until"),
)
LINKS = ("category_id", "language_id")
MANY = ("skill_ids", "group_ids")


class WezerAnnouncementDraft(models.TransientModel):
    """An announcement as the back office writes it; the actions check and keep it."""

    _name = "wezer.announcement.draft"
    _description = "Write an announcement"
    _inherit = ["wezer.record.mixin"]
    _rec_name = "title"

    announcement_id = fields.Many2one(
        "wezer.announcement", readonly=True, ondelete="cascade"
    )
    author_id = fields.Many2one(
        "res.partner",
        string="Acting for",
        required=True,
        domain=[("acts_market", "=", True)],
        default=lambda self: self.env.user.partner_id,
        ondelete="cascade",
    )
    title = fields.Char(string="In a few words", required=True, size=TITLE_LENGTH)
    kind = fields.Selection(
        [("want", "Help wanted"), ("offer", "Help offered")],
        required=True,
        default="want",
    )
    description = fields.Html()
    image_1920 = fields.Image(string="Picture")
    category_id = fields.Many2one("wezer.category")
    skill_ids = fields.Many2many("wezer.skill", string="Skills needed")
    language_id = fields.Many2one("res.lang", string="Language needed")
    places = fields.Integer(
        default=1, help="The number of deals that are possible; 0 means no limit."
    )
    kept_ids = fields.One2many("wezer.announcement.draft.place", "draft_id")
    quantity = fields.Float(default=1.0)
    unit = fields.Selection(
        [("hour", "hours"), ("piece", "pieces"), ("time", "times")],
        required=True,
        default="hour",
    )
    price_ids = fields.One2many("wezer.announcement.draft.price", "draft_id")
    price_mode = fields.Selection(
        [("one", "One of these"), ("all", "All of these")], required=True, default="all"
    )
    claim_mode = fields.Selection(
        [
            ("first_come", "First come, first served"),
            ("choose", "The author chooses"),
        ],
        string="How people are chosen",
        required=True,
        default="first_come",
    )
    waiting_list = fields.Boolean(string="Waiting list", default=True)
    visibility = fields.Selection(
        [
            ("everyone", "Everybody, visitors too"),
            ("members", "Members"),
            ("groups", "Members of the chosen groups"),
        ],
        required=True,
        default="everyone",
    )
    group_ids = fields.Many2many("wezer.group", string="Groups")
    date_start = fields.Datetime(string="From")
    date_end = fields.Datetime(string="Until")
    expiry = fields.Date(string="Closes on")
    repeat = fields.Selection(
        [
            ("week", "Every week"),
            ("fortnight", "Every two weeks"),
            ("month", "Every month"),
        ],
        string="Repeats",
    )
    repeat_until = fields.Date(string="Repeats until")
    written_lang = fields.Selection(
        "_written_choices",
        string="Language of the text",
        help="Screen readers speak the text in this language. Where you choose none, it"
        " is found out from the text.",
    )
    city = fields.Char(string="Place")
    latitude = fields.Float(digits=(9, 6))
    longitude = fields.Float(digits=(9, 6))
    steps = fields.Text(help="How the work will be done, one step per line.")
    done_when = fields.Text(
        string="Done when", help="Says when the work counts as done."
    )

    @api.model
    def _written_choices(self):
        return self.env["wezer.announcement"]._written_choices()

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        number = self.env.context.get("default_announcement_id")
        if number:
            announcement = self.env["wezer.announcement"].browse(number)
            values.update(self._shown(self._own(announcement)))
        return {name: values[name] for name in values if name in fields_list}

    @api.model
    def _own(self, announcement):
        """Return ``announcement`` where the user acts for its author."""
        announcement.check_access("read")
        if not self.env.user._acts_for(announcement.sudo().author_id, "market"):
            raise NotAllowed(
                self.env._(
                    "You are not authorised to act for the author of this announcement."
                ),
                rule="acts_for",
            )
        return announcement

    @api.model
    def _shown(self, announcement):
        """Return the values with which the sheet shows ``announcement``."""
        known = announcement.sudo()
        prices = [
            {
                "wezer_currency_id": line.wezer_currency_id.id,
                "amount": line.wezer_currency_id._decimal(line.unit_minor),
            }
            for line in known.price_line_ids
        ]
        return {
            "announcement_id": announcement.id,
            "author_id": known.author_id.id,
            **{name: known[name] for name in PLAIN},
            **{name: known[name].id for name in LINKS},
            **{name: [Command.set(announcement[name].ids)] for name in MANY},
            # A guess is made anew of each text.
            "written_lang": announcement._written_chosen(),
            "kept_ids": [Command.create(line) for line in known.place_ids._plain()],
            "price_ids": [Command.create(line) for line in prices],
        }

    @api.constrains("announcement_id")
    def _check_own(self):
        """A sheet is for an announcement that its user may change."""
        for draft in self.filtered("announcement_id"):
            self._own(draft.announcement_id)

    def _vals(self):
        """Return what the actions take."""
        self.ensure_one()
        return {
            **{name: self[name] for name in PLAIN},
            **{name: self[name].id for name in LINKS},
            **{name: [Command.set(self[name].ids)] for name in MANY},
            "written_lang": self.written_lang,
            "kept_places": [
                {
                    "count": line.count,
                    "group_id": line.group_id.id,
                    "skill_id": line.skill_id.id,
                }
                for line in self.kept_ids
            ],
            "prices": {
                line.wezer_currency_id.id: line.amount for line in self.price_ids
            },
        }

    def action_keep(self) -> dict:
        """Keep it as a draft, or change what is there."""
        return self._keep(publish=False)

    def action_publish(self) -> dict:
        """Keep it and put it on the market."""
        return self._keep(publish=True)

    def _keep(self, publish):
        self.ensure_one()
        market = self.env["wezer.announcement"]
        if self.announcement_id:
            announcement = self.announcement_id
            announcement.action_edit(self._vals())
            if publish and announcement.state in ("draft", "paused"):
                announcement.action_publish()
        else:
            announcement = market.browse(
                market.action_create_own(
                    self._vals(), publish=publish, acting_partner_id=self.author_id.id
                )
            )
        return {
            "type": "ir.actions.act_window",
            "res_model": "wezer.announcement",
            "res_id": announcement.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "main",
        }


class WezerAnnouncementDraftPrice(models.TransientModel):
    _name = "wezer.announcement.draft.price"
    _description = "Price on the announcement form"
    _inherit = ["wezer.record.mixin"]

    draft_id = fields.Many2one(
        "wezer.announcement.draft", required=True, ondelete="cascade"
    )
    wezer_currency_id = fields.Many2one(
        "wezer.currency", string="Currency", required=True, ondelete="cascade"
    )
    amount = fields.Char(string="Amount per unit", required=True)


class WezerAnnouncementDraftPlace(models.TransientModel):
    _name = "wezer.announcement.draft.place"
    _description = "Kept places on the announcement form"
    _inherit = ["wezer.record.mixin"]

    draft_id = fields.Many2one(
        "wezer.announcement.draft", required=True, ondelete="cascade"
    )
    count = fields.Integer(default=1, required=True)
    group_id = fields.Many2one(
        "wezer.group", string="For members of", ondelete="cascade"
    )
    skill_id = fields.Many2one(
        "wezer.skill", string="For people with the skill", ondelete="cascade"
    )
