"""The pages of decisions, opened and filled in as a browser without scripts does."""

import re

import odoo.http
from odoo import tools
from odoo.exceptions import AccessError
from odoo.service.model import call_kw
from odoo.tests import tagged

from odoo.addons.mail.tests.common import mail_new_test_user
from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tests.forms import FormCase
from odoo.addons.wezer_base.tools import days

from ..models.wezer_decision import METHODS
from ..tools import no_voice, propose_form
from .common import DecisionCommon

PAPER = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n"
WHY = "I was away, and nobody asked me about it."


@tagged("post_install", "-at_install")
class TestDecisionPages(DecisionCommon, FormCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.judge = mail_new_test_user(
            cls.env,
            login="wzd_judge",
            groups="base.group_user,wezer_base.group_moderator",
        )
        for user in (cls.anna, cls.ben, cls.otto, cls.judge):
            user.password = user.login

    def log_in(self, user):
        self.authenticate(user.login, user.login)

    def text(self, url):
        """Return what a page says, with single spaces."""
        main = self.page(url).xpath("//div[@id='wrap']")[0]
        return re.sub(r"\s+", " ", main.text_content())

    def answer(self, decision, **typed):
        """Answer a decision by its form, and return what is shown after it."""
        page = self.page(f"/decisions/{decision.id}")
        return self.send(self.form(page, f"/decisions/{decision.id}/vote"), **typed)

    def test_a_proposal_takes_a_title_and_a_text(self):
        self.log_in(self.anna)
        page = self.page(f"/groups/{self.garden.slug}/propose")
        form = self.form(page, f"/groups/{self.garden.slug}/propose")
        answer = self.send(form, title="A bench", text="We build a bench.")
        decision = self.decisions.search([("title", "=", "A bench")])
        self.assertEqual(decision.state, "open")
        self.assertTrue(answer.url.endswith(f"/decisions/{decision.id}"))
        # Sent again by the way back, it is done once.
        self.send(form, title="A bench", text="We build a bench.")
        self.assertEqual(self.decisions.search([("title", "=", "A bench")]), decision)

    def test_a_draft_is_seen_by_its_proposer_only(self):
        self.log_in(self.anna)
        page = self.page(f"/groups/{self.garden.slug}/propose")
        form = self.form(page, f"/groups/{self.garden.slug}/propose")
        self.send(form, title="A pond", text="We dig a pond.", draft="1")
        decision = self.decisions.search([("title", "=", "A pond")])
        self.assertEqual(decision.state, "draft")
        address = f"/decisions/{decision.id}"
        form = self.form(self.page(f"{address}/edit"), "/edit")
        self.assertEqual(form.fields["text"], "We dig a pond.")
        self.send(form, title="A larger pond", draft="1")
        self.assertEqual((decision.title, decision.state), ("A larger pond", "draft"))
        self.log_in(self.ben)
        self.assertEqual(self.url_open(address).status_code, 404)
        self.assertNotIn("pond", self.text("/decisions"))

    def test_an_answer_takes_one_button_and_can_be_changed(self):
        decision = self.opened()
        self.log_in(self.ben)
        self.assertIn("Your turn", self.text(f"/decisions/{decision.id}"))
        self.assertIn("A bench", self.text("/my/todo"))
        self.answer(decision, choice="live")
        self.session["wezer_act_as_name"] = "Test garden"
        odoo.http.root.session_store.save(self.session)
        self.assertIn("You are acting for", self.url_open("/my/todo").text)
        address = f"/decisions/{decision.id}"
        self.assertNotIn("You are acting for", self.url_open(address).text)
        said = self.text(address)
        self.assertIn("You answered: I can live with it", said)
        self.assertIn("1 of 6 have answered", said)
        self.answer(decision, choice="concern", reason="It may be noisy.")
        ballot = self.env["wezer.ballot"].search([("decision_id", "=", decision.id)])
        self.assertEqual(
            (ballot.choice, ballot.reason), ("concern", "It may be noisy.")
        )
        self.assertNotIn("A bench", self.text("/my/todo"))

    def test_who_objected_is_asked_about_the_new_version(self):
        decision = self.opened()
        decision.with_user(self.ben).action_object("It would stand where we walk.")
        address = f"/decisions/{decision.id}"
        self.log_in(self.ben)
        self.assertIn("It stands until you", self.text(address))
        decision.action_new_version(
            "We build it by the wall.", "Elsewhere", decision.sudo().objection_ids.ids
        )
        said = self.text(address)
        self.assertIn("Say whether it answers your objection", said)
        self.assertNotIn("It stands until you", said)

    def test_a_ranking_without_a_winner_says_that_no_option_was_chosen(self):
        options = [{"label": "Oak"}, {"label": "Ash"}]
        decision = self.opened(method="schulze", none_option=True, options=options)
        self.vote(decision, anna="--1", ben="2--1")
        self.close(decision)
        self.log_in(self.ben)
        said = self.text(f"/decisions/{decision.id}")
        self.assertIn("No option was chosen.", said)
        self.assertNotIn("It was not adopted", said)

    def test_the_page_of_the_circle_answers_in_one_click(self):
        decision = self.opened()
        self.log_in(self.ben)
        page = self.page(f"/groups/{self.garden.slug}")
        form = self.form(page, f"/decisions/{decision.id}/vote")
        answer = self.send(form, choice="live")
        self.assertTrue(answer.url.endswith(f"/groups/{self.garden.slug}"))
        ballot = self.env["wezer.ballot"].search([("decision_id", "=", decision.id)])
        self.assertEqual(ballot.choice, "live")

    def test_no_answer_is_shown_to_others_before_the_end(self):
        decision = self.opened(method="majority")
        decision.with_user(self.anna).action_vote("no", reason="Benches attract cats.")
        self.log_in(self.ben)
        said = self.text(f"/decisions/{decision.id}")
        self.assertNotIn("cats", said)
        self.assertIn("Nothing is counted before the end", said)
        address = f"/decisions/{decision.id}/count.csv"
        self.assertEqual(self.url_open(address).status_code, 404)
        self.close(decision)
        said = self.text(f"/decisions/{decision.id}")
        self.assertIn("Benches attract cats.", said)
        self.assertIn("It was not adopted", said)
        self.assertIn("no", self.url_open(address).text)

    def test_people_outside_the_circle_read_no_text_of_what_is_open(self):
        self.garden.sudo().visibility = "public"
        decision = self.opened()
        self.log_in(self.otto)
        said = self.text(f"/decisions/{decision.id}")
        self.assertIn("A bench", said)
        self.assertIn("Only members of the circle answer this", said)
        self.assertNotIn("We build a bench.", said)
        self.assertNotIn("have answered", said)
        self.authenticate(None, None)
        said = self.text(f"/decisions/{decision.id}")
        self.assertNotIn("Anna", said)
        self.assertIn("A bench", self.text("/decisions"))
        answer = self.url_open(f"/decisions/{decision.id}/voters")
        self.assertIn("/web/login", answer.url)

    def test_each_reader_without_a_voice_is_told_their_own_reason(self):
        decision = self.opened()
        self._put(self.otto, self.lead)
        self._put(self.eve, self.garden)
        self._put(self.judge, self.garden, is_guest=True)
        reasons = {
            self.otto: "You are here by a role",
            self.eve: "You joined after this was announced",
            self.judge: "You are a guest here",
        }
        for user, reason in reasons.items():
            said = no_voice.why(decision.with_user(user), decision.voter_ids.browse())
            self.assertIn(reason, said)
        self.log_in(self.otto)
        self.assertIn(reasons[self.otto], self.text(f"/decisions/{decision.id}"))

    def test_a_moderator_outside_judges_from_the_list_of_what_is_to_do(self):
        decision = self.opened(method="majority", members_only=True)
        self.vote(decision, anna="yes", ben="yes")
        self.close(decision)
        decision.with_user(self.ben).action_challenge("Eve was not on the roll, why?")
        address = f"/decisions/{decision.id}"
        self.log_in(self.judge)
        self.assertIn(address, self.page("/my/todo").xpath("//a/@href"))
        said = self.text(address)
        self.assertIn("Eve was not on the roll, why?", said)
        self.assertIn("People who answered 2", said)
        for hidden in ("We build a bench.", self.ben.name, self.cleo.name):
            self.assertNotIn(hidden, said)
        self.assertEqual(self.url_open(f"{address}/voters").status_code, 404)
        self.assertNotIn("A bench", self.text("/decisions"))
        form = self.form(self.page(address), f"{address}/judge")
        answer = self.send(form, uphold="1", reason="The roll was wrong indeed.")
        self.assertTrue(answer.url.endswith("/my/todo"), answer.url)
        self.assertEqual(decision.sudo().ended_why, "void")
        self.assertEqual(self.url_open(address).status_code, 404)
        self.log_in(self.ben)
        said = self.text(address)
        self.assertIn("The roll was wrong indeed.", said)
        self.assertNotIn("It was adopted", said)

    def test_a_moderator_outside_voids_from_the_address_that_a_member_gave(self):
        decision = self.opened(method="majority", members_only=True)
        address = f"/decisions/{decision.id}"
        self.log_in(self.otto)
        self.assertEqual(self.url_open(address).status_code, 404)
        self.log_in(self.judge)
        self.assertNotIn("We build a bench.", self.text(address))
        form = self.form(self.page(address), f"{address}/void")
        self.send(form, reason="It insults a neighbour badly.")
        self.assertEqual(decision.sudo().ended_why, "void")

    def test_who_was_put_out_appeals_once_to_the_circle_above(self):
        ben, above = self.ben.partner_id, (self.anna, self.cleo, self.luc)
        decision = self.put_out(self.ben, *above, members_only=True)
        self.close(decision)
        theirs = decision.with_user(self.ben)
        self.assert_refused("put_out", theirs.action_appeal, WHY)
        self.carry_out(decision)
        self.assertFalse(theirs.has_access("read"))
        self.assert_refused("put_out", decision.with_user(self.cleo).action_appeal, WHY)
        self.assertIn(
            "You can appeal to Test village",
            self.env["wezer.notice"]
            .search([("partner_id", "=", ben.id), ("subject", "=", "appeal")])
            .message,
        )
        # On a page that shows as little of it as moderators see.
        address = f"/decisions/{decision.id}"
        self.log_in(self.ben)
        said = self.text(address)
        self.assertIn("You can appeal to Test village until", said)
        self.assertNotIn("We build a bench.", said)
        self.send(self.form(self.page(address), f"{address}/appeal"), reason=WHY)
        above = self.decisions.search([("passed_from_id", "=", decision.id)])
        self.assertEqual(
            (above.group_id, above.state, above.members_only),
            (self.village, "open", True),
        )
        self.assertIn(WHY, self.text(f"/decisions/{above.id}"))
        self.assert_refused("once", theirs.action_appeal, WHY)
        for user in self.members[:2]:
            self.assert_refused("proposer", above.with_user(user).action_withdraw)
        params = above.outcome_ids.params
        # Only an appeal asks for it.
        again = self.draft(
            group=self.village,
            method="majority",
            outcomes=[{"kind": "readmit", "params": params}],
        )
        self.assert_refused("circle", again.action_announce)
        self.vote(above, anna="yes", cleo="yes", luc="no")
        self.close(above)
        told = [("partner_id", "=", ben.id), ("res_id", "=", above.id)]
        self.assertIn("adopted", self.env["wezer.notice"].search(told).message)
        self.carry_out(above)
        self.assertEqual(self.garden._membership_of(ben).state, "invited")
        above.passed_from_id = False
        self.move(decision, days=30)
        self.assert_refused("appeal", theirs.action_appeal, WHY)

    def appealed(self):
        """Return Ben's appeal (sudo) to the village, which hides itself from him."""
        decision = self.put_out(self.ben, self.anna, self.cleo, self.dora)
        self.close(decision)
        self.carry_out(decision)
        self.village.visibility = "members"
        decision.with_user(self.ben).action_appeal(WHY)
        return self.decisions.sudo().search([("passed_from_id", "=", decision.id)])

    def test_who_appeals_reads_and_answers_what_is_said_about_it_until_it_is_over(self):
        appeal = self.appealed()
        talk = appeal.discussion_id
        self.env.invalidate_all()
        first = talk.with_user(self.anna).say("What did you do?", "question")
        self.log_in(self.ben)
        address = f"/decisions/{appeal.id}"
        self.assertIn("What did you do?", self.text(address))
        self.assertIn("You can speak in the discussion.", self.text(address))
        page = self.page(address)
        self.send(self.form(page, f"/discussions/{talk.id}/say"), text="I was ill.")
        self.assertIn("I was ill.", self.text(address))
        self.env.invalidate_all()
        self.assertIn("I was ill.", self.text(f"/discussions/{talk.id}"))
        self.assertIn(appeal.title, self.text("/decisions"))
        self.assertNotIn(self.village.name, self.text("/decisions"))
        for user in (self.anna, self.cleo):
            words = self.env["wezer.discussion.word"].with_user(user)
            self.assertTrue(words.search([("text", "=", "I was ill.")]))
        theirs = talk.with_user(self.ben)
        theirs.say("It will not happen again.", reply_to_id=first)
        self._put(self.cleo, self.president)
        talk.with_user(self.cleo).action_summarise("Ben was ill.")
        self.assertIn("Ben was ill.", self.text(f"/discussions/{talk.id}"))
        # They speak, and do nothing else there.
        for act in (theirs.action_close, theirs.action_reopen):
            with self.assertRaises(AccessError):
                act()
        with self.assertRaises(AccessError):
            theirs.action_summarise("I am right.")
        self.vote(appeal, anna="yes", cleo="yes", dora="no")
        self.close(appeal)
        self.assertEqual(appeal.state, "adopted")
        self.env.invalidate_all()
        self.assertFalse(theirs.has_access("read"))
        with self.assertRaises(AccessError):
            theirs.say("Thank you.")
        self.assertEqual(self.url_open(f"/discussions/{talk.id}").status_code, 404)
        self.assertNotIn("I was ill.", self.text(address))

    def test_who_appeals_reads_nothing_else_of_that_circle(self):
        begun = self.env["wezer.discussion"].with_user(self.anna)
        appeal = self.appealed()
        other = begun.browse(begun.begin(self.village.id, "The well", "Too deep."))
        other.say("Much too deep.")
        other.action_summarise("It is too deep.")
        talk = appeal.discussion_id
        # Another decision in the same discussion is none of their business.
        beside = self.opened(
            group=self.village, title="Beside", discussion_id=talk.id, method="majority"
        )
        talk.with_user(self.anna).say("Of that.", decision_id=beside.id)
        for_two = talk.with_user(self.anna).say("Of you.", decision_id=appeal.id)
        models = (
            "wezer.discussion",
            "wezer.discussion.word",
            "wezer.discussion.summary",
        )
        seen = {"wezer.discussion": talk.ids, "wezer.discussion.word": [for_two]}
        for name in models:
            model = self.env[name].with_user(self.ben)
            with self.subTest(name):
                wanted = seen.get(name, [])
                self.assertEqual(call_kw(model, "search", [[]], {}), wanted)
                by = "group_id" if name == "wezer.discussion" else "discussion_id"
                args = [[], [by], ["__count"]]
                grouped = call_kw(model, "formatted_read_group", args, {})
                count = sum(row["__count"] for row in grouped)
                self.assertEqual(count, len(wanted))
                every = self.env[name].sudo().search([])
                for row in every.filtered(lambda one, ids=wanted: one.id not in ids):
                    with self.assertRaises(AccessError), self.env.cr.savepoint():
                        call_kw(model, "read", [row.ids, ["id"]], {})
        discussions = self.env["wezer.discussion"].with_user(self.ben)
        for domain in (
            [("word_ids.text", "ilike", "deep")],
            [("summary_ids.text", "ilike", "deep")],
            [("group_id", "=", self.village.id), ("title", "ilike", "well")],
        ):
            found = call_kw(discussions, "search", [domain], {})
            self.assertFalse(found, domain)
        self.assertEqual(discussions.name_search("well"), [])
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            other.with_user(self.ben).say("Is it?")
        self.assertTrue(discussions._why_not_begin(self.village.with_user(self.ben)))
        self.log_in(self.ben)
        for address in (
            f"/discussions/{other.id}",
            f"/groups/{self.village.slug}/discussions",
            f"/decisions/{beside.id}",
        ):
            self.assertEqual(self.url_open(address).status_code, 404, address)
        # Neither do others who were put out, or who only propose something, read it.
        self.assertFalse(talk.with_user(self.otto).has_access("read"))
        draft = self.draft(by=self.fred).sudo()
        draft.write(
            {
                "group_id": self.village.id,
                "discussion_id": talk.id,
                "proposer_id": self.otto.partner_id.id,
                "state": "open",
            }
        )
        self.assertFalse(talk.with_user(self.otto).has_access("read"))

    def test_who_appeals_is_told_what_was_said(self):
        appeal = self.appealed()
        appeal.discussion_id.with_user(self.anna).say("What did you do?")
        self.env["wezer.discussion"]._cron_tell()
        told = [
            ("partner_id", "=", self.ben.partner_id.id),
            ("res_model", "=", "wezer.discussion"),
        ]
        self.assertIn("1 new message", self.env["wezer.notice"].search(told).message)

    def test_an_objection_is_raised_answered_and_confirmed(self):
        decision = self.opened()
        self.log_in(self.ben)
        page = self.page(f"/decisions/{decision.id}")
        form = self.form(page, "/object")
        answer = self.send(form, reason="Too short")
        self.assert_given_back(answer, "/object", {"reason": "Too short"})
        self.send(form, reason="The bench would stand in the way of the barrow.")
        self.assertEqual(decision.objection_ids.state, "raised")
        said = self.text(f"/decisions/{decision.id}")
        self.assertIn("Everybody in the circle reads your objection now", said)
        self.assertIn("A new version can answer it: then you get a notice", said)
        self.log_in(self.anna)
        self.assertIn("objection to your proposal", self.text("/my/todo"))
        # Anna's own answer waits, too: one row says what comes first.
        address = f"/decisions/{decision.id}"
        links = self.page("/my/todo").xpath("//a[contains(@class, 'btn')]/@href")
        links = [link for link in links if link.startswith(address)]
        self.assertEqual(links, [f"{address}#proposal"])
        page = self.page(f"/decisions/{decision.id}")
        self.assertIn("in the way of the barrow", page.text_content())
        self.send(
            self.form(page, "/new_version"),
            body="We build a bench beside the path.",
            change="Beside the path",
        )
        self.assertEqual(decision.version_id.number, 2)
        page = self.page(f"/decisions/{decision.id}")
        (gone,) = page.xpath("//del")
        new = page.xpath("//ins")
        self.assertIn("bench.", gone.text_content())
        self.assertIn("beside the path", "".join(one.text_content() for one in new))
        self.log_in(self.ben)
        self.assertIn("Does it answer your objection?", self.text("/my/todo"))
        page = self.page(f"/decisions/{decision.id}")
        self.assertIn("If you say nothing by", page.text_content())
        self.send(self.form(page, "/confirm"))
        self.assertEqual(decision.objection_ids.state, "answered")

    def test_the_code_of_a_secret_vote_is_shown_once_and_kept_nowhere(self):
        decision = self.opened(method="majority", secrecy="secret")
        self.log_in(self.ben)
        answer = self.answer(decision, secret_choice="yes")
        self.assertTrue(answer.url.endswith(f"/decisions/{decision.id}/vote"))
        self.assertIn("no-store", answer.headers["Cache-Control"])
        (code,) = self.parsed(answer).xpath("//input[@id='code']/@value")
        self.assertGreater(len(code), 8)
        address = f"/decisions/{decision.id}"
        self.assertNotIn(code, self.url_open(address).text)
        # A wrong code is refused, and nothing of the form is kept.
        self.answer(decision, secret_choice="no", secret_code="wrong")
        kept = str(dict(odoo.http.root.session_store.get(self.session.sid)))
        for text in (code, "secret_choice", "wrong"):
            self.assertNotIn(text, kept)
        answer = self.answer(decision, secret_choice="no", secret_code=code)
        self.assertIn("Your code stays the same", answer.text)
        self.assertNotIn("shown only now", answer.text)
        page = self.page(address)
        (take_back,) = page.xpath("//button/@formaction")
        form = self.form(page, f"{address}/vote")
        form.set("action", take_back)
        self.send(form, secret_code=code)
        self.assertEqual(decision._progress(), (6, 0))
        answer = self.answer(decision, secret_choice="no")
        (code,) = self.parsed(answer).xpath("//input[@id='code']/@value")
        for user in (self.anna, self.cleo, self.dora, self.fred):
            decision.with_user(user).action_vote("no")
        self.close(decision)
        page = self.page(address)
        self.assertIn("It was not adopted", page.text_content())
        form = self.form(page, f"{address}/receipt")
        self.assertIn("so the ballots are not published", page.text_content())
        self.assertIn("Your vote was", self.send(form, secret_code=code).text)
        self.assertIn("No receipt", self.send(form, secret_code="another").text)

    def test_an_effect_is_chosen_with_the_method_that_the_circle_decided(self):
        self.set_policies(decides_role="majority")
        self.log_in(self.anna)
        address = f"/groups/{self.garden.slug}/propose"
        query = f"?outcome=role_end&role={self.treasurer.id}&title=A+title"
        self._put(self.ben, self.treasurer)
        page = self.page(address + query)
        self.assertIn("Propose something", page.xpath("//title")[0].text)
        form = self.form(page, address)
        values = dict(form.form_values())
        self.assertEqual(values["outcome_role"], str(self.treasurer.id))
        self.send(
            form,
            title="A new treasurer",
            text="Ben moves away.",
            outcome_person_typed="Ben",
        )
        decision = self.decisions.search([("title", "=", "A new treasurer")])
        self.assertEqual(decision.method, "majority")
        params = decision.sudo().outcome_ids.params
        self.assertEqual(params["person"], self.ben.partner_id.id)
        self.assertIn("Ben", self.text(f"/decisions/{decision.id}"))
        # Of a role that is given, people read what it is for, and how long.
        self.set_policies(role_term_days=100)
        self.treasurer.sudo().accountabilities = "Keeps the books."
        election = self.opened(by=self.ben, method="person", role_id=self.treasurer.id)
        said = self.text(f"/decisions/{election.id}")
        self.assertIn("Keeps the books. The term lasts 100 days.", said)

    def link(self, url, words):
        """Follow the link of a page that says ``words``, or is labelled so."""
        (link,) = self.page(url).xpath(
            f"//a[normalize-space()='{words}' or @aria-label='{words}']/@href"
        )
        return link

    def go_on(self, form, step, **typed):
        """Press a button that asks for the next fields; nothing is proposed by it."""
        before = self.decisions.search_count([])
        answer = self.send(form, step=step, **typed)
        self.assertEqual(self.decisions.search_count([]), before)
        page = self.parsed(answer)
        self.assertFalse(page.xpath("//form//*[@role='alert']"))
        return page, self.form(page, f"/groups/{self.garden.slug}/propose")

    def test_a_policy_is_proposed_on_the_page_of_the_circle_and_carried_out(self):
        self.set_policies(decides_policy="consent")
        self.log_in(self.anna)
        address = f"/groups/{self.garden.slug}/propose"
        page = self.page(self.link(f"/groups/{self.garden.slug}", "Propose"))
        # The default path: title, text, and two buttons; the rest is folded.
        form = self.form(page, address)
        open_parts = [
            field.get("name")
            for field in form.iter("input", "textarea", "select", "button")
            if not list(field.iterancestors("details"))
            and field.get("type") != "hidden"
        ]
        self.assertEqual(open_parts, ["title", "text", None, "draft"])
        typed = {
            **{"title": "Together", "text": "Roles matter <to> all.", "quorum": "2/3"},
            **{"members_only": "1", "facilitator_typed": "Fred", "method": "consent"},
        }
        page, form = self.go_on(form, "effect", outcome="policy", **typed)
        groups = form.xpath(".//select[@name='outcome_key']/optgroup/@label")
        self.assertIn("Decided together", groups)
        self.assertEqual(len(groups), len(set(groups)))
        self.assertEqual(page.xpath("//*[@autofocus]/@name"), ["outcome_key"])
        # Sent without its value: its field is shown, and nothing is proposed.
        page, form = self.go_on(form, "", outcome_key="decides_role")
        words = form.xpath(".//select[@name='outcome_value']/option/text()")
        self.assertIn("By consent", words)
        self.assertEqual(page.xpath("//*[@autofocus]/@name"), ["outcome_value"])
        shown = dict(form.form_values())
        self.assertEqual({name: shown.get(name) for name in typed}, typed)
        answer = self.send(form, outcome_value="consent")
        decision = self.decisions.search([("title", "=", "Together")]).sudo()
        self.assertTrue(answer.url.endswith(f"/decisions/{decision.id}"), answer.text)
        self.assertTrue(decision.members_only)
        self.assertEqual(
            decision.outcome_ids.params, {"key": "decides_role", "value": "consent"}
        )
        for user in self.members:
            decision.with_user(user).action_vote("live")
        self.close(decision)
        self.assertIn("Propose something new from it", self.text(answer.url))
        self.carry_out(decision)
        self.assertEqual(decision.state, "done", decision.outcome_ids.error)
        self.assertEqual(self.garden._policy("decides_role")[0], "consent")

    def test_people_are_elected_from_the_role_to_the_announced_decision(self):
        self.log_in(self.anna)
        circle = f"/groups/{self.garden.slug}"
        name = self.treasurer.name
        elect = self.link(circle, f"Elect: {name}")
        self.assertEqual(elect, self.link(f"/groups/{self.treasurer.slug}", "Elect"))
        page = self.page(elect)
        form = self.form(page, f"{circle}/propose")
        self.assertEqual(form.fields["title"], f"Election: {name}")
        self.assertEqual(form.fields["outcome_role"], str(self.treasurer.id))
        self.assertFalse(form.xpath(".//*[@name='outcome_person' or @name='options']"))
        (seats,) = form.xpath(".//div[label[@for='seats']]/@data-methods")
        self.assertEqual(seats, "stv draw")
        method = form.xpath(".//select[@name='method']/option/@data-method")
        self.assertEqual(method, ["person", "schulze", "stv", "person", "draw"])
        answer = self.send(form, method="stv", seats="2", text="Two treasurers.")
        decision = self.decisions.search([("title", "=", f"Election: {name}")]).sudo()
        self.assertTrue(answer.url.endswith(f"/decisions/{decision.id}"), answer.text)
        self.assertEqual(
            (decision.state, decision.method, decision.secrecy),
            ("announced", "stv", "secret"),
        )
        self.send(self.form(self.page(answer.url), f"/decisions/{decision.id}/stand"))
        self.assertEqual(decision.option_ids.person_id, self.anna.partner_id)
        # Without a role: the same way from the form that was begun.
        form = self.form(self.page(f"{circle}/propose"), f"{circle}/propose")
        page, form = self.go_on(form, "elect", title="New people", method="stv")
        shown = (form.fields["outcome"], form.fields["title"], form.fields["method"])
        self.assertEqual(shown, ("elect", "New people", "stv"))
        for method in ("stv", "schulze"):
            self.assertIn("choose “Elect”", self.text(f"/decisions/methods/{method}"))
        # The circle above gives the role of the lead, unless its permissions end here.
        self.lead.link = "lead"
        elect = f"//a[@aria-label='Elect: {self.lead.name}']"
        self.assertFalse(self.page(circle).xpath(elect))
        self.garden.refuse_rights = True
        self.assertTrue(self.page(circle).xpath(elect))

    def test_each_refused_field_of_a_proposal_is_named(self):
        options, value = {"options": "A\nB"}, {"outcome_value": "half"}
        quorum = {"outcome_key": "quorum", "outcome_value": "1/2"}
        rows = [
            ({"days": "0"}, "days"),
            ({"days": "a week"}, "days"),
            ({"quorum": "half"}, "quorum"),
            ({"method": "dot", "points": "0", **options}, "points"),
            ({"method": "dot", "most": "x", **options}, "most"),
            ({"method": "score", "scale": "1000", **options}, "scale"),
            ({"method": "choose", "up_to": "-1", **options}, "up_to"),
            ({"method": "stv", "seats": "many", **options}, "seats"),
            ({"method": "choose"}, "options"),
            ({"method": "choose", "options": "A\n\nA"}, "options"),
            ({"method": "choose", "options": "A\n" + "b" * 201}, "options"),
            ({"method": "dates", "date_2": "Monday"}, "date_2"),
            ({"method": "advice"}, "decider_typed"),
            ({"method": "advice", "decider_typed": "Xaver"}, "decider_typed"),
            ({"facilitator_typed": "Ben"}, "facilitator_typed"),
            ({"electorate": "named", "named_typed": "Otto"}, "named_typed"),
            ({"electorate": "named"}, "named_typed"),
            ({"electorate": "role"}, "electorate_role"),
            ({"review_date": "soon"}, "review_date"),
            ({"execute_date": "2020-01-01"}, "execute_date"),
            ({"outcome": "policy", **quorum, "days": "6"}, "days"),
            ({"outcome": "role", "outcome_until": "later"}, "outcome_until"),
            ({"outcome": "member"}, "outcome_person_typed"),
            ({"outcome": "policy", "outcome_key": "quorum", **value}, "outcome_value"),
        ]
        empty = dict.fromkeys(
            [
                *("title", "text", "days", "quorum", "points", "most", "scale"),
                *("up_to", "seats", "options", "date_1", "date_2", "decider_typed"),
                *("facilitator_typed", "named_typed", "electorate_role"),
                *("review_date", "outcome_until", "outcome_person_typed", "share"),
                *("outcome_value", "execute_date"),
            ],
            "",
        )
        garden = self.garden.with_user(self.anna)
        decisions = self.decisions.with_user(self.anna)
        for typed, wrong in rows:
            form = {**empty, "title": "A bench", "text": "We build it.", **typed}
            with self.subTest(**typed):
                with (
                    self.assertRaises(Refusal) as caught,
                    self.env.cr.savepoint(),
                    propose_form.at_fields(form),
                ):
                    vals = propose_form.read(garden, form)
                    number = decisions.propose(garden.id, vals)
                    decisions.browse(number).action_announce()
                self.assertEqual(caught.exception.field, wrong)

    def test_a_proposal_says_when_it_opens_and_when_it_is_carried_out(self):
        self.log_in(self.anna)
        page = f"/groups/{self.garden.slug}/propose"
        plain = self.form(self.page(page), page)
        self.assertNotIn("execute_date", plain.fields)
        address = f"{page}?outcome=policy&key=quorum&value=1/2"
        form = self.form(self.page(address), page)
        typed = {"title": "Half of us", "text": "We want it.", "method": "majority"}
        self.send(form, tomorrow="1", execute_date="2999-03-01", days="7", **typed)
        decision = self.decisions.search([("title", "=", "Half of us")]).sudo()
        hours = (decision.opens - decision.announced_at).total_seconds() / 3600
        self.assertEqual(decision.state, "announced")
        self.assertTrue(24 <= hours <= 25, hours)
        self.assertEqual(str(decision.execute_date), "2999-03-01")
        said = self.text(f"/decisions/{decision.id}")
        day = days.format_day(self.env, decision.execute_date)
        self.assertIn(f"It is carried out on {day}, or later.", said)

    def test_where_no_more_may_run_the_form_keeps_a_draft_first(self):
        self.log_in(self.anna)
        page = f"/groups/{self.garden.slug}/propose"
        buttons = f"//form[contains(@action, '{page}')]//button[not(@value='effect')]"
        for full, names in ((False, (None, "draft")), (True, ("draft", None))):
            if full:
                self.set_policies(decisions_circle=1)
                self.opened(by=self.ben)
            found = self.page(page).xpath(buttons)
            self.assertEqual(tuple(one.get("name") for one in found[:2]), names)
            main = [one for one in found if "btn-primary" in one.get("class")]
            # Above what is optional, and below it.
            self.assertEqual([one.get("name") for one in main], [names[0]] * 2)
        # The key Enter presses the first one, also where that is hidden.
        found = self.page(f"{page}?outcome=policy&key=quorum").xpath(buttons)
        self.assertEqual({one.get("name") for one in found[:2]}, {"draft"})

    def test_a_refused_proposal_comes_back_with_all_that_was_typed(self):
        self.log_in(self.anna)
        address = f"/groups/{self.garden.slug}/propose"
        form = self.form(self.page(address), address)
        typed = {"title": "A bench", "text": "We build\na bench.", "members_only": "1"}
        dates = {f"date_{day}": f"2999-01-0{day}T10:00" for day in (1, 2)}
        dates["date_3"] = ""
        same = {"method": "dates", **dates, "date_3": "2999-01-01T10:00"}
        rows = [
            ({"title": " "}, "title"),
            ({"method": "majority", "share": "3/2"}, "share"),
            ({"method": "advice", "decider_typed": "Xaver"}, "decider_typed"),
            (same, "date_3"),
        ]
        for values, wrong in rows:
            with self.subTest(**values):
                values = {**typed, **values}
                answer = self.send(form, **values)
                self.assert_given_back(answer, address, values, wrong)
        self.assertIn("Row 3 has the same date as row 1.", answer.text)
        self.assertFalse(self.decisions.search([("title", "=", "A bench")]))
        # More rows are asked for, and those that were filled in stay.
        page, form = self.go_on(form, "dates", method="dates", **typed, **dates)
        self.assertEqual(len(form.xpath(".//input[@type='datetime-local']")), 6)
        self.assertEqual(page.xpath("//*[@autofocus]/@name"), ["date_4"])
        self.assertEqual(form.fields["date_2"], dates["date_2"])
        # Fields of another method are not sent along.
        self.send(form, date_5="2999-02-01T10:00", points="0", options="Never read")
        decision = self.decisions.search([("title", "=", "A bench")]).sudo()
        self.assertEqual((decision.state, len(decision.option_ids)), ("open", 3))

    def test_the_style_sheet_knows_the_fields_of_each_method(self):
        with tools.file_open("wezer_decision/static/src/scss/decisions.scss") as sheet:
            (methods,) = re.findall(
                r"@each \$method\s+in \((.*?)\)", sheet.read(), re.DOTALL
            )
        self.assertEqual(
            set(re.findall(r"\w+", methods)), {name for name, _ in METHODS}
        )

    def test_a_text_without_an_effect_shows_none_and_too_few_answers_no_count(self):
        self.set_policies(quorum="1/2")
        decision = self.opened(method="majority", outcomes=[{"kind": "words"}])
        self.vote(decision, anna="yes")
        self.close(decision)
        self.log_in(self.anna)
        said = self.text(f"/decisions/{decision.id}")
        self.assertIn("Too few people answered", said)
        self.assertNotIn("counted", said)
        self.assertNotIn("If it is adopted", said)

    def test_the_form_says_who_is_asked_and_who_decides_after_advice(self):
        self._put(self.cleo, self.treasurer)
        self.log_in(self.anna)
        address = f"/groups/{self.garden.slug}/propose"
        text = {"text": "We build a bench."}
        role = {"electorate": "role", "electorate_role": str(self.treasurer.id)}
        form = self.form(self.page(address), address)
        self.send(form, title="A role", **text, **role)
        asked = self.decisions.search([("title", "=", "A role")]).sudo()
        self.assertEqual(asked.electorate_role_id, self.treasurer)
        self.assertEqual(asked.voter_ids.person_id, self.cleo.partner_id)
        people = {"electorate": "named", "named_typed": "Cleo", "method": "advice"}
        chosen = (self.ben | self.dora).partner_id._wezer_profile()
        people["named"] = [str(number) for number in chosen.ids]
        form = self.form(self.page(address), address)
        self.send(form, title="Three", decider_typed="Fred", **text, **people)
        asked = self.decisions.search([("title", "=", "Three")]).sudo()
        named = (self.ben | self.cleo | self.dora).partner_id
        self.assertEqual((asked.state, asked.named_ids), ("open", named))
        self.assertEqual(asked.decider_id, self.fred.partner_id)

    def test_the_person_who_decides_reads_the_advice_once_it_is_in(self):
        decision = self.opened(method="advice", decider_id=self.anna.partner_id.id)
        address = f"/decisions/{decision.id}"
        self.log_in(self.ben)
        self.answer(decision, reason="Take oak for it.")
        self.log_in(self.anna)
        self.assertNotIn("Take oak", self.text(address))
        self.wait(decision, days=6)
        self.assertIn("All advice has been given", self.text("/my/todo"))
        self.assertIn("Take oak", self.text(address))
        self.log_in(self.ben)
        self.assertIn(f"{self.anna.name} decides until", self.text(address))
        self.assertNotIn("A bench", self.text("/my/todo"))
        self.log_in(self.anna)
        form = self.form(self.page(address), f"{address}/decide")
        self.send(form, adopt="1", reason="Oak it is, as Ben says; thank you.")
        self.assertEqual(decision.state, "adopted")

    def test_a_recall_is_proposed_and_signed_on_pages(self):
        self._put(self.dora, self.treasurer)
        self.log_in(self.anna)
        slug = self.treasurer.slug
        for address in (f"/groups/{slug}", f"/groups/{self.garden.slug}"):
            form = self.form(self.page(address), f"/{slug}/recall")
        answer = self.send(form, reason="The books are three months behind.")
        decision = self.decisions.search([("is_recall", "=", True)])
        self.assertTrue(answer.url.endswith(f"/decisions/{decision.id}"))
        said = self.text(answer.url)
        self.assertIn("1 of 2 signatures", said)
        self.assertIn("Signatures are collected", said)
        self.assertNotIn("Draft", said)
        self.log_in(self.ben)
        for address in ("/decisions", f"/groups/{self.garden.slug}"):
            self.assertIn(decision.title, self.text(address))
        page = self.page(f"/decisions/{decision.id}")
        self.send(self.form(page, "/sign"))
        self.assertEqual((decision.state, decision.secrecy), ("announced", "secret"))
        self.log_in(self.otto)
        for address in (f"/groups/{slug}", f"/groups/{self.garden.slug}"):
            self.assertNotIn("Propose a recall", self.text(address))

    def test_the_log_is_a_page_a_table_and_a_feed(self):
        self.garden.sudo().visibility = "public"
        decision = self.opened(title="=A bench")
        self.log_in(self.ben)
        address = f"/groups/{self.garden.slug}/log"
        self.assertIn("=A bench", self.text(address))
        self.assertNotIn("=A bench", self.text(f"{address}?kind=roles"))
        self.assertNotIn("=A bench", self.text(f"{address}?since=2999-01-01"))
        rows = self.url_open(f"{address}.csv").text
        # No spreadsheet takes a title for a formula.
        self.assertIn("'=A bench", rows)
        feed = self.url_open(f"{address}.atom")
        self.assertIn("application/atom+xml", feed.headers["Content-Type"])
        self.assertIn(f"/decisions/{decision.id}", feed.text)
        self.garden.sudo().visibility = "members"
        self.assertEqual(self.url_open(f"{address}.atom").status_code, 404)

    def test_the_page_and_the_roll_say_who_was_suspended(self):
        profile = self.cleo.partner_id._wezer_profile().sudo()
        profile.state = "suspended"
        decision = self.opened(method="majority")
        day = days.format_day(self.env, days.today(self.env))
        address = f"/decisions/{decision.id}"
        self.log_in(self.ben)
        self.assertIn(f"Cleo: since {day}", self.text(address))
        said = self.text(f"{address}/voters")
        self.assertIn(f"Suspended, since {day}", said)
        self.assertIn("0 of 5 have answered.", said)
        self.assertIn("Also on the list, without a vote: 1.", said)
        profile.state = "active"
        self.assertIn(f"Cleo: on {day}", self.text(address))
        self.log_in(self.otto)
        self.assertNotIn("Suspended when this", self.text(address))

    def test_a_voice_is_given_and_taken_back(self):
        self.set_policies(delegation="once")
        self.log_in(self.ben)
        form = self.form(self.page("/my/delegations"), "/my/delegations/give")
        self.send(form, circle=str(self.garden.id), member_typed="Anna")
        given = self.env["wezer.vote.delegation"].search(
            [("giver_id", "=", self.ben.partner_id.id)]
        )
        self.assertEqual(given.holder_id, self.anna.partner_id)
        category = self.env["wezer.category"].create({"name": "Beds and paths"})
        # Also where no decision has it yet: as the form of a proposal, each once.
        offered = [
            self.page(address).xpath(f"//select[@name='{name}']/option/@value")
            for address, name in (
                ("/my/delegations", "category"),
                (f"/groups/{self.garden.slug}/propose", "category"),
            )
        ]
        self.assertIn(str(category.id), offered[0])
        self.assertEqual(*offered)
        self.assertEqual(len(offered[0]), len(set(offered[0])))
        of_category = self.opened()
        of_category.sudo().category_id = category
        self.assertIn(category.name, self.text(f"/decisions/{of_category.id}"))
        form = self.form(self.page("/my/delegations"), "/my/delegations/give")
        self.send(
            form,
            circle=str(self.garden.id),
            category=str(category.id),
            member_typed="Cleo",
        )
        of_category = given.search([("category_id", "=", category.id)])
        self.assertEqual(of_category.holder_id, self.cleo.partner_id)
        of_category.with_user(self.ben).action_take_back()
        page = self.page("/my/delegations")
        self.assertIn("Anna", page.text_content())
        self.send(self.form(page, "/take_back"))
        self.assertEqual(given.state, "ended")

    def test_the_voice_of_a_member_on_paper_is_given_and_cast_on_pages(self):
        self.set_policies(delegation="once")
        oda = self.env["res.partner"].create({"name": "Oda"})
        profile = self.env["wezer.profile"]._make_for(oda)
        member = {"group_id": self.garden.id, "partner_id": oda.id}
        self.env["wezer.group.membership"].create(member)
        ada = mail_new_test_user(
            self.env, "wzd_ada", groups="wezer_base.group_administrator"
        )
        ada.password = ada.login
        self.log_in(ada)
        address = f"/my/delegations?giver={profile.id}"
        links = self.page(f"/my/acting?giver={profile.id}").xpath("//a/@href")
        self.assertIn(address, links)
        form = self.form(self.page(address), "/my/delegations/give")
        typed = {"circle": str(self.garden.id), "member_typed": "Ben"}
        self.assertIn("Add a picture or a PDF", self.send(form, **typed).text)
        form = self.form(self.page(address), "/my/delegations/give")
        self.url_open(
            form.get("action"),
            data=dict(self.sent(form, **typed)),
            files={"paper": ("paper.pdf", PAPER, "application/pdf")},
        )
        given = self.env["wezer.vote.delegation"].search([("giver_id", "=", oda.id)])
        self.assertEqual((given.holder_id, bool(given.paper)), (self.ben.partner_id, 1))
        self.send(self.form(self.page(address), "/take_back"))
        self.assertEqual(given.state, "ended")
        self.env["wezer.mandate"].create(
            {
                "giver_id": oda.id,
                "holder_id": self.ben.partner_id.id,
                "right_vote": True,
                "date_from": days.today(self.env),
            }
        )
        decision = self.opened(method="majority")
        self.log_in(self.ben)
        page = self.page(f"/decisions/{decision.id}")
        self.assertIn("The answer of Oda", page.text_content())
        voice = decision.sudo().voter_ids.filtered(lambda one: one.party_id == oda)
        self.send(self.form(page, "/vote", voice=str(voice.id)), choice="no")
        self.assertEqual(voice.state, "voted")
        self.log_in(self.anna)
        self.assertEqual(self.url_open(address).status_code, 404)

    def test_a_voice_is_given_for_one_decision_on_its_page(self):
        closed_to_it = self.opened()
        self.set_policies(delegation="once")
        decision = self.opened()
        self.log_in(self.ben)
        self.assertNotIn("in your place", self.text(f"/decisions/{closed_to_it.id}"))
        address = f"/decisions/{decision.id}"
        self.send(
            self.form(self.page(address), "/my/delegations/give"), member_typed="Anna"
        )
        given = self.env["wezer.vote.delegation"].search(
            [("decision_id", "=", decision.id)]
        )
        self.assertEqual(
            (given.giver_id, given.holder_id),
            (self.ben.partner_id, self.anna.partner_id),
        )
        self.assertIn("Anna votes in your place", self.text(address))
        # In a secret vote as a proxy: each ballot is cast by itself.
        self.set_policies(procurations="yes")
        decision = self.opened(by=self.cleo, method="majority", secrecy="secret")
        address = f"/decisions/{decision.id}"
        self.send(
            self.form(self.page(address), "/my/delegations/give"), member_typed="Anna"
        )
        self.assertIn("Anna votes in your place", self.text(address))
        self.log_in(self.anna)
        self.assertIn("The answer of Ben", self.text(address))
        for form in self.page(address).xpath(f"//form[@action='{address}/vote']"):
            self.send(form, secret_choice="yes")
        self.assertEqual(decision._progress(), (6, 2))

    def test_each_way_to_answer_options_sends_what_was_filled_in(self):
        options = [{"label": label} for label in ("Apples", "Pears", "Plums")]
        wanted = {
            "schulze": ({"rank_1": "2", "rank_2": "1", "rank_3": ""}, "2-1-"),
            "stv": ({"rank_1": "2", "rank_2": "1", "rank_3": "3"}, "2-1-3"),
            "score": ({"points_1": "3", "points_2": "", "points_3": "0"}, "3,,0"),
            "dot": ({"points_1": "1", "points_2": "2", "points_3": ""}, "1,2,"),
            "choose": ({"option": ["1", "3"]}, "1,3"),
            "dates": ({"date_1": "y", "date_2": "m", "date_3": "n"}, "y,m,n"),
        }
        # Said before a refusal says it.
        limits = {
            "score": "0 to 5 points",
            "dot": "5 points to give out, at most 3 on one option",
            "choose": "as many options as you like",
        }
        self.log_in(self.ben)
        self.set_policies(decisions_person=20, decisions_circle=20)
        for method, (typed, choice) in wanted.items():
            with self.subTest(method):
                more = {}
                if method == "dot":
                    more = {"points": 5, "most_per_option": 3}
                decision = self.opened(method=method, options=options, **more)
                self.answer(decision, **typed)
                ballots = self.env["wezer.ballot"]
                ballot = ballots.search([("decision_id", "=", decision.id)])
                self.assertEqual(ballot.choice, choice)
                # The form is filled with it again.
                page = self.page(f"/decisions/{decision.id}")
                self.assertIn(limits.get(method, ""), page.text_content())
                again = dict(self.form(page, "/vote").form_values())
                for name, value in typed.items():
                    if value and not isinstance(value, list):
                        self.assertEqual(again[name], value)
                self.close(decision).judge_reason = "The roll was right."
                said = self.text(f"/decisions/{decision.id}")
                self.assertIn("and stands: The roll was right.", said)
                self.assertIn("Apples", said)
                self.assertIn("1 answer was counted", said)
                # Bars stand beside the numbers, made of numbers alone.
                page = self.page(f"/decisions/{decision.id}")
                paths = page.xpath("//section[@id='result']//svg/path/@d")
                self.assertTrue(paths)
                self.assertTrue(all(re.fullmatch(r"[-MHVhvz0-9. ]+", d) for d in paths))

    def test_every_method_is_explained(self):
        for method, label in METHODS:
            with self.subTest(method):
                page = self.page(f"/decisions/methods/{method}")
                self.assertEqual(page.xpath("//h1")[0].text_content(), label)
                self.assertGreater(
                    len(page.xpath("//div[@class='o_wezer_card']//p")), 0
                )
        self.assertEqual(self.url_open("/decisions/methods/none").status_code, 404)

    def test_the_list_is_found_by_circle_method_and_words(self):
        self.opened(title="A bench by the pond")
        self.opened(title="A rule", method="majority")
        self.log_in(self.ben)
        self.assertIn("A bench by the pond", self.text("/decisions?words=pond"))
        self.assertNotIn("A rule", self.text("/decisions?words=pond"))
        self.assertNotIn("A bench", self.text("/decisions?method=majority"))
        self.assertIn("A rule", self.text(f"/decisions?circle={self.garden.slug}"))
        self.assertNotIn("A rule", self.text(f"/decisions?circle={self.compost.slug}"))

    def test_the_page_of_the_roll_says_who_answered_and_not_what(self):
        decision = self.opened(method="majority")
        self.vote(decision, anna="yes")
        self.log_in(self.ben)
        said = self.text(f"/decisions/{decision.id}/voters")
        self.assertIn("1 of 6 have answered", said)
        self.assertEqual(said.count("has not answered yet"), 5)
        self.assertNotIn("Yes", said)

    def test_a_page_costs_as_many_queries_with_many_voters(self):
        few = self.opened(method="majority", title="Few")
        many = self.opened(method="majority", title="Many")
        people = self.env["res.partner"].create(
            [{"name": f"Voter {number}"} for number in range(300)]
        )
        self.env["wezer.decision.voter"].create(
            [
                {
                    "decision_id": many.id,
                    "party_id": person.id,
                    "person_id": person.id,
                }
                for person in people
            ]
        )
        self.log_in(self.ben)
        counts = []
        for decision in (few, few, many):
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            self.page(f"/decisions/{decision.id}")
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[2], counts[1] + 2)
