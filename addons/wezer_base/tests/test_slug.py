from odoo.tests import HttpCase, tagged

from .common import WezerCommon


@tagged("post_install", "-at_install")
class TestFormerAddress(WezerCommon):
    """The address follows the name; a former one leads to whoever had it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.profile = cls.anna.partner_id._wezer_profile()

    def _at(self, slug, user=None):
        return self.env["wezer.profile"].with_user(user or self.luc)._at_slug(slug)

    def _rename(self, name, user=None):
        (user or self.anna).partner_id.name = name

    def test_a_renamed_member_is_found_at_both_addresses(self):
        first = self.profile.slug
        self._rename("Zq Annette Dupont")
        self.assertEqual(self.profile.slug, "zq-annette-dupont")
        self._rename("Zq Annette Durand")
        self.assertEqual(self.profile.slug, "zq-annette-durand")
        for slug in (first, "zq-annette-dupont", "zq-annette-durand"):
            self.assertEqual(self._at(slug).id, self.profile.id)
        for slug in ("zq-annette", "", False, "x" * 5000, "zq%"):
            self.assertFalse(self._at(slug))

    def test_an_address_stays_where_the_name_gives_the_same(self):
        first = self.profile.slug
        self._rename("ANNA  MARTIN")
        self.assertEqual(self.profile.slug, first)
        self.assertFalse(self.env["wezer.slug"]._former_of(self.profile))

    def test_taking_the_first_name_again_gives_the_first_address_again(self):
        first = self.profile.slug
        self._rename("Zq Other")
        self._rename("Anna Martin")
        self.assertEqual(self.profile.slug, first)
        kept = self.env["wezer.slug"]._former_of(self.profile)
        self.assertEqual(kept.mapped("slug"), ["zq-other"])

    def test_somebody_elses_new_address_wins_where_it_is_seen(self):
        self._rename("Zq One")
        self._rename("Zq Two")
        self._rename("Zq One", self.luc)
        self.assertEqual(self.luc_profile.slug, "zq-one")
        self.assertEqual(self._at("zq-one").id, self.luc_profile.id)
        # Whoever may not see Luc is not told that somebody has it now.
        self.luc_profile.state = "suspended"
        self.luc_profile.active = False
        self.assertEqual(self._at("zq-one", self.ada).id, self.profile.id)

    def test_a_former_address_leads_to_nothing_hidden(self):
        first = self.profile.slug
        self._rename("Zq Hidden")
        self.assertFalse(self._at(first, self.public))
        self.assertFalse(self._at("zq-hidden", self.public))

    def test_former_members_have_no_former_address(self):
        first = self.profile.slug
        self._rename("Zq Leaver")
        self.anna.partner_id._wezer_let_go()
        self.assertFalse(self.env["wezer.slug"]._former_of(self.profile))
        for slug in (first, "zq-leaver"):
            self.assertFalse(self._at(slug, self.ada))
        self.assertEqual(self.profile.slug, f"former-{self.profile.id}")

    def test_at_most_twenty_former_addresses_are_kept(self):
        for number in range(25):
            self._rename(f"Zq {number}")
        kept = self.env["wezer.slug"]._former_of(self.profile)
        self.assertEqual(len(kept), 20)
        self.assertEqual(kept[-1].slug, "zq-23")

    def test_the_checks_find_what_leads_nowhere_and_a_mandate_in_reverse(self):
        self._rename("Zq Checked")
        mandate = (
            self.env["wezer.mandate"]
            .with_user(self.anna)
            .action_give(self.luc_profile.id, ["market"])
        )
        self.env.flush_all()
        checks = self.env["wezer.invariant"].sudo()
        for check, query in (
            ("_check_former_addresses", "UPDATE wezer_slug SET res_id = 0"),
            ("_check_former_addresses", "UPDATE wezer_profile SET state = 'left'"),
            (
                "_check_mandate_days",
                "UPDATE wezer_mandate SET date_until = date_from - 1"
                f" WHERE id = {mandate}",
            ),
        ):
            self.assertFalse(getattr(checks, check)())
            with self.env.cr.savepoint(flush=False) as damage:
                self.env.cr.execute(query)
                self.env.invalidate_all(flush=False)
                self.assertTrue(getattr(checks, check)(), query)
                damage.rollback()
            self.env.invalidate_all(flush=False)


@tagged("post_install", "-at_install")
class TestFormerAddressPages(WezerCommon, HttpCase):
    def test_the_page_of_a_renamed_member_leads_to_the_new_one(self):
        first = self.luc_profile.slug
        self.luc.partner_id.name = "Zq Łukasz"
        now = self.luc_profile.slug
        self.assertNotEqual(now, first)
        self.authenticate("anna-base", "anna-base-secret")
        page = self.url_open(f"/members/{first}")
        self.assertEqual((page.status_code, page.url.rpartition("/")[2]), (200, now))
        self.assertEqual(page.history[0].status_code, 302)
        self.assertEqual(self.url_open("/members/zq-nobody").status_code, 404)
        self.authenticate(None, None)
        for slug in (first, now, "zq-nobody"):
            page = self.url_open(f"/members/{slug}", allow_redirects=False)
            self.assertIn("/web/login", page.headers["Location"])
