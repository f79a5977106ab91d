from odoo import api, models

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools.text import TITLE_LENGTH, clean_line, has_letter
from odoo.addons.wezer_base.tools.versions import check_version, version_of

from ..tools.geo import place_of
from .wezer_deal import NEGOTIATING

# What an author writes on the website; money and state go through arrows.
OWN_FIELDS = {
    "title",
    "kind",
    "description",
    "category_id",
    "skill_ids",
    "places",
    "quantity",
    "unit",
    "price_mode",
    "claim_mode",
    "waiting_list",
    "visibility",
    "group_ids",
    "date_start",
    "date_end",
    "expiry",
    "city",
    "latitude",
    "longitude",
    "steps",
    "done_when",
    "image_1920",
    "language_id",
    "repeat",
    "repeat_until",
}
# Never empty: what is left out keeps its default, what is sent is something.
REQUIRED = {
    "kind",
    "places",
    "quantity",
    "unit",
    "price_mode",
    "claim_mode",
    "visibility",
}
# What the form of an announcement shows: changed by somebody else, it is shown first.
VERSION_FIELDS = OWN_FIELDS - {"image_1920"} | {
    "image_128",
    "price_line_ids.wezer_currency_id",
    "price_line_ids.unit_minor",
    "place_ids.count",
    "place_ids.skill_id",
    "place_ids.group_id",
}
TEXT_MAX = 100_000
TERMS_FIELDS = {"quantity", "unit", "price_mode", "steps", "done_when"}


