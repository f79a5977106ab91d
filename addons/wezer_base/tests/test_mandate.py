from base64 import b64decode, b64encode
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.http import Request
from odoo.tests import HttpCase, tagged

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal

from .common import WezerCommon


@tagged("post_install", "-at_install")
class TestMandate(WezerCommon):
    """Anna lets Luc act for her."""

    def setUp(self):
        super().setUp()
        self.mandates = self.env["wezer.mandate"].with_user(self.anna)

    def _give(self, rights=("market",), holder=None, **more):
        holder = holder or self.luc
        number = self.mandates.action_give(
            holder.partner_id._wezer_profile().id, list(rights), **more
        )
        return self.env["wezer.mandate"].browse(number)

    def _acts(self, user, partner, right="market"):
        found = user._acts_for(partner, right) == partner
        # What is computed and what is searched say the same.
        field = f"acts_{right}"
        partner = partner.with_user(user).sudo()
        self.assertEqual(partner[field], found)
        searched = partner.search([(field, "=", True), ("id", "=", partner.id)])
        self.assertEqual(bool(searched), found)
        return found

    def test_the_holder_of_a_mandate_acts_with_its_rights_and_no_other(self):
        self.assertFalse(self._acts(self.luc, self.anna.partner_id))
        self._give(["market"])
        self.assertTrue(self._acts(self.luc, self.anna.partner_id))
        self.assertFalse(self._acts(self.luc, self.anna.partner_id, "wallet"))
        self.assertFalse(self._acts(self.luc, self.anna.partner_id, "manage"))
        self.assertFalse(self._acts(self.anna, self.luc.partner_id))

    def test_to_vote_is_no_right_to_act(self):
        mandate = self._give(["vote"])
        self.assertTrue(mandate.right_vote)
        for right in ("market", "wallet", "manage"):
            self.assertFalse(self._acts(self.luc, self.anna.partner_id, right))
        self.assertFalse(mandate.paper)

    def test_for_who_cannot_log_in_the_vote_is_given_with_the_signed_paper(self):
        profiles = self.env["wezer.profile"].sudo()
        olga = profiles.search([("on_paper", "=", True)], limit=1)
        if not olga:
            partner = self.env["res.partner"].create({"name": "Olga"})
            olga = profiles._make_for(partner)
            olga._taken_in()
        mandates = self.env["wezer.mandate"].with_user(self.ada)
        holder = self.luc.partner_id._wezer_profile().id
        given = holder, ["vote"], None, olga.id
        pdf = b64encode(b"%PDF-1.4 signed").decode()
        for paper in (
            None,
            "",
            "no base64",
            b64encode(b"<script>alert(1)</script>").decode(),
            b64encode(b"%PDF-" + b"x" * (5 << 20)).decode(),
            7,
        ):
            with self.assertRaises(Refusal) as caught:
                mandates.action_give(*given, paper)
            self.assertEqual(caught.exception.rule, "paper")
        number = mandates.action_give(*given, pdf, "paper.pdf")
        mandate = mandates.browse(number)
        self.assertEqual((mandate.paper_name, mandate.right_vote), ("paper.pdf", True))
        self.assertEqual(b64decode(mandate.paper), b"%PDF-1.4 signed")
        # Administrators read the paper, and nobody else.
        with self.assertRaises(AccessError):
            mandate.with_user(self.luc).read(["paper"])

    def test_taken_back_it_is_over_at_once(self):
        mandate = self._give(["market", "wallet"])
        self.assertTrue(self._acts(self.luc, self.anna.partner_id, "wallet"))
        mandate.with_user(self.anna).action_revoke()
        self.assertFalse(self._acts(self.luc, self.anna.partner_id, "wallet"))
        with self.assertRaises(Refusal):
            mandate.with_user(self.anna).action_revoke()

    def test_resigning_ends_the_mandate_and_notifies_the_giver(self):
        mandate = self._give()
        mandate.with_user(self.luc).action_resign()
        self.assertFalse(self._acts(self.luc, self.anna.partner_id))
        notice = self.env["wezer.notice"].search(
            [("partner_id", "=", self.anna.partner_id.id)], limit=1
        )
        self.assertIn("Luc Noël", notice.message)

    def test_only_who_gave_it_takes_it_back(self):
        mandate = self._give()
        with self.assertRaises(NotAllowed):
            mandate.with_user(self.luc).action_revoke()
        with self.assertRaises(AccessError):
            mandate.with_user(self.cora).action_revoke()
        with self.assertRaises(NotAllowed):
            mandate.with_user(self.anna).action_resign()
        mandate.with_user(self.ada).action_revoke()

    def test_it_ends_after_its_last_day(self):
        today = fields.Date.today()
        mandate = self._give(until=str(today))
        self.assertTrue(self._acts(self.luc, self.anna.partner_id))
        mandate.write(
            {
                "date_from": today - timedelta(days=9),
                "date_until": today - timedelta(days=1),
            }
        )
        self.assertFalse(self._acts(self.luc, self.anna.partner_id))
        # And may be given again.
        self._give()
        self.assertTrue(self._acts(self.luc, self.anna.partner_id))

    def test_there_are_no_chains(self):
        self._give()
        self.env["wezer.mandate"].with_user(self.luc).action_give(
            self.cora.partner_id._wezer_profile().id, ["market"]
        )
        self.assertTrue(self._acts(self.cora, self.luc.partner_id))
        self.assertFalse(self._acts(self.cora, self.anna.partner_id))

    def test_it_gives_nothing_the_giver_has_for_others(self):
        treasury = self.env["res.partner"].create(
            {"name": "Chest", "wezer_is_treasury": True}
        )
        self.env.company.wezer_wallet_user_ids = self.anna
        self._give(["wallet"])
        self.assertTrue(self._acts(self.anna, treasury, "wallet"))
        self.assertFalse(self._acts(self.luc, treasury, "wallet"))

    def test_a_suspended_giver_or_holder_stops_it(self):
        self._give()
        for one in (self.anna, self.luc):
            profile = one.partner_id._wezer_profile()
            profile.state = "suspended"
            self.assertFalse(self._acts(self.luc, self.anna.partner_id))
            profile.state = "active"
            self.assertTrue(self._acts(self.luc, self.anna.partner_id))

    def test_an_end_not_yet_in_the_database_counts(self):
        mandate = self._give()
        self.assertTrue(self._acts(self.luc, self.anna.partner_id))
        mandate.state = "revoked"  # unflushed
        self.assertFalse(self.luc._acting_ids("market", [self.anna.partner_id.id]))

    def test_a_mandate_cannot_be_given_for_another(self):
        anna, luc = (u.partner_id._wezer_profile().id for u in (self.anna, self.luc))
        for user in (self.luc, self.cora, self.mo):
            with self.assertRaises(NotAllowed):
                self.env["wezer.mandate"].with_user(user).action_give(
                    luc, ["market"], None, anna
                )
        # Nor an administrator for who can log in himself.
        with self.assertRaises(NotAllowed):
            self.env["wezer.mandate"].with_user(self.ada).action_give(
                luc, ["market"], None, anna
            )

    def test_an_administrator_gives_it_for_who_cannot_log_in(self):
        rosa = self.env["res.partner"].create({"name": "Rosa"})
        profile = self.env["wezer.profile"]._make_for(rosa)
        self.env["wezer.mandate"].with_user(self.ada).action_give(
            self.luc.partner_id._wezer_profile().id, ["market"], None, profile.id
        )
        self.assertTrue(self._acts(self.luc, rosa))
        rosa._wezer_notify("answer", "Somebody answered you.")
        told = self.env["wezer.notice"].search([("kind", "=", "answer")], limit=1)
        self.assertEqual(told.partner_id, self.luc.partner_id)

    def test_invalid_mandates_are_refused(self):
        luc = self.luc.partner_id._wezer_profile().id
        own = self.anna.partner_id._wezer_profile().id
        yesterday = str(fields.Date.today() - timedelta(days=1))
        for arguments in (
            (luc, []),
            (luc, ["manage"]),
            (luc, "market"),
            (luc, ["market"], yesterday),
            (luc, ["market"], "soon"),
            (own, ["market"]),
            (0, ["market"]),
            ("1 OR 1=1", ["market"]),
        ):
            with self.assertRaises(Refusal):
                self.mandates.action_give(*arguments)
        self._give()
        with self.assertRaises(Refusal):
            self._give()

    def test_a_stranger_reads_no_mandate_and_no_act(self):
        self._give()
        self.luc._resolve_acting(
            self.anna.partner_id.id, self.anna.partner_id, "market", "try"
        )
        for name in ("wezer.mandate", "wezer.acting.log"):
            records = self.env[name]
            self.assertTrue(records.with_user(self.anna).search([]))
            self.assertTrue(records.with_user(self.luc).search([]))
            self.assertFalse(records.with_user(self.cora).search([]))
            with self.assertRaises(AccessError):
                records.with_user(self.public).search([])

    # === THE LOG === #

    def test_actions_for_another_are_logged_and_notified(self):
        self._give()
        anna = self.anna.partner_id
        self.assertEqual(
            self.luc._resolve_acting(anna.id, anna, "market", "try", self.luc_profile),
            anna,
        )
        act = self.env["wezer.acting.log"].with_user(self.anna).search([])
        self.assertEqual(act.actor_id.id, self.luc.partner_id.id)
        self.assertEqual((act.what, act.by_mandate), ("try", True))
        self.assertEqual(act._sentence(), "Luc Noël acted for Anna Martin")
        notice = self.env["wezer.notice"].search([("kind", "=", "acted_for")])
        self.assertEqual(notice.partner_id, anna)
        self.assertIn("Luc Noël", notice.message)

    def test_actions_for_oneself_are_not_logged(self):
        self.luc._resolve_acting(None, self.luc.partner_id, "market")
        self.assertFalse(self.env["wezer.acting.log"].search([]))

    def test_a_refused_act_is_not_logged(self):
        with self.assertRaises(NotAllowed):
            self.luc._resolve_acting(
                self.anna.partner_id.id, self.anna.partner_id, "market"
            )
        self.assertFalse(self.env["wezer.acting.log"].search([]))

    def test_the_log_stays(self):
        self._give()
        self.luc._resolve_acting(None, self.anna.partner_id, "market")
        act = self.env["wezer.acting.log"].search([])
        with self.assertRaises(NotAllowed):
            act.sudo().what = "nothing"
        with self.assertRaises(NotAllowed):
            act.sudo().unlink()


