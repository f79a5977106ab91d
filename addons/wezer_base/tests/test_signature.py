from datetime import timedelta

from odoo import fields, models
from odoo.orm.model_classes import add_to_registry
from odoo.tests import tagged

from ..exceptions import NotAllowed, Refusal
from ..models.wezer_signature import SIGNING
from .common import WezerCommon

NAME = "wezer.test.treaty"


class Treaty(models.Model):
    """Something that several parties sign, for this test only."""

    _name = NAME
    _description = "Treaty of the test"
    _inherit = ["wezer.signing.mixin"]
    _module = None

    signed_last = fields.Char()
    ended = fields.Char()

    def _on_signed(self, party):
        self.sudo().signed_last = party.name

    def _on_signing_ended(self, reason):
        self.sudo().ended = reason


@tagged("post_install", "-at_install")
class TestSignature(WezerCommon):
    """What several parties must sign, in the same version, until a date."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        add_to_registry(cls.registry, Treaty)
        cls.registry._setup_models__(cls.env.cr, [NAME])
        cls.registry.init_models(cls.env.cr, [NAME], {"module": "wezer_base"})
        cls.addClassCleanup(cls.registry.__delitem__, NAME)
        cls.treaty = cls.env[NAME].create({})
        cls.parties = cls.anna.partner_id | cls.luc.partner_id
        cls.later = fields.Datetime.now() + timedelta(days=3)

    def propose(self, party=None):
        return self.treaty._propose_signing(self.parties, self.later, party)

    def test_with_the_last_signature_it_is_done(self):
        self.assertFalse(self.propose(self.anna.partner_id))
        self.assertEqual(self.treaty._signed(), self.anna.partner_id)
        self.assertEqual(self.treaty._unsigned(), self.luc.partner_id)
        with self.assertRaises(NotAllowed):
            self.treaty._sign(self.anna.partner_id)
        with self.assertRaises(NotAllowed):
            self.treaty._sign(self.mo.partner_id)
        self.assertTrue(self.treaty.with_user(self.luc)._sign(self.luc.partner_id, 1))
        self.assertEqual(self.treaty.signing_state, "signed")
        self.assertEqual(self.treaty.signed_last, self.luc.partner_id.name)
        people = self.treaty.signature_ids.person_id
        self.assertIn(self.luc.partner_id, people)
        with self.assertRaises(Refusal):
            self.treaty._sign(self.luc.partner_id)

    def test_a_proposer_who_alone_has_to_sign_has_decided(self):
        anna = self.anna.partner_id
        self.assertTrue(self.treaty._propose_signing(anna, self.later, anna))
        self.assertEqual(self.treaty.signing_state, "signed")

    def test_a_new_version_voids_all_signatures_and_keeps_the_rows(self):
        self.propose(self.anna.partner_id)
        self.propose(self.luc.partner_id)
        self.assertEqual(self.treaty.signing_version, 2)
        self.assertEqual(self.treaty._signed(), self.luc.partner_id)
        with self.assertRaises(Refusal) as refused:
            self.treaty._sign(self.anna.partner_id, 1)
        self.assertEqual(refused.exception.rule, "version")
        self.assertEqual(len(self.treaty.signature_ids), 4)

    def test_a_refusal_or_its_withdrawal_ends_it(self):
        self.propose(self.anna.partner_id)
        self.treaty._refuse_signing(self.luc.partner_id)
        self.assertEqual(
            (self.treaty.signing_state, self.treaty.ended), ("refused",) * 2
        )
        with self.assertRaises(Refusal):
            self.treaty._refuse_signing(self.luc.partner_id)
        self.propose(self.anna.partner_id)
        self.treaty._withdraw_signing()
        self.assertEqual(self.treaty.ended, "withdrawn")

    def test_a_proposal_that_is_not_signed_in_time_lapses(self):
        self.propose(self.anna.partner_id)
        self.env["wezer.signature"]._cron_lapse()
        self.assertEqual(self.treaty.signing_state, "open")
        self.treaty.signing_deadline = fields.Datetime.now() - timedelta(seconds=1)
        with self.assertRaises(Refusal):
            self.treaty._sign(self.luc.partner_id)
        self.env["wezer.signature"]._cron_lapse()
        self.assertEqual(
            (self.treaty.signing_state, self.treaty.ended), ("lapsed",) * 2
        )

    def test_the_table_names_methods_and_states_that_exist(self):
        field = self.treaty._fields["signing_state"]
        self.assertEqual(SIGNING.states, tuple(field.get_values(self.env)))
        for row in SIGNING.transitions:
            self.assertTrue(callable(getattr(self.treaty, row.method)))

    def test_a_member_who_leaves_ends_what_waits_for_them(self):
        self.propose(self.anna.partner_id)
        self.luc.partner_id._wezer_let_go()
        self.assertEqual(self.treaty.signing_state, "refused")

    def test_two_accounts_of_one_person_sign_once(self):
        self.propose(self.luc.partner_id)
        luc, anna = (user.partner_id._wezer_profile() for user in (self.luc, self.anna))
        luc.with_user(self.ada).action_merge_into(anna.id)
        self.assertEqual(self.treaty.signing_state, "signed")
        self.assertFalse(self.env["wezer.invariant"]._check_signatures())

    def test_the_download_names_what_was_signed(self):
        self.propose(self.anna.partner_id)
        data = self.anna.partner_id._wezer_personal_data()["signatures"]
        self.assertEqual(len(data), 1)
        self.assertEqual(data[0]["version"], 1)

    def test_the_invariant_finds_a_proposal_that_nobody_can_end(self):
        self.propose(self.anna.partner_id)
        check = self.env["wezer.invariant"]._check_signatures
        self.assertFalse(check())
        self.treaty.signing_deadline = False
        self.assertEqual(check(), [(self.treaty.id, NAME, "open")])
        self.treaty.signing_deadline = self.later
        self.treaty._unsigned()
        self.treaty.signature_ids.write({"date_signed": fields.Datetime.now()})
        self.assertEqual(check(), [(self.treaty.id, NAME, "open")])
        self.treaty.signing_state = "signed"
        self.assertFalse(check())