class WezerAnnouncement(models.Model):
    """What an author writes, and what may not be written."""

    _inherit = "wezer.announcement"

    @api.model
    def action_create_own(self, vals, publish=True, acting_partner_id=None):
        """Write an announcement for oneself, or for a group one acts for.

        :param dict vals: fields of ``OWN_FIELDS`` and ``prices``,
            ``{currency id: amount of a unit as text}``
        :return: its id
        """
        me = self.env.user.partner_id
        author = me
        if acting_partner_id:
            author = self.env["wezer.transfer"]._partner(acting_partner_id).exists()
        self.env.user._check_acts_for(author, "market")
        vals = self._checked_vals(vals)
        announcement = self.sudo().create(
            {
                **vals,
                "author_id": author.id,
                "person_id": me.id,
                "company_id": self.env.company.id,
            }
        )
        announcement._check_closing_day({})
        self.env.user._wezer_log_acting(author, "market", "post", announcement)
        own = self.browse(announcement.id).with_user(self.env.user)
        if publish and own._waits_for_wallet():
            # Who may not pay prepares; it stays a draft until one who may publishes.
            announcement._ask_to_publish()
        elif publish:
            own.action_publish()
        return announcement.id

    def _ask_to_publish(self):
        """Tell those who may pay for the author that a draft waits for them."""
        self.author_id._wezer_notify(
            "to_publish",
            lambda env: env._("To be published: %(title)s", title=self.title),
            url=f"/market/{self.slug}",
            record=self,
            right="wallet",
        )

    def _waits_for_wallet(self):
        """Say whether publishing commits money that the caller may not commit."""
        announcement = self.sudo()
        commits = (
            announcement.kind == "want"
            and announcement.claim_mode == "first_come"
            and announcement.price_line_ids
        )
        return commits and not self.env.user._acts_for(announcement.author_id, "wallet")

    @api.model
    def _checked_vals(self, vals):
        typed = self.env["wezer.typed"]
        vals = typed._by_name(vals)
        prices = vals.pop("prices", None)
        foreign = vals.keys() - OWN_FIELDS
        if foreign:
            raise Refusal(
                self.env._(
                    "This is not yours to write: %(names)s",
                    names=", ".join(sorted(foreign)),
                ),
                rule="field",
            )
        vals = self._typed_vals(vals)
        # Commands could write on what they point at: only ids pass, and only
        # of what the caller sees himself.
        for name, model in (("group_ids", "wezer.group"), ("skill_ids", "wezer.skill")):
            if name in vals:
                seen = self.env[model].search([("id", "in", self._ids_of(vals[name]))])
                vals[name] = [(6, 0, seen.ids)]
        if "title" in vals:
            vals["title"] = clean_line(
                typed._words(vals["title"], TEXT_MAX), TITLE_LENGTH
            )
            if not has_letter(vals["title"]):
                raise Refusal(
                    self.env._("Say in a few words what it is about."), rule="title"
                )
        if vals.get("language_id"):
            language = (
                self.env["res.lang"]
                .sudo()
                .search([("id", "=", vals["language_id"]), ("active", "=", True)])
            )
            vals["language_id"] = language.id
        if vals.get("latitude") or vals.get("longitude"):
            place = place_of(vals.get("latitude"), vals.get("longitude"))
            if not place:
                raise Refusal(self.env._("This is no place on the map."), rule="place")
            vals["latitude"], vals["longitude"] = place
        self._check_repeat(vals)
        if prices is not None:
            lines = self.env["wezer.announcement.price"]._prepare_lines(prices)
            vals["price_line_ids"] = [(5, 0, 0), *lines]
        return vals

    @api.model
    def _typed_vals(self, vals):
        """Return ``vals`` as each field's own kind of value, else refused."""
        typed, checked = self.env["wezer.typed"], dict(vals)
        for name, value in vals.items():
            field = self._fields[name]
            if name in REQUIRED or value not in (None, False, ""):
                if field.type == "selection":
                    checked[name] = typed._one_of(self._name, name, value)
                elif field.type in ("date", "datetime"):
                    checked[name] = (
                        typed._moment(value, at_end=name == "date_end")
                        if field.type == "datetime"
                        else typed._day(value)
                    )
                elif name == "quantity":
                    checked[name] = typed._number(value)
                elif name == "places":
                    checked[name] = typed._places(value)
                elif field.type in ("char", "text", "html"):
                    checked[name] = typed._words(value, TEXT_MAX)
                elif field.type == "many2one":
                    number = value if type(value) is int else 0
                    # Names of categories and languages are for all.
                    known = self.env[field.comodel_name].sudo()
                    checked[name] = known.search([("id", "=", number)]).id
                    if not checked[name]:
                        raise Refusal(self.env._("There is no such one."), rule="field")
        return checked

    @api.model
    def _check_repeat(self, vals):
        """Refuse to come again without a day to come again from."""
        if not vals.get("repeat"):
            return
        if not (vals.get("date_start") or self.sudo().date_start):
            raise Refusal(
                self.env._("Say when it is the first time: it comes again from there."),
                rule="repeat",
            )

    @api.model
    def _ids_of(self, value):
        """Return the ids in ``[(6, 0, ids)]``, ``[(4, id)]`` or a list of ids."""
        ids = []
        if value and not isinstance(value, list | tuple):
            raise Refusal(self.env._("This is not yours to write."), rule="field")
        for one in value or []:
            if isinstance(one, list | tuple) and len(one) == 3 and one[0] == 6:
                ids += [number for number in one[2] if isinstance(number, int)]
            elif isinstance(one, list | tuple) and len(one) >= 2 and one[0] == 4:
                ids += [one[1]] if isinstance(one[1], int) else []
            elif isinstance(one, int):
                ids.append(one)
            else:
                raise Refusal(self.env._("This is not yours to write."), rule="field")
        return ids

    def edit_version(self):
        """Return the version of what an author wrote, for :meth:`action_edit`."""
        self.check_access("read")
        self.ensure_one()
        self.env.user._check_acts_for(self.sudo().author_id, "market")
        return version_of(self.sudo(), VERSION_FIELDS)

    def action_edit(self, vals, acting_partner_id=None, version=None):
        """Change an announcement; open answers are asked again where terms change.

        :param str version: what :meth:`edit_version` returned when the announcement
            was shown; one that somebody else changed since is not overwritten
        """
        states = ("draft", "open", "full", "paused")
        self._begin(acting_partner_id, *states, right=self._office_right())
        check_version(self.sudo(), VERSION_FIELDS, version)
        vals = self._checked_vals(vals)
        announcement = self.sudo()
        expiry = announcement.expiry
        if "expiry" in vals and vals["expiry"] == expiry:
            # Not edited: it follows the end of what is announced.
            del vals["expiry"]
        answers = announcement.deal_ids.filtered(lambda deal: deal.state in NEGOTIATING)
        if "kind" in vals and vals["kind"] != announcement.kind:
            if announcement.deal_ids:
                # Who pays and who works would change places under a deal.
                raise Refusal(
                    self.env._("Somebody answered: what it is stays."), rule="answered"
                )
        terms = announcement._changes_terms(vals)
        if terms:
            vals["version"] = announcement.version + 1
        announcement.write(vals)
        if announcement.expiry != expiry:
            announcement.reminded = False
            announcement._check_closing_day({announcement: expiry})
        if announcement.state != "draft":
            self._check_publishable()
        if terms and answers:
            # The answers get terms that they may accept at once: the author's
            # money is committed, where he is the one who pays.
            if announcement.kind == "want":
                self._check_money_of(announcement.author_id)
            answers._ask_again()
        announcement._after_change()
        return True

    def _changes_terms(self, vals):
        """Say whether ``vals`` change price, quantity or process."""
        for name in TERMS_FIELDS & vals.keys():
            if (self[name] or "") != (vals[name] or ""):
                return True
        if "price_line_ids" not in vals:
            return False
        now = {
            line.wezer_currency_id.id: line.unit_minor for line in self.price_line_ids
        }
        new = {
            command[2]["wezer_currency_id"]: command[2]["unit_minor"]
            for command in vals["price_line_ids"]
            if command[0] == 0
        }
        return now != new
