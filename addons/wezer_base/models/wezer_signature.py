from datetime import datetime

from odoo import api, fields, models
from odoo.fields import Domain

from ..exceptions import NotAllowed, Refusal
from ..tools.cron import for_each_due
from ..tools.lines_field import Lines
from ..tools.state_machine import StateMachine, Transition

SIGNING = StateMachine(
    field="signing_state",
    states=("none", "open", "signed", "refused", "withdrawn", "lapsed"),
    rules={
        "proposer": "acts for the party that proposes",
        "signer": "acts for a party that has not signed this version",
        "deadline": "the deadline has passed",
        "record": "the record itself, where another action ends the proposal",
    },
    transitions=(
        Transition(
            "propose",
            ("none", "open", "signed", "refused", "withdrawn", "lapsed"),
            ("open", "signed"),
            "proposer",
            "_propose_signing",
            "a new version voids all signatures",
        ),
        Transition(
            "sign", ("open",), ("open", "signed"), "signer", "_sign", "the last decides"
        ),
        Transition("refuse", ("open",), ("refused",), "signer", "_refuse_signing"),
        Transition(
            "withdraw", ("open",), ("withdrawn",), "record", "_withdraw_signing"
        ),
        Transition("lapse", ("open",), ("lapsed",), "deadline", "_lapse_signing"),
    ),
)


class WezerSignature(models.Model):
    """A party that has to sign a version of something, and when it did.

    Rows are kept when a version is replaced, as a record of who agreed to what.
    """

    _name = "wezer.signature"
    _description = "Signature"
    _inherit = ["wezer.record.mixin"]
    _order = "id"

    res_model = fields.Char(required=True)
    res_id = fields.Many2oneReference(model_field="res_model", required=True)
    version = fields.Integer(required=True)
    partner_id = fields.Many2one(
        "res.partner", string="Party", required=True, index=True, ondelete="restrict"
    )
    person_id = fields.Many2one("res.partner", string="Signed by", ondelete="restrict")
    date_signed = fields.Datetime()

    _party_uniq = models.UniqueIndex(
        "(res_model, res_id, version, partner_id)", "A party signs a version once."
    )

    # === ALL THAT IS SIGNED, WHATEVER IT IS === #

    @api.model
    def _signed_models(self):
        """Return the stored models whose records are signed (sudo, empty)."""
        mixin = self.env.registry["wezer.signing.mixin"]
        return [
            self.env[name].sudo()
            for name, model in self.env.registry.items()
            if issubclass(model, mixin) and not model._abstract and model._auto
        ]

    @api.model
    def _cron_lapse(self):
        """End every proposal whose deadline has passed, each in a transaction."""
        now = fields.Datetime.now()
        for model in self._signed_models():
            for_each_due(
                model.with_context(active_test=False),
                model._lapsed_domain(now),
                lambda record: record._lapse_signing(),
            )

    @api.model
    def _open_for(self, partner):
        """Yield the records (sudo) with a proposal that concerns ``partner``.

        It made the proposal, or it has to sign it.
        """
        for model in self._signed_models():
            proposed = Domain("signing_party_id", "in", partner.ids)
            asked = Domain("signature_ids.partner_id", "in", partner.ids)
            yield from model.with_context(active_test=False).search(
                Domain("signing_state", "=", "open") & (proposed | asked)
            )

    @api.model
    def _anonymise(self, partner):
        """End what waits for a member who leaves; what they signed stays (sudo)."""
        for record in self._open_for(partner):
            if not record._is_signing_open():
                # Its deadline has passed, and the nightly job has not come yet.
                record._lapse_signing()
            elif partner in record._unsigned():
                record._refuse_signing(partner)
            elif record.signing_party_id in partner:
                record._withdraw_signing()

    @api.model
    def _merge(self, source, target):
        """Let one account sign where both had to; called before rows are repointed.

        A signature that ``source`` gave counts for ``target``.
        """
        for record in self._open_for(source):
            if not record._is_signing_open():
                # What nobody could sign any more is not done by a merger either.
                record._lapse_signing()
                continue
            rows = record._signatures()
            old = rows.filtered(lambda row: row.partner_id == source)
            new = rows.filtered(lambda row: row.partner_id == target)
            if not old or not new:
                continue
            if old.date_signed and not new.date_signed:
                new.write(
                    {"date_signed": old.date_signed, "person_id": old.person_id.id}
                )
            if not old.date_signed:
                old.unlink()
                record.invalidate_recordset(["signature_ids"])
            record._finish_signing(target)

    @api.model
    def _personal_data(self, partner):
        """Return the rows of ``partner`` for the download of personal data (sudo)."""
        rows = self.sudo().search([("partner_id", "in", partner.ids)])
        models_ = self.env["ir.model"]
        return [
            {
                "what": models_._get(row.res_model).sudo().name,
                "version": row.version,
                "date": row.date_signed,
            }
            for row in rows
        ]


