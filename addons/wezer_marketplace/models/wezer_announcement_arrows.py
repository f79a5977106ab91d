from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal
from odoo.addons.wezer_base.tools import days, locks
from odoo.addons.wezer_base.tools.clock import each_due

from .wezer_announcement import LISTED
from .wezer_deal import LIVE, NEGOTIATING


class WezerAnnouncement(models.Model):
    _inherit = "wezer.announcement"

    # === WHO === #

    def _begin(self, acting_partner_id, *states, right="market"):
        """Check who (the author's actor), then lock, then state."""
        self.check_access("read")
        self.ensure_one()
        author = self.sudo().author_id
        self.env.user._resolve_acting(
            acting_partner_id, author, right, "announcement", self
        )
        self.sudo()._lock()
        if states and self.sudo().state not in states:
            raise Refusal(
                self.env._(
                    "This announcement is %(state)s.", state=self._state_label()
                ),
                rule="state",
                value=self.sudo().state,
            )

    def _office_right(self):
        """Return the right that is asked: ``project`` does for what its task posted."""
        announcement, user = self.sudo(), self.env.user
        author = announcement.author_id
        if announcement.task_id and not user._acts_for(author, "market"):
            team = announcement.task_id.project_id.team_id.partner_id
            if team == author and user._acts_for(team, "project"):
                return "project"
        return "market"

    def _state_label(self):
        labels = dict(self._fields["state"]._description_selection(self.env))
        return labels[self.sudo().state].lower()

    def _check_money_of(self, payer):
        """Ask the right ``wallet`` where a price commits ``payer``'s money."""
        if self.sudo().price_line_ids:
            self.env.user._check_acts_for(payer, "wallet")

    def _check_publishable(self):
        announcement = self.sudo()
        task = announcement.task_id
        if task and (task.is_closed or not task.active or task.is_template):
            raise Refusal(
                self.env._(
                    "The task “%(task)s” is closed. Reopen it first.", task=task.name
                ),
                rule="task",
                value=task.name,
            )
        if announcement.kind == "want" and announcement.price_line_ids:
            # Who comes first has it at once: the author's money is committed.
            if announcement.claim_mode == "first_come":
                self.env.user._check_acts_for(announcement.author_id, "wallet")
        if announcement.price_mode == "one" and len(announcement.price_line_ids) == 1:
            announcement.price_mode = "all"
        if announcement.visibility == "groups" and not announcement.group_ids:
            raise Refusal(self.env._("Say for which groups it is."), rule="visibility")

    # === ARROWS === #

    def action_publish(self, acting_partner_id=None):
        """Open the announcement to answers."""
        self._begin(acting_partner_id, "draft", "paused")
        self._check_publishable()
        announcement = self.sudo()
        # A draft that waited: it would be closed within the hour.
        announcement._check_closing_day({})
        announcement.write(
            {
                "state": "open",
                "date_publish": announcement.date_publish or fields.Datetime.now(),
            }
        )
        announcement._after_change()
        return True

    def action_pause(self, acting_partner_id=None):
        """Take no answers for the time being."""
        self._begin(acting_partner_id, "open", "full")
        self.sudo().state = "paused"
        return True

    def action_close(self, acting_partner_id=None):
        """Take no more answers; agreed deals go on, open ones end."""
        states = ("draft", "open", "full", "paused")
        self._begin(acting_partner_id, *states, right=self._office_right())
        self.sudo()._end("closed")
        return True

    def action_reopen(self, acting_partner_id=None):
        """Open a closed announcement again."""
        self._begin(acting_partner_id, "ended")
        self._check_publishable()
        announcement = self.sudo()
        today = days.today(self.env, announcement.company_id)
        last, expiry = announcement._last_day(), False
        if last and last < today:
            # Its own end is over: it stands as long again.
            expiry = today + timedelta(days=announcement._renewal_days())
        announcement.write({"state": "open", "end_reason": False, "expiry": expiry})
        announcement._after_change()
        return True

    def _end(self, reason):
        self.write({"state": "ended", "end_reason": reason})
        answers = self.deal_ids.filtered(lambda deal: deal.state in NEGOTIATING)
        answers._finish("announcement_ended")

    def action_undo_post(self, acting_partner_id=None):
        """Take a posted task back, while nobody answered."""
        states = ("draft", "open", "paused")
        self._begin(acting_partner_id, *states, right=self._office_right())
        if self.sudo().deal_ids.filtered(lambda deal: deal.state != "ended"):
            raise Refusal(
                self.env._("Somebody answered: it cannot be taken back silently."),
                rule="answered",
            )
        self.sudo().write({"state": "ended", "end_reason": "closed", "task_id": False})
        return True

    # === ANSWERS === #

    def _takes_answers(self):
        """Say whether it is open or full, and its last day is not over."""
        self.ensure_one()
        today = days.today(self.env, self.company_id)
        return self.state in LISTED and not (self.expiry and self.expiry < today)

    def _why_closed(self):
        """Return why nobody can answer now, in a sentence; "" where people can.

        The page shows it instead of a button, and who answers all the same is refused
        with it.
        """
        announcement = self.sudo()
        state, reason = announcement.state, announcement.end_reason
        if announcement._takes_answers():
            if state == "full" and not announcement.waiting_list:
                return self.env._("All places are taken.")
            return ""
        if state == "draft":
            return self.env._("This is a draft. Nobody can answer until it is posted.")
        if state == "paused":
            return self.env._("This is paused. It takes no answers at the moment.")
        if reason == "settled":
            return self.env._("This is closed. All that was asked for is done.")
        if state in LISTED or (reason == "expired" and announcement.expiry):
            return self.env._(
                "This is closed. It took answers until %(day)s.",
                day=days.format_day(self.env, announcement.expiry),
            )
        return self.env._("This is closed. It takes no more answers.")

    def _why_not_me(self):
        """Return why the caller cannot answer, in a sentence; "" where they can."""
        user = self.env.user
        if not user._wezer_may_act():
            if user.partner_id._wezer_profile().state == "pending":
                return self.env._(
                    "You can answer once your membership has been accepted."
                )
            return self.env._("You cannot answer while your membership is not active.")
        announcement = self.sudo()
        cap = announcement.company_id.wezer_claims_cap
        if announcement.kind == "want" and cap:
            claims = announcement._open_claims(user.partner_id)
            if claims >= cap:
                return announcement._say_cap(user.partner_id, claims)
        return ""

    def _say_cap(self, person, claims):
        return self.env._(
            "%(name)s has %(count)s things in hand: one is finished first.",
            name=person.name,
            count=claims,
        )

    def _begin_answer(self, acting_partner_id, version=None):
        """Check that the caller may answer, and lock; return the replier."""
        self.check_access("read")
        self.ensure_one()
        user = self.env.user
        replier = user.partner_id
        if acting_partner_id:
            replier = self.env["wezer.transfer"]._partner(acting_partner_id).exists()
        user._check_acts_for(replier, "market")
        user._wezer_log_acting(replier, "market", "answer", self)
        announcement = self.sudo()
        if replier == announcement.author_id:
            raise NotAllowed(self.env._("This is your own announcement."), rule="own")
        announcement._lock()
        closed = announcement._why_closed()
        if closed:
            raise Refusal(
                closed,
                rule="places" if announcement._takes_answers() else "state",
                value=announcement.state,
                limit=str(announcement.places),
            )
        if version and str(version) != str(announcement.version):
            raise Refusal(
                self.env._("It was changed meanwhile: please read it again."),
                rule="version",
                value=str(version),
                limit=str(announcement.version),
            )
        live = announcement.deal_ids.filtered(
            lambda deal: deal.replier_id == replier and deal.state in LIVE
        )
        if live:
            raise Refusal(self.env._("You have answered already."), rule="answered")
        announcement._check_cap(user.partner_id)
        return replier

    def _check_cap(self, person, but=None):
        """Cap the open claims of one person, for all he acts for together.

        :param but: the deal that is being agreed, which does not count
        """
        cap = self.company_id.wezer_claims_cap
        if self.kind != "want" or not cap:
            return
        locks.hold(self.env, "claims", person.id)
        claims = self._open_claims(person, but)
        if claims >= cap:
            raise Refusal(
                self._say_cap(person, claims),
                rule="cap",
                value=str(claims),
                limit=str(cap),
            )

    def _open_claims(self, person, but=None, domain=()):
        """Return how many claims ``person`` has open, what is delivered left out."""
        return self.env["wezer.deal"].search_count(
            [
                ("replier_person_id", "=", person.id),
                ("state", "in", ("open", "accepted")),
                ("announcement_id.kind", "=", "want"),
                ("id", "!=", but.id if but else 0),
                *domain,
            ]
        )

    @locks.in_line("announcement")
    def action_claim(
        self, version=None, message="", currency_id=None, acting_partner_id=None
    ):
        """Take it as announced. First come: agreed at once, if there is a place.

        :param int version: the version that was shown
        :param int currency_id: which one, where one of several is asked for
        :return: id of the deal
        """
        replier = self._begin_answer(acting_partner_id, version)
        try:
            return self._claim(replier, message, currency_id)
        except Refusal:
            self._pause_after_refusal()
            raise

    def _claim(self, replier, message, currency_id):
        """Make the deal of a claim, once it is known who claims."""
        announcement = self.sudo()
        if announcement.kind == "offer" and announcement.price_line_ids:
            self.env.user._check_acts_for(replier, "wallet")
        place = (
            announcement._has_place(self.env.user.partner_id)
            and announcement.state == "open"
        )
        if not place and not announcement.waiting_list:
            raise Refusal(
                self.env._("All places are taken."),
                rule="places",
                limit=str(announcement.places),
            )
        deal = announcement._make_deal(
            replier,
            announcement._announced_terms(message, currency_id),
            "open" if place else "waiting",
            "author" if place else False,
        )
        deal._log("claim", replier, message)
        if not place:
            return deal.id
        if announcement.claim_mode == "first_come":
            deal._accept_terms(replier)
        else:
            deal._notify(
                announcement.author_id,
                "claim",
                lambda env: env._(
                    "%(name)s is available: %(title)s",
                    name=replier.name,
                    title=announcement.title,
                ),
            )
        return deal.id

    def action_propose(self, vals, acting_partner_id=None):
        """Answer with terms of one's own; the author answers next.

        :param dict vals: ``quantity``, ``prices`` ``{currency id: total as
            text}``, ``date_start``, ``date_due``, ``steps``, ``done_when``,
            ``message``
        :return: id of the deal
        """
        replier = self._begin_answer(acting_partner_id)
        announcement = self.sudo()
        if announcement.kind == "offer":
            self.env.user._check_acts_for(replier, "wallet")
        if not announcement._has_place(self.env.user.partner_id):
            raise Refusal(self.env._("All places are taken."), rule="places")
        terms = announcement._announced_terms()
        terms.update(self.env["wezer.terms"]._checked_vals(vals))
        announcement._check_price_mode(terms["price_line_ids"])
        self.env["wezer.terms"]._check_due(terms["date_due"], announcement.date_end)
        deal = announcement._make_deal(replier, terms, "open", "author")
        deal._log("propose", replier, terms.get("message"))
        deal._notify(
            announcement.author_id,
            "terms",
            lambda env: env._(
                "%(name)s proposes terms: %(title)s",
                name=replier.name,
                title=announcement.title,
            ),
        )
        return deal.id

    def _check_price_mode(self, commands):
        """Enforce ``one``/``all``: the currencies of an answer are those asked for."""
        asked = self.price_line_ids.wezer_currency_id
        given = {
            command[2]["wezer_currency_id"] for command in commands if command[0] == 0
        }
        if not asked or not given:
            return
        if self.price_mode == "one" and (
            len(given) != 1 or not given <= set(asked.ids)
        ):
            raise Refusal(
                self.env._("Choose one of the currencies asked for."), rule="price_mode"
            )
        if self.price_mode == "all" and given != set(asked.ids):
            raise Refusal(
                self.env._("All the currencies asked for belong to the price."),
                rule="price_mode",
            )

    def _announced_terms(self, message="", currency_id=None):
        """Return the values of terms as they are announced."""
        self.ensure_one()
        lines = self.price_line_ids
        if self.price_mode == "one" and len(lines) > 1:
            chosen = lines.filtered(
                lambda line: line.wezer_currency_id.id == currency_id
            )
            if currency_id and not chosen:
                raise Refusal(
                    self.env._("This currency is not asked for."), rule="price_mode"
                )
            lines = chosen or lines[:1]
        return {
            "quantity": self.quantity,
            "price_line_ids": [
                (
                    0,
                    0,
                    {
                        "wezer_currency_id": line.wezer_currency_id.id,
                        "total_minor": line._total(self.quantity),
                    },
                )
                for line in lines
            ],
            "date_start": self.date_start,
            "date_due": self.date_end,
            "steps": self.steps,
            "done_when": self.done_when,
            "message": self.env["wezer.typed"]._words(message, 2000),
        }

    def _make_deal(self, replier, terms_vals, state, turn):
        works = self.author_id if self._worker_is_author() else replier
        pays = replier if self._worker_is_author() else self.author_id
        deal = (
            self.env["wezer.deal"]
            .sudo()
            .create(
                {
                    "announcement_id": self.id,
                    "author_id": self.author_id.id,
                    "replier_id": replier.id,
                    "replier_person_id": self.env.user.partner_id.id,
                    "payer_id": pays.id,
                    "payee_id": works.id,
                    "state": state,
                    "turn": turn,
                    "company_id": self.company_id.id,
                    "date_state": fields.Datetime.now(),
                    # Who wrote an offer speaks for the side that works.
                    "conflicted_ids": [
                        (6, 0, self.person_id.ids if works == self.author_id else [])
                    ],
                }
            )
        )
        deal._add_round("replier", replier, terms_vals)
        return deal

    # === CLOCKS === #

    @api.model
    def _cron_expire(self):
        """Close what has reached its closing day."""
        domain = Domain("state", "in", ("open", "full", "paused"))
        domain &= days.passed(self.env, "expiry")
        each_due(self, domain, lambda one: one._end("expired"))
