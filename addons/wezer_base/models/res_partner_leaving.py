import re

from odoo import api, fields, models
from odoo.tools import SQL, email_normalize, hmac

from ..exceptions import Refusal
from ..tools import days
from ..tools.rights import FAREWELL

# What a contact is told by; its name becomes a pseudonym.
CONTACT_FIELDS = (
    "email",
    "phone",
    "street",
    "street2",
    "zip",
    "city",
    "state_id",
    "country_id",
    "website",
    "vat",
    "comment",
    "function",
    "ref",
    "barcode",
    "company_name",
    "company_registry",
    "partner_latitude",
    "partner_longitude",
    "category_id",
    "parent_id",
    "user_id",
    "tz",
    "image_1920",
)

# Whoever left in one of these states has it again when they come back.
UNACCEPTED = ("suspended", "pending", "declined")


class ResPartner(models.Model):
    """A member leaves and is forgotten; a pseudonym stays where books need it."""

    _inherit = "res.partner"

    wezer_merged_into_id = fields.Many2one(
        "res.partner",
        string="Brought together with",
        copy=False,
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        groups="wezer_base.group_administrator",
        help="The same person's other account, where everything goes on.",
    )

    def _wezer_selves(self):
        """Return this partner and the doubles that were merged into it (sudo)."""
        selves = self.sudo()
        found = selves
        while found:
            found = self.sudo().search(
                [
                    ("wezer_merged_into_id", "in", found.ids),
                    ("active", "in", (True, False)),
                ]
            )
            found -= selves
            selves |= found
        return selves

    # === HOOKS: extended by each addon === #

    def _wezer_leave_obstacles(self):
        """Return what is still open with this party, one dict a matter.

        Keys: ``text`` (a sentence), ``url`` (where it is ended, or False) and
        ``blocks``: whether it comes before leaving; the others are only told.
        """
        self.ensure_one()
        if self.sudo().user_ids.filtered(lambda user: not user.share):
            return [
                {
                    "text": self.env._(
                        "You work in the back office: an administrator takes that"
                        " role from you first."
                    ),
                    "url": False,
                    "blocks": True,
                }
            ]
        return []

    def _wezer_leave_called(self, reason):
        """Call to what needs a judgement: this party asks to be let go."""

    def _wezer_leave_release(self, reason):
        """End what needs no judgement, because a moderator let this party go."""

    def _wezer_anonymise(self):
        """End what is alive and delete what only this party needs (sudo).

        Extensions end their matters first and call ``super()`` last: here the
        name is still known, afterwards a pseudonym is left.
        """
        self.ensure_one()
        partner = self.sudo().with_context(
            active_test=False, tracking_disable=True, mail_notrack=True
        )
        old, new = partner.name, partner._wezer_pseudonym()
        partner._wezer_end_mandates()
        partner._wezer_forget_profile()
        partner._wezer_forget_mail()
        partner._wezer_forget_contact(new)
        partner._wezer_forget_login()
        partner._wezer_rename_in("wezer.notice", ["message"], old, new)

    def _wezer_return(self):
        """Let a party that had left take part again (sudo): its books go on.

        What was forgotten stays so. Who was suspended when he left still is.
        """
        self.ensure_one()
        partner = self.sudo()
        profile = partner._wezer_profile()
        partner.active = True
        profile.write(
            {
                "state": profile.left_from or "active",
                "active": True,
                "left_from": False,
                "left_date": False,
                "return_keys": False,
            }
        )
        return profile

    # === LEAVING === #

    def _wezer_check_leave(self):
        """Refuse to leave while something is open.

        :raise Refusal: rule ``open``
        """
        self.ensure_one()
        first = [row["text"] for row in self._wezer_leave_obstacles() if row["blocks"]]
        if first:
            raise Refusal(
                self.env._("First: %(matters)s", matters=" ".join(first[:5])),
                rule="open",
                value=str(len(first)),
            )

    def _wezer_leave(self):
        """Leave: the profile says so, all else is forgotten (sudo, checked before)."""
        self.ensure_one()
        partner = self.sudo().with_context(active_test=True)
        keys = partner._wezer_return_keys()
        before = partner._wezer_profile().state
        for one in partner._wezer_selves():
            one._wezer_anonymise()
        partner._wezer_profile().write(
            {
                "state": "left",
                "left_from": before if before in UNACCEPTED else "active",
                "left_date": days.today(self.env),
                "return_keys": keys,
            }
        )

    def _wezer_pseudonym(self):
        """Return the name that stays, in the community's language."""
        self.ensure_one()
        community = self.with_context(lang=self.env.company.sudo().partner_id.lang)
        return community.env._("Former member %(number)s", number=self.id)

    # === FINDING AGAIN === #

    @api.model
    def _wezer_return_key(self, address):
        """Return the fingerprint of an address: without our key it says nothing."""
        address = email_normalize(address or "")
        return hmac(self.env(su=True), "wezer-return", address) if address else ""

    def _wezer_return_keys(self):
        """Return the fingerprints of this party's own addresses, as one text.

        Only proven ones: an address that stands on a contact may be anybody's, and
        who comes back with it would find this party's debts. Of who never had a
        login, administrators wrote it, and who asks proves it by a letter.
        """
        selves = self._wezer_selves().with_context(active_test=False)
        addresses = list(selves._wezer_proven_addresses())
        addresses += selves.filtered(lambda one: not one.user_ids).mapped("email")
        keys = {self._wezer_return_key(address) for address in addresses}
        kept = (selves._wezer_profile().mapped("return_keys") or []) + list(keys)
        return " ".join(sorted({key for text in kept for key in (text or "").split()}))

    @api.model
    def _wezer_find_left(self, address):
        """Return who left and had this e-mail address (sudo), or an empty partner."""
        key = self._wezer_return_key(address)
        if not key:
            return self.sudo().browse()
        profiles = self.env["wezer.profile"].sudo().with_context(active_test=False)
        found = profiles.search(
            [("return_keys", "like", key), ("state", "=", "left")], limit=1
        ).partner_id
        while found.wezer_merged_into_id:
            found = found.wezer_merged_into_id
        found = found.with_context(active_test=True)
        # Whose other account goes on logs in with that one.
        return found.browse() if found.user_ids else found

    # === WHAT IS FORGOTTEN === #

    def _wezer_end_mandates(self):
        """End the mandates this party gave or has."""
        mandates = self.env["wezer.mandate"].sudo()
        mine = mandates.search(
            [
                ("state", "=", "active"),
                "|",
                ("giver_id", "in", self.ids),
                ("holder_id", "in", self.ids),
            ]
        )
        for mandate in mine:
            mandate._end("revoked")

    def _wezer_forget_profile(self):
        for profile in self._wezer_profile():
            profile._forget_all()
        self.env["wezer.notice"].sudo().search(
            [("partner_id", "in", self.ids)]
        ).unlink()

    def _wezer_forget_contact(self, name):
        known = [field for field in CONTACT_FIELDS if field in self._fields]
        self.signup_cancel()
        # Only what is there: an empty parent written again moves journal items.
        there = [field for field in known if self[field]]
        leaving = self.with_context(wezer_farewell=FAREWELL)
        leaving.write({**dict.fromkeys(there, False), "name": name})
        self.bank_ids.unlink()
        below = self.child_ids.filtered(lambda child: not child.user_ids)
        below.write({**dict.fromkeys(known, False), "name": name, "active": False})
        self.env["ir.attachment"].sudo().search(
            [
                ("res_model", "=", self._name),
                ("res_id", "in", (self | below).ids),
                ("res_field", "=", False),
            ]
        ).unlink()
        self.env["website.visitor"].sudo().search(
            [("partner_id", "in", self.ids)]
        ).unlink()

    def _wezer_forget_mail(self):
        """Delete messages on this contact, and empty those it wrote elsewhere."""
        messages = self.env["mail.message"].sudo()
        messages.search(
            [("model", "=", self._name), ("res_id", "in", self.ids)]
        ).unlink()
        written = messages.search([("author_id", "in", self.ids)])
        written.attachment_ids.unlink()
        written.write(
            {"body": False, "subject": False, "email_from": False, "reply_to": False}
        )
        mails = self.env["mail.mail"].sudo()
        mails.search(
            ["|", ("author_id", "in", self.ids), ("recipient_ids", "in", self.ids)]
        ).unlink()
        for address in filter(None, self.mapped("email")):
            mails.search([("email_to", "ilike", address)]).unlink()
        self.env["mail.followers"].sudo().search(
            ["|", ("partner_id", "in", self.ids)]
            + ["&", ("res_model", "=", self._name), ("res_id", "in", self.ids)]
        ).unlink()
        self.env["mail.notification"].sudo().search(
            [("res_partner_id", "in", self.ids)]
        ).unlink()
        self.env["discuss.channel.member"].sudo().search(
            [("partner_id", "in", self.ids)]
        ).unlink()
        self.activity_ids.unlink()

    def _wezer_forget_login(self):
        """Take keys, devices and sign-in traces; the login's name goes with Odoo's."""
        users = self.user_ids
        users.write({"signature": False})
        users.api_key_ids._remove()
        self.env["res.users.log"].sudo().search(
            [("create_uid", "in", users.ids)]
        ).unlink()
        devices = self.env["res.device.log"].sudo()
        devices.search([("user_id", "in", users.ids)]).unlink()

    def _wezer_rename_in(self, model_name, names, old, new, where=None):
        """Put the pseudonym where the name stands in texts that the suite wrote.

        In SQL: some of these rows refuse ``write``.
        """
        if not (old or "").strip():
            return
        model = self.env[model_name]
        model.flush_model()
        pattern = "".join(
            [
                r"\m" if old[0].isalnum() else "",
                re.sub(r"(\W)", r"\\\1", old),
                r"\M" if old[-1].isalnum() else "",
            ]
        )
        for name in names:
            if name not in model._fields or not model._fields[name].store:
                continue
            column = SQL.identifier(name)
            self.env.cr.execute(
                SQL(
                    "UPDATE %(table)s SET %(column)s ="
                    " regexp_replace("
                    "%(column)s::text, %(pattern)s, %(new)s, 'g')%(cast)s"
                    " WHERE %(column)s::text ~ %(pattern)s AND %(where)s",
                    table=SQL.identifier(model._table),
                    column=column,
                    pattern=pattern,
                    new=new.replace("\\", r"\\"),
                    cast=SQL("::jsonb")
                    if model._fields[name].column_type[0] == "jsonb"
                    else SQL(""),
                    where=where or SQL("TRUE"),
                )
            )
        model.invalidate_model(names, flush=False)