class WezerSigningMixin(models.AbstractModel):
    """What several parties must sign, in the same version, until a date.

    The record says what is proposed; the mixin keeps the version, who must sign, who
    has signed, until when, and calls :meth:`_on_signed` with the last signature.
    The record's own public actions check who may act for a party, and call
    the methods here with the party that they resolved.
    """

    _name = "wezer.signing.mixin"
    _description = "Version to be signed"
    #: Whether what is open has to end at a date; else other actions end it.
    _signing_needs_deadline = True

    signing_state = fields.Selection(
        [
            ("none", "Not proposed"),
            ("open", "Waiting for signatures"),
            ("signed", "Signed by all"),
            ("refused", "Refused"),
            ("withdrawn", "Withdrawn"),
            ("lapsed", "Lapsed"),
        ],
        required=True,
        default="none",
        copy=False,
        index=True,
    )
    signing_version = fields.Integer(string="Version", default=0, copy=False)
    signing_deadline = fields.Datetime(string="To be signed by", copy=False)
    signing_party_id = fields.Many2one(
        "res.partner", string="Proposed by", ondelete="restrict", copy=False
    )
    signature_ids = Lines(
        "wezer.signature",
        "res_id",
        domain=lambda self: [("res_model", "=", self._name)],
        groups="wezer_base.group_administrator",
        copy=False,
    )

    def _propose_signing(self, signers, deadline: datetime | None, party=None) -> bool:
        """Ask ``signers`` to sign a new version until ``deadline``, where there is one.

        :param signers: ``res.partner`` records, the proposing party included where it
            has to sign
        :param party: the party that proposes; where it has to sign it has signed
        :return: whether all have signed already (then :meth:`_on_signed` was called)
        """
        self.ensure_one()
        record = self.sudo()
        record.write(
            {
                "signing_state": "open",
                "signing_version": record.signing_version + 1,
                "signing_deadline": deadline,
                "signing_party_id": party.id if party else False,
            }
        )
        record._add_signers(signers)
        if party and party in signers:
            return self._sign(party)
        return False

    def _add_signers(self, signers) -> None:
        """Ask ``signers``, partners, to sign the current version, too."""
        self.ensure_one()
        if not signers:
            return
        record = self.sudo()
        record.env["wezer.signature"].create(
            [
                {
                    "res_model": record._name,
                    "res_id": record.id,
                    "version": record.signing_version,
                    "partner_id": signer.id,
                }
                for signer in signers
            ]
        )
        record.invalidate_recordset(["signature_ids"])

    def _sign(self, party, version: int | None = None) -> bool:
        """Sign for ``party``; with the last signature :meth:`_on_signed` is called.

        :param int version: the version that was shown, where there may be several
        :return: whether all have signed
        :raise Refusal: rule ``signing`` where nothing is open, ``version`` where it
            was changed meanwhile
        :raise NotAllowed: rule ``turn`` where ``party`` has nothing to sign
        """
        self.ensure_one()
        record = self.sudo()
        record._check_signing_open(version)
        record._check_signer(party)
        row = record._signatures().filtered(lambda sign: sign.partner_id == party)
        row.write(
            {
                "date_signed": fields.Datetime.now(),
                "person_id": self.env.user.partner_id.id,
            }
        )
        return self._finish_signing(party)

    def _finish_signing(self, party) -> bool:
        """Do what was proposed if nobody's signature is missing; return whether."""
        record = self.sudo()
        if record._unsigned():
            return False
        record.signing_state = "signed"
        self._on_signed(party)
        return True

    def _refuse_signing(self, party, version: int | None = None) -> None:
        """Refuse for ``party``: the proposal ends."""
        self.ensure_one()
        record = self.sudo()
        record._check_signing_open(version)
        record._check_signer(party)
        record.signing_state = "refused"
        self._on_signing_ended("refused")

    def _withdraw_signing(self) -> None:
        """End what is open, because its proposer or another action ends it."""
        for record in self.sudo().filtered(lambda sign: sign.signing_state == "open"):
            record.signing_state = "withdrawn"
            record._on_signing_ended("withdrawn")

    def _lapse_signing(self) -> None:
        """End what was not signed by its deadline."""
        for record in self.sudo().filtered(lambda sign: sign.signing_state == "open"):
            record.signing_state = "lapsed"
            record._on_signing_ended("lapsed")

    @api.model
    def _lapsed_domain(self, now: datetime) -> Domain:
        """Return what a nightly job has to lapse at ``now``."""
        return Domain("signing_state", "=", "open") & Domain(
            "signing_deadline", "<", now
        )

    def _is_signing_open(self) -> bool:
        """Return whether signatures are still accepted."""
        self.ensure_one()
        record = self.sudo()
        return record.signing_state == "open" and (
            not record.signing_deadline
            or record.signing_deadline >= fields.Datetime.now()
        )

    def _check_signing_open(self, version=None):
        if not self._is_signing_open():
            raise Refusal(
                self.env._("There is no proposal that could be signed."), rule="signing"
            )
        if version is not None and version != self.signing_version:
            raise Refusal(
                self.env._("This was changed in the meantime. Please read it again."),
                rule="version",
                value=str(version),
                limit=str(self.signing_version),
            )

    def _check_signer(self, party):
        if party not in self._unsigned():
            raise NotAllowed(
                self.env._("There is nothing for you to sign here."), rule="turn"
            )

    def _signatures(self):
        """Return the rows (sudo) of the version of now."""
        self.ensure_one()
        record = self.sudo()
        return record.signature_ids.filtered(
            lambda sign: sign.version == record.signing_version
        )

    def _signed(self):
        """Return the parties (sudo) that signed the version of now."""
        return self._signatures().filtered("date_signed").partner_id

    def _unsigned(self):
        """Return the parties (sudo) whose signature is missing."""
        if self.signing_state != "open":
            return self.env["res.partner"].sudo()
        return self._signatures().filtered(lambda sign: not sign.date_signed).partner_id

    def _on_signed(self, party):
        """Do what was proposed; ``party`` signed last. Extension point."""

    def _on_signing_ended(self, reason: str):
        """React to ``refused``, ``withdrawn`` or ``lapsed``. Extension point."""

    def unlink(self):
        rows = (
            self.env["wezer.signature"]
            .sudo()
            .search([("res_model", "=", self._name), ("res_id", "in", self.ids)])
        )
        done = super().unlink()
        rows.unlink()
        return done