@tagged("post_install", "-at_install")
class TestActingPage(HttpCase, WezerCommon):
    def _post(self, url, **data):
        data["csrf_token"] = Request.csrf_token(self)
        return self.url_open(url, data=data)

    def test_anna_names_luc_and_takes_it_back(self):
        self.authenticate("anna-base", "anna-base-secret")
        page = self.url_open("/my/acting?search=luc").text
        self.assertIn("Let this person act for me", page)
        page = self._post(
            "/my/acting/give",
            profile_id=self.luc_profile.id,
            rights=["market", "wallet"],
        ).text
        self.assertIn("Withdraw", page)
        mandate = self.env["wezer.mandate"].search([("state", "=", "active")])
        self.assertEqual(mandate.holder_id, self.luc.partner_id)
        self._post(f"/my/acting/{mandate.id}/revoke")
        mandate.invalidate_recordset()
        self.assertEqual(mandate.state, "revoked")

    def test_luc_acts_as_anna_and_every_page_says_so(self):
        self.env["wezer.mandate"].with_user(self.anna).action_give(
            self.luc_profile.id, ["market"]
        )
        self.authenticate("luc-base", "luc-base-secret")
        page = self._post("/my/act-as", partner_id=self.anna.partner_id.id).text
        self.assertIn("You are acting for <strong>Anna Martin</strong>", page)
        self.assertIn("You are acting for", self.url_open("/my").text)
        self._post("/my/act-as")
        self.assertNotIn("You are acting for <strong>", self.url_open("/my").text)

    def test_acting_for_a_stranger_is_refused(self):
        self.authenticate("luc-base", "luc-base-secret")
        page = self._post("/my/act-as", partner_id=self.anna.partner_id.id).text
        self.assertIn("You are not authorised to act for them.", page)
        self.assertNotIn("You are acting for <strong>", page)

    def test_a_change_wants_post_and_the_token(self):
        self.authenticate("luc-base", "luc-base-secret")
        response = self.url_open("/my/act-as")
        self.assertIn(response.status_code, (404, 405))
        response = self.url_open("/my/act-as", data={"partner_id": 1})
        self.assertEqual(response.status_code, 400)
