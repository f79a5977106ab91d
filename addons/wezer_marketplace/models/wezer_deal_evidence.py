import base64
import binascii

from odoo import api, fields, models

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal
from odoo.addons.wezer_base.tools.picture import PictureError, clean_file
from odoo.addons.wezer_base.tools.text import clean_line

MAX_FILES = 10
MAX_BYTES = 5 * 1024 * 1024
STATES = ("accepted", "delivered", "approved", "confirming", "disputed")


class WezerDealEvidence(models.Model):
    """A file that shows what was done. The deal's sides see it, and a called moderator.

    Its content is served by a controller that checks the deal; it is never an
    attachment that Odoo's own routes would serve (design, section 4).
    """

    _name = "wezer.deal.evidence"
    _description = "Evidence in a deal"
    _order = "id"

    deal_id = fields.Many2one(
        "wezer.deal", required=True, index=True, ondelete="cascade"
    )
    name = fields.Char(required=True)
    date = fields.Datetime(required=True)
    partner_id = fields.Many2one("res.partner", required=True, ondelete="restrict")
    person_id = fields.Many2one("res.partner", required=True, ondelete="restrict")
    size = fields.Integer(required=True)
    content = fields.Binary(required=True, attachment=False, groups=fields.NO_ACCESS)
    company_id = fields.Many2one(related="deal_id.company_id", store=True)

    def write(self, vals):
        raise Refusal(self.env._("What was shown stays."), rule="immutable")

    def _bytes(self):
        """Return the content; whoever may read the row may have it."""
        self.ensure_one()
        self.check_access("read")
        # sudo: nobody reads the column by ORM; access to the row was just checked.
        raw = self.sudo().with_context(bin_size=False).content
        return base64.b64decode(raw)


class WezerDeal(models.Model):
    _inherit = "wezer.deal"

    evidence_ids = fields.One2many("wezer.deal.evidence", "deal_id")

    def action_add_evidence(self, name, content, acting_partner_id=None):
        """Show a file to the other side: either side, until the deal is paid.

        :param str name: the file's name
        :param content: its bytes, or base64 text as RPC sends it; at most 5 MB
        :return: id of the evidence
        """
        sides = ("author_id", "replier_id", "coworker_ids")
        party = self._begin(sides, STATES, acting_partner_id)
        deal = self.sudo()
        data, kind = self._evidence_file(content)
        deal._mark_conflict_of_interest(party)
        if len(deal.evidence_ids) >= MAX_FILES:
            raise Refusal(
                self.env._("A deal takes ten files."),
                rule="files",
                value=str(len(deal.evidence_ids)),
                limit=str(MAX_FILES),
            )
        name = clean_line(str(name or "").replace("\\", "/").split("/")[-1])
        if kind and not name.lower().endswith((f".{kind}", ".jpeg")):
            # A picture is kept as JPEG or PNG, and called so.
            name = f"{name.rpartition('.')[0] or name or self.env._('file')}.{kind}"
        name = name if len(name) <= 120 else f"{name[:110]}…{name[-9:]}"
        evidence = deal.env["wezer.deal.evidence"].create(
            {
                "deal_id": deal.id,
                "name": name or self.env._("file"),
                "date": fields.Datetime.now(),
                "partner_id": party.id,
                "person_id": self.env.user.partner_id.id,
                "size": len(data),
                "content": base64.b64encode(data),
            }
        )
        deal._log("evidence", party, evidence.name)
        deal._notify_all(
            "evidence",
            lambda env: env._(
                "%(name)s shows a file: %(title)s", name=party.name, title=deal.title
            ),
            but=party,
            subject="evidence",
        )
        return evidence.id

    def action_remove_evidence(self, evidence_id, acting_partner_id=None):
        """Take one's own file back, while the work is not delivered yet."""
        sides = ("author_id", "replier_id", "coworker_ids")
        party = self._begin(sides, ("accepted",), acting_partner_id)
        deal = self.sudo()
        evidence = deal.evidence_ids.filtered(lambda one: one.id == evidence_id)
        if not evidence or evidence.partner_id != party:
            raise NotAllowed(
                self.env._("Who showed a file takes it back."), rule="evidence"
            )
        deal._log("evidence_back", party, evidence.name)
        evidence.unlink()
        return True

    @api.model
    def _evidence_file(self, content):
        """Return the bytes as they are kept, and the kind of a picture or None.

        A photo says where it was taken, and neither side needs that.
        """
        data = self._evidence_bytes(content)
        try:
            return clean_file(data)
        except PictureError as error:
            raise Refusal(
                self._wezer_picture_sentence(error.reason),
                rule="picture",
                value=error.reason,
            ) from error

    @api.model
    def _evidence_bytes(self, content):
        """Return the bytes a person sent, refused where there are none or too many."""
        if isinstance(content, str):
            if len(content) > MAX_BYTES * 2:
                content = b"\0" * (MAX_BYTES + 1)
            else:
                try:
                    content = base64.b64decode(content, validate=True)
                except (binascii.Error, ValueError):
                    content = b""
        if not isinstance(content, bytes) or not content:
            raise Refusal(self.env._("This file is empty."), rule="empty")
        if len(content) > MAX_BYTES:
            raise Refusal(
                self.env._("A file has 5 MB at most."),
                rule="size",
                value=str(len(content)),
                limit=str(MAX_BYTES),
            )
        return content
