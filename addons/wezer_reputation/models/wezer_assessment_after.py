from odoo import api, fields, models

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal

REPLY_LENGTH = 1000
REASON_LETTERS = 10


class WezerAssessment(models.Model):
    """What may still happen once it is revealed: an answer, and a moderator's hand.

    Scores and words of who gave it stay as they are; what is taken away leaves a
    trace that both sides see.
    """

    _inherit = "wezer.assessment"

    reply = fields.Text(string="Answer", readonly=True)
    reply_person_id = fields.Many2one(
        "res.partner", string="Answered by", readonly=True, ondelete="restrict"
    )
    reply_date = fields.Datetime(string="Answered", readonly=True)
    hidden = fields.Boolean(string="Words taken away", readonly=True)
    hidden_by_id = fields.Many2one(
        "res.partner", string="Taken away by", readonly=True, ondelete="restrict"
    )
    hidden_date = fields.Datetime(readonly=True)
    hidden_reason = fields.Char(readonly=True)
    # The words themselves, for the moderators who may have to judge again.
    hidden_words = fields.Json(
        readonly=True,
        groups="wezer_base.group_moderator,wezer_base.group_administrator",
    )

    @api.model
    def _after_reveal(self):
        return super()._after_reveal() | {
            "reply",
            "reply_person_id",
            "reply_date",
            "hidden",
            "hidden_by_id",
            "hidden_date",
            "hidden_reason",
            "hidden_words",
        }

    def action_reply(self, text, acting_partner_id=None):
        """Answer what was said of the party one acts for; once, for good.

        :param str text: what all read below the assessment
        """
        assessment = self._revealed_about_me(acting_partner_id)
        if assessment.reply_date:
            raise Refusal(self.env._("This is answered already."), rule="replied")
        text = str(text or "").strip()[:REPLY_LENGTH]
        if not text:
            raise Refusal(self.env._("Write your answer first."), rule="text")
        assessment.write(
            {
                "reply": text,
                "reply_person_id": self.env.user.partner_id.id,
                "reply_date": fields.Datetime.now(),
            }
        )
        who = assessment.assessed_id.name
        assessment.assessor_id._wezer_notify(
            "assessment_reply",
            lambda env: env._("%(name)s answered what you said.", name=who),
            url=assessment._url(),
            record=assessment,
        )
        return True

    def _revealed_about_me(self, acting_partner_id):
        """Return this assessment (sudo), if it is revealed and about one's party.

        One sentence for every cause: what is blind is not there.
        """
        self.ensure_one()
        assessment = self.sudo().exists()
        if not assessment or assessment.state != "revealed":
            raise NotAllowed(self.env._("There is nothing to answer here."))
        self.env.user._resolve_acting(
            acting_partner_id,
            assessment.assessed_id,
            "market",
            what="assessment_reply",
            record=assessment,
        )
        return assessment

    def _url(self):
        """Return the address of the page on which this is read."""
        self.ensure_one()
        slug = self.sudo().assessed_id._wezer_profile().slug
        return f"/members/{slug}" if slug else "/my/reputation"

    # === MODERATION === #

    def _check_judge(self, reason):
        """Return this assessment (sudo) to a moderator who is no party to it."""
        self.ensure_one()
        assessment = self.sudo().exists()
        parties = assessment.assessor_id | assessment.assessed_id | assessment.person_id
        if not parties or not self.env.user._moderates(parties):
            raise NotAllowed(
                self.env._("Community moderators who are no party do this."),
                rule="moderate",
            )
        if assessment.state != "revealed":
            raise NotAllowed(self.env._("There is nothing to judge here."))
        reason = " ".join(str(reason or "").split())[:250]
        if len(reason) < REASON_LETTERS:
            raise Refusal(self.env._("Say in a sentence why."), rule="reason")
        return assessment, reason

    def action_hide(self, reason, with_scores=False):
        """Take the words away; the trace says who did it and why.

        The numbers stay and count, unless they are part of the wrong
        (``with_scores``): then they stay to be seen and weigh nothing.
        """
        assessment, reason = self._check_judge(reason)
        if assessment.hidden:
            raise Refusal(self.env._("Its words are taken away already."), rule="state")
        now = fields.Datetime.now()
        assessment._write_words(
            {
                "comment": False,
                "reply": False,
                "hidden": True,
                "hidden_by_id": self.env.user.partner_id.id,
                "hidden_date": now,
                "hidden_reason": reason,
                "hidden_words": {
                    "comment": assessment.comment or "",
                    "reply": assessment.reply or "",
                },
            }
        )
        if with_scores and not assessment.no_weight:
            assessment.write({"no_weight": True, "void_date": now})
            self.env["wezer.reputation"].sudo()._update_now(assessment.assessed_id)
        assessment._tell_both(
            lambda env: env._(
                "A moderator took away the words of an assessment: %(reason)s",
                reason=reason,
            )
        )
        return True

    def action_show(self, reason):
        """Give the words back; numbers that lost their weight stay so."""
        assessment, reason = self._check_judge(reason)
        if not assessment.hidden:
            raise Refusal(self.env._("Its words are there."), rule="state")
        words = assessment.hidden_words or {}
        assessment._write_words(
            {
                "comment": words.get("comment"),
                "reply": words.get("reply"),
                "hidden": False,
                "hidden_by_id": self.env.user.partner_id.id,
                "hidden_date": fields.Datetime.now(),
                "hidden_reason": reason,
                "hidden_words": False,
            }
        )
        assessment._tell_both(
            lambda env: env._(
                "A moderator gave back the words of an assessment: %(reason)s",
                reason=reason,
            )
        )
        return True

    def _tell_both(self, message):
        for partner in self.assessor_id | self.assessed_id:
            partner._wezer_notify(
                "assessment_moderated", message, url=self._url(), record=self
            )
