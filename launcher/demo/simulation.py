"""Fourteen months of a community: each deal is a story played by its own people."""

import heapq
import itertools
import random
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from odoo import fields
from odoo.exceptions import AccessError, UserError

from . import messages, other_languages, pictures, texts

# How a deal goes, and how often. Deals that have not ended by then stay where they are.
WAYS = (
    ("paid", 92),
    ("negotiated", 18),
    ("declined", 6),
    ("withdrawn", 4),
    ("released", 4),
    ("cancelled", 4),
    ("refunded", 3),
    ("resolved", 2),
    ("sent_back", 5),
)
# The last ones stop in between, so that every state is there to see.
UNFINISHED = (
    "open",
    "open",
    "open",
    "negotiating",
    "negotiating",
    "accepted",
    "accepted",
    "accepted",
    "delivered",
    "delivered",
    "delivered",
    "confirming",
    "confirming",
    "disputed",
    "disputed",
    "approved",
    "approved",
    "blind",
    "blind",
    "waiting",
    "waiting",
)
# Those of them that take up to a fortnight.
LONG = ("confirming", "disputed", "approved")
BUSY = "Luc Bernard"


class Simulation:
    """Plays the stories in the order of time, moving the clock."""

    def __init__(
        self,
        community: Any,
        clock: Any,
        end: datetime,
        report: Callable[[str], None],
    ) -> None:
        self.community = community
        self.env = community.env
        self.rng = community.rng
        # What was added later takes nothing from the others' chances.
        self.more = random.Random(8)
        self.clock = clock
        self.end = end
        self.report = report
        self.queue: list[tuple] = []
        self.counter = itertools.count()
        self.refused: dict[str, int] = {}
        self.published: list[Any] = []
        self.members: list[str] = []

    def at(self, moment: Any, story: Any) -> None:
        """Let a generator go on at ``moment``; it yields days to wait."""
        if moment <= self.end:
            heapq.heappush(self.queue, (moment, next(self.counter), story))

    def run(self) -> None:
        """Play all stories in the order of their moments."""
        done = 0
        while self.queue:
            moment, _number, story = heapq.heappop(self.queue)
            self.clock.move_to(moment)
            try:
                with self.env.cr.savepoint():
                    # Its end is no exception: that would undo its last act.
                    days = next(story, None)
                if days is not None:
                    self.at(moment + timedelta(days=days), story)
            except (UserError, AccessError) as error:
                # People meet limits; the story ends there.
                rule = f"{getattr(error, 'rule', '?')}: {error.args[0]}"
                self.refused[rule] = self.refused.get(rule, 0) + 1
            done += 1
            if done % 40 == 0:
                self.env.cr.commit()
            if done % 250 == 0:
                self.report(f"  {moment:%d %B %Y}: {done} steps")
        self.env.cr.commit()

    # === WHO === #

    def actor_of(self, partner: Any) -> str:
        """Return the name of somebody who acts for ``partner``."""
        for name, user in self.community.users.items():
            if user.partner_id == partner:
                return name
        for role in (
            "Garden coordinator",
            "Repair café coordinator",
            "Care coordinator",
            "Steward",
        ):
            user = self.community.roles[role].membership_ids.partner_id.user_ids
            if user and user._acts_for(partner, "wallet"):
                return next(
                    name
                    for name, other in self.community.users.items()
                    if other == user
                )
        raise ValueError(partner.name)

    def judge_of(self, deal: Any) -> str:
        """Return the name of a moderator who has the deal's dispute."""
        judges = deal.dispute_id._deciders()
        names = (name for name, user in self.community.users.items() if user in judges)
        return next(names, "Moss Okafor")

    def deal(self, deal_id: int, name: str) -> Any:
        """Return a deal as a person sees it."""
        return self.community.as_(self.env["wezer.deal"].browse(deal_id), name)

    def pick_replier(self, announcement: Any) -> Any:
        """Return somebody who has not answered and acts for nobody there."""
        author = announcement.author_id
        taken = announcement.deal_ids.replier_id | author
        taken |= author._wezer_actor_partners("market")
        taken |= author._wezer_actor_partners("wallet")
        free = [
            name
            for name in self.members
            if self.community.users[name].partner_id not in taken
            and name != self.actor_of(author)
        ]
        # Whoever logs in as a member finds something to look at.
        free += [name for name in free if name == BUSY] * 3
        return self.rng.choice(free)

    def ensure(self, states: Any) -> None:
        """Tell the stories again whose end a refusal kept from being there.

        :param states: pairs of a state and the way that leads to it
        """
        deals = self.env["wezer.deal"]
        for state, way in states:
            for _attempt in range(12):
                if deals.search_count([("state", "=", state)]):
                    break
                try:
                    with self.env.cr.savepoint():
                        for _days in self.story(way):
                            pass
                except (UserError, AccessError):
                    continue

    # === ANNOUNCEMENTS === #

    def publish(
        self, row: dict, number: Any, still: Any = None
    ) -> Iterator[float | None]:
        """A story: somebody writes an announcement.

        :param still: ``draft`` leaves it unpublished, ``paused`` pauses it
        """
        kind, title, category, skill, hours, text = row
        lang, title, text = other_languages.written(title, text)
        rng, community = self.rng, self.community
        group = {"Garden": "Garden", "Repairs": "Repair café", "Care": "Care"}.get(
            category
        )
        acting = None
        name = rng.choice(self.members)
        if kind == "want" and group and number % 2 == 0:
            acting = community.circles[group].partner_id
            name = self.actor_of(acting)
        prices = {community.hours.id: "1:00"}
        mode, unit, quantity = "all", "hour", hours
        turn = number % 6
        if turn == 1:
            prices = {community.lindens.id: "12.00"}
        elif turn == 3:
            prices = {community.hours.id: "1:00", community.lindens.id: "10.00"}
            mode = "one"
        elif turn == 5:
            prices = {community.hours.id: "0:30", community.euros.id: "4.00"}
        if number % 11 == 10:
            prices = {}
        start = fields.Datetime.now() + timedelta(days=rng.randint(5, 40))
        vals = {
            "kind": kind,
            "title": title,
            "description": text,
            "category_id": community.categories[category].id,
            "skill_ids": [(6, 0, [community.skills[skill].id])],
            "quantity": quantity,
            "unit": unit,
            "places": rng.choice((3, 4, 5, 6)) if number % 9 else 1,
            "price_mode": mode,
            "claim_mode": "choose" if number % 4 == 1 else "first_come",
            "visibility": "members" if number % 7 == 6 else "everyone",
            "city": (place := rng.choice(texts.PLACES))[0],
            "latitude": place[1] + (number * 37 % 9 - 4) / 1000,
            "longitude": place[2] + (number * 53 % 9 - 4) / 1000,
            "steps": "Meet and look at it\nDo it\nTidy up together"
            if number % 3 == 0
            else "",
            "done_when": "Both of us have looked at it." if number % 3 == 0 else "",
            "prices": prices,
        }
        if number % 5 == 0:
            vals["date_start"] = start
        if lang:
            vals["written_lang"] = lang
        if number % 5 == 0 or lang:
            drawn = pictures.picture(texts.MOTIFS.get(title, skill), title)
            vals["pictures"] = [{"image": b64encode(drawn).decode()}]
        market = community.as_(self.env["wezer.announcement"], name)
        new = market.action_create_own(
            vals,
            publish=still != "draft",
            acting_partner_id=acting.id if acting else None,
        )
        if still == "paused":
            market.browse(new).action_pause()
        elif not still:
            self.published.append(self.env["wezer.announcement"].browse(new))
        return
        yield

    # === DEALS === #

    def choose(self, want_external: bool = False, full: bool = False) -> Any:
        """Return an announcement that takes answers now, of the wanted sort if any."""
        # The daily action that ends what is over runs once, at the end of the story.
        taking = [one for one in self.published if one._takes_answers()]
        free = [one for one in taking if one.state == "open" and one._has_place()]
        fitting = free
        if full:
            fitting = [one for one in taking if one.state == "full"]
        if want_external:
            fitting = [
                one
                for one in fitting
                if one.price_line_ids.wezer_currency_id.filtered("external")
            ]
        return self.rng.choice(fitting or free or self.published)

    def story(self, way: str) -> Iterator[float | None]:
        """A deal from the first answer to where ``way`` leads; yields days."""
        rng = self.rng
        external = way in ("confirming", "approved") or rng.random() < 0.12
        announcement = self.choose(want_external=external, full=way == "waiting")
        replier = self.pick_replier(announcement)
        author = self.actor_of(announcement.author_id)
        negotiates = way in ("negotiated", "negotiating")
        chooses = announcement.claim_mode == "choose"
        if way in ("declined", "withdrawn", "open") and not chooses:
            negotiates = True
        deal_id = self.answer(announcement, replier, negotiates)
        deal = self.env["wezer.deal"].browse(deal_id)
        if way == "waiting" or deal.state == "waiting":
            return
        yield rng.uniform(0.2, 2)
        if rng.random() < 0.5:
            self.deal(deal_id, replier).action_send_message(rng.choice(texts.CHAT))
        if rng.random() < 0.4:
            question, answer = rng.choice(messages.TALKS)
            self.deal(deal_id, replier).action_send_message(question)
            yield rng.uniform(0.01, 0.2)
            self.deal(deal_id, author).action_send_message(answer)
        if deal.state == "open":
            if way == "open":
                return
            if way == "declined":
                self.deal(deal_id, author).action_decline(rng.choice(messages.DECLINED))
                return
            if way == "withdrawn":
                self.deal(deal_id, replier).action_withdraw(
                    rng.choice(messages.WITHDRAWN)
                )
                return
            if negotiates:
                yield from self.negotiate(deal, author, replier, way == "negotiating")
                if way == "negotiating":
                    return
            turn = author if deal.turn == "author" else replier
            self.deal(deal_id, turn).action_accept()
        if way == "accepted":
            return
        yield from self.work(deal, way)

    def answer(self, announcement: Any, replier: Any, negotiates: bool) -> Any:
        """Answer an announcement: claim it, or propose other terms."""
        mine = self.community.as_(announcement, replier)
        if not negotiates:
            return mine.action_claim(
                version=announcement.version, message=self.rng.choice(messages.CLAIMS)
            )
        hours = announcement.quantity
        return mine.action_propose(
            {
                "quantity": hours + 1,
                "prices": self.prices(announcement, hours + 1),
                "message": self.rng.choice(messages.ASKS_MORE),
                "steps": "Look at it together\nDo it\nTidy up",
                "done_when": "You are content.",
            }
        )

    def prices(self, announcement: Any, quantity: Any) -> dict[int, str]:
        """Return the announced prices for a quantity."""
        lines = announcement.price_line_ids
        if announcement.price_mode == "one":
            lines = lines[:1]
        return {
            line.wezer_currency_id.id: line.wezer_currency_id._decimal(
                line._total(quantity)
            )
            for line in lines
        }

    def negotiate(
        self, deal: Any, author: Any, replier: Any, stop: bool
    ) -> Iterator[float | None]:
        """Play rounds of terms; ``stop`` before anything is agreed."""
        hours = deal.announcement_id.quantity
        self.deal(deal.id, author).action_counter(
            {
                "quantity": hours,
                "prices": self.prices(deal.announcement_id, hours),
                "message": self.rng.choice(messages.ASKS_LESS),
            }
        )
        yield self.rng.uniform(0.3, 1.5)
        if stop and self.rng.random() < 0.5:
            return
        self.deal(deal.id, replier).action_counter(
            {
                "quantity": hours + 0.5,
                "prices": self.prices(deal.announcement_id, hours + 0.5),
                "message": self.rng.choice(messages.MEETS),
            }
        )
        yield self.rng.uniform(0.3, 1.5)
        if not stop and self.rng.random() < 0.4:
            self.deal(deal.id, author).action_counter(
                {
                    "quantity": hours + 0.5,
                    "prices": self.prices(deal.announcement_id, hours + 0.5),
                    "message": self.rng.choice(messages.AGAIN),
                }
            )
            yield self.rng.uniform(0.2, 1)

    def work(self, deal: Any, way: str) -> Iterator[float | None]:
        """From the agreement on; who works and who pays decides who acts."""
        rng = self.rng
        worker = self.actor_of(deal.payee_id)
        payer = self.actor_of(deal.payer_id)
        yield rng.uniform(1, 6)
        if way == "released":
            self.deal(deal.id, worker).action_release(rng.choice(messages.RELEASED))
            return
        if way == "cancelled":
            for name, why in zip(
                (payer, worker), rng.choice(messages.CANCELLED), strict=True
            ):
                self.deal(deal.id, name).action_cancel(why)
            return
        quantity = None
        if rng.random() < 0.15 and deal.accepted_terms_id.quantity > 1:
            quantity = deal.accepted_terms_id.quantity - 0.5
        self.deal(deal.id, worker).action_deliver(rng.choice(texts.NOTES), quantity)
        if way == "delivered":
            return
        yield rng.uniform(0.3, 4)
        if way == "sent_back":
            self.deal(deal.id, payer).action_send_back(rng.choice(messages.SENT_BACK))
            yield rng.uniform(1, 4)
            self.deal(deal.id, worker).action_deliver("Now it is complete.")
            yield 1
        if way in ("disputed", "resolved"):
            self.deal(deal.id, worker).action_dispute(rng.choice(messages.DISPUTED))
            if way == "disputed":
                return
            yield 3
            self.deal(deal.id, self.judge_of(deal)).action_resolve(
                "paid", "The photographs show it done."
            )
            return
        good = rng.random() < self.community.quality[worker]
        self.approve(deal, payer, good)
        if deal.state == "confirming":
            if way == "confirming":
                return
            yield rng.uniform(0.2, 2)
            if way == "approved":
                self.deal(deal.id, worker).action_deny()
                return
            self.deal(deal.id, worker).action_confirm()
        if way == "blind":
            return
        yield rng.uniform(0.2, 3)
        if rng.random() < 0.85:
            self.assess(deal, worker, rng.random() < 0.92)
        if way == "refunded":
            yield 2
            self.deal(deal.id, worker).action_refund()

    def scores(self, deal: Any, side: str, good: bool) -> dict[int, int]:
        """Return the marks of an assessment."""
        criteria = self.env["wezer.criterion"]._for(deal.category_id, side)
        marks = (1, 2, 2) if good else (-1, -2, 0)
        scores = {criterion.id: self.rng.choice(marks) for criterion in criteria}
        # The private question; three in ten say nothing.
        scores["again"] = self.more.choice(
            ("yes",) * 7 + ("",) * 3 if good else ("no",) * 5 + ("yes",) * 2 + ("",) * 3
        )
        return scores

    def revealed_with(self, text: str) -> tuple[Any, str]:
        """Return a revealed, unanswered assessment with ``text``, and its person."""
        rows = self.env["wezer.assessment"].search(
            [("state", "=", "revealed"), ("comment", "=", text)]
        )
        people = {user.partner_id: name for name, user in self.community.users.items()}
        for row in rows:
            if row.assessed_id in people and not row.reply_date:
                return row, people[row.assessed_id]
        return rows.browse(), ""

    def answer_back(self, number: Any) -> Iterator[float | None]:
        """Who was blamed answers."""
        row, name = self.revealed_with(texts.POOR[number])
        if row:
            self.community.as_(row, name).action_reply(texts.ANSWERS[number])
        return
        yield

    def judge(self) -> Iterator[float | None]:
        """A moderator takes words away."""
        row, _name = self.revealed_with(texts.POOR[2])
        if row:
            self.community.as_(row, "Moss Okafor").action_hide(texts.NOT_FOR_ALL)
        return
        yield

    def thank_aloud(self, most: int) -> None:
        """Let both sides of some good assessments agree that visitors read them."""
        shared: dict[str, Any] = {}
        for row in self.env["wezer.assessment"].search([("state", "=", "revealed")]):
            # Each sentence once: a wall of the same words thanks nobody.
            if row.comment in texts.GOOD:
                shared.setdefault(row.comment, row)
        for row in list(shared.values())[:most]:
            with suppress(UserError, AccessError), self.env.cr.savepoint():
                for side in (row.assessor_id, row.assessed_id):
                    mine = self.community.as_(row, self.actor_of(side))
                    mine.action_share(True, acting_partner_id=side.id)

    def approve(self, deal: Any, payer: Any, good: bool) -> None:
        """Approve and pay a deal, mostly with an assessment."""
        if self.rng.random() < 0.85:
            comment = self.rng.choice(texts.GOOD if good else texts.POOR)
            self.deal(deal.id, payer).action_approve(
                self.scores(deal, "worker", good), comment
            )
        else:
            self.deal(deal.id, payer).action_approve()

    def assess(self, deal: Any, worker: Any, good: bool) -> None:
        """Assess the payer, mostly."""
        comment = self.rng.choice(texts.GOOD if good else texts.POOR)
        self.deal(deal.id, worker).action_assess(
            self.scores(deal, "payer", good), comment
        )

    # === TASKS AND MONEY BESIDE DEALS === #

    def task_story(self, task: Any, stop: str) -> Iterator[float | None]:
        """Play the story of a posted task."""
        carole = self.community.as_(task, "Carole Petit")
        carole.action_post_to_marketplace()
        yield self.rng.uniform(1, 4)
        announcement = task.wezer_announcement_id
        worker = self.pick_replier(announcement)
        deal_id = self.community.as_(announcement, worker).action_claim()
        yield self.rng.uniform(1, 5)
        if stop == "accepted":
            return
        self.deal(deal_id, worker).action_deliver(self.rng.choice(texts.NOTES))
        yield self.rng.uniform(0.5, 3)
        if stop == "delivered":
            return
        deal = self.env["wezer.deal"].browse(deal_id)
        self.approve(deal, "Carole Petit", True)
        yield self.rng.uniform(0.5, 3)
        self.assess(deal, worker, True)

    def gift(self) -> Iterator[float | None]:
        """A payment or a donation beside all deals."""
        giver, taker = self.rng.sample(self.members, 2)
        circle = self.community.circles["Garden"].partner_id
        payee = (
            circle
            if self.rng.random() < 0.4
            else self.community.users[taker].partner_id
        )
        transfer = self.community.as_(self.env["wezer.transfer"], giver)
        currency, amount = self.rng.choice(
            (
                (self.community.hours, "0:30"),
                (self.community.hours, "1:00"),
                (self.community.lindens, "5.00"),
            )
        )
        method = transfer.donate if payee == circle else transfer.pay
        method(
            self.community.users[giver].partner_id.id,
            payee.id,
            currency.id,
            amount,
            self.rng.choice(texts.GIFTS),
        )
        return
        yield

    def ask(self) -> Iterator[float | None]:
        """Somebody asks somebody for money."""
        asker, asked = self.rng.sample(self.members, 2)
        self.community.as_(self.env["wezer.transfer"], asker).ask(
            self.community.users[asked].partner_id.id,
            self.community.users[asker].partner_id.id,
            self.community.hours.id,
            "1:00",
            "For the evening with the accounts",
        )
        return
        yield

    def month(self) -> Iterator[float | None]:
        """Run scheduled actions and seal the ledger at the end of a month."""
        self.env["wezer.assessment"]._cron_reveal()
        self.env["wezer.ledger.seal"]._seal_now()
        self.env["wezer.reputation"]._recompute()
        return
        yield
