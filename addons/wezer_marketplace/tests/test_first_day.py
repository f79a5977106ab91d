"""The guide for administrators is true: eight steps lead to the first payment."""

from lxml import html

from odoo.tests import HttpCase, new_test_user, tagged

from odoo.addons.wezer_base.tests.test_joining import JoiningCommon

PASSWORD = "first-day-secret-1"


@tagged("post_install", "-at_install")
class TestFirstDay(HttpCase, JoiningCommon):
    """See "From the first login to the first payment" in docs/admin.md."""

    def _step(self, key):
        """Press Open at a line of the first steps; return the form's model."""
        onboarding = self.env["wezer.onboarding"].with_user(self.chief)
        lines = onboarding.browse(onboarding.action_open()["res_id"]).line_ids
        action = lines.filtered(lambda line: line.key == key).action_open_step()
        return self.env[action["res_model"]].with_user(self.chief)

    def _send(self, page, key, **values):
        """Fill in the form of a page that has the field ``key``, and send it."""
        form = next(
            form
            for form in self._forms(page)
            if form.xpath(".//*[@name=$key]", key=key)
        )
        address = form.get("action") or page.url
        return self.url_open(address, data={**dict(form.form_values()), **values})

    def _forms(self, page):
        return html.fromstring(page.text).xpath("//form[@method='post']")

    def _join(self, address, name):
        """Open the link of the letter and join; return the new user."""
        self.authenticate(None, None)
        token = self.token_of(self.letters(address)[:1])
        page = self.url_open(f"/join/{token}")
        page = self._send(page, "password", name=name, password=PASSWORD)
        page = self._send(page, "agree", name=name, agree="1")
        self.assertIn("Your first steps", page.text)
        user = self.env["res.users"].search([("login", "=", address)])
        self.assertEqual(user.partner_id._wezer_profile().state, "active")
        return user

    def test_eight_steps_lead_from_the_first_login_to_the_first_payment(self):
        # Tests with threads leave currencies: this community has none yet.
        self.env["wezer.currency"].sudo().search([]).active = False
        # 1. The first login begins with First steps.
        self.chief = new_test_user(
            self.env, login="first_day", groups="wezer_base.group_administrator"
        )
        home = self.chief._wezer_home_action()
        self.assertEqual(home, self.env.ref("wezer_base.wezer_onboarding_action").id)
        # 2. A set.
        sets = self._step("starter_set")
        self.assertEqual(sets._name, "wezer.starter.set")
        sets.create({"country_id": self.env.ref("base.fr").id}).action_apply()
        hours = self.env["wezer.currency"].search(
            [("unit_kind", "=", "hour"), ("kind", "=", "mutual_credit")], limit=1
        )
        self.assertTrue(hours)
        # 3. Name and colours.
        look = self._step("name")
        self.assertEqual(look._name, "wezer.look")
        look.create({"name": "Zq valley", "palette": "wezer-sea"}).action_apply()
        self.assertIn("Zq valley", self.url_open("/").text)
        # 4. Two invitations.
        invite = self._step("members")
        self.assertEqual(invite._name, "wezer.member.invite")
        one, two = "one@first.example", "two@first.example"
        invite.create({"emails": f"{one}\n{two}"}).action_invite()
        # 5. and 6. Both join.
        payee = self._join(two, "Zq Second")
        payer = self._join(one, "Zq First")
        # 7. The first pays the second, whom they choose in the form.
        slug = payee.partner_id._wezer_profile().slug
        self.authenticate(one, PASSWORD)
        page = self.url_open(f"/my/pay?to={slug}&currency={hours.id}")
        self._send(page, "amount", amount="1", purpose="A lesson")
        transfer = self.env["wezer.transfer"].search(
            [("payer_id", "=", payer.partner_id.id)]
        )
        self.assertEqual(transfer.mapped("state"), ["done"])
        # 8. The second reads it in the wallet and in the notices.
        self.authenticate(two, PASSWORD)
        wallet = self.env["wezer.wallet"].search(
            [
                ("partner_id", "=", payee.partner_id.id),
                ("wezer_currency_id", "=", hours.id),
            ]
        )
        self.assertIn("1:00 h", self.url_open(f"/my/wallets/{wallet.id}").text)
        self.assertIn("Zq First", self.url_open("/my/notices").text)
