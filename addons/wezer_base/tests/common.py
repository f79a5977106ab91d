from odoo import Command

from odoo.addons.base.tests.common import BaseCommon


class WezerCommon(BaseCommon):
    """Anna and Luc, members; Cora coordinates, Mo moderates, Ada administers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.write(
            {
                "wezer_wallet_user_ids": [Command.clear()],
                "wezer_visitors_see_members": False,
            }
        )
        cls.anna = cls._user("Anna Martin", "base.group_portal")
        cls.luc = cls._user("Luc Noël", "base.group_portal")
        cls.cora = cls._user("Cora", "wezer_base.group_coordinator")
        cls.mo = cls._user("Mo", "wezer_base.group_moderator")
        cls.ada = cls._user("Ada", "wezer_base.group_administrator")
        cls.public = cls.env.ref("base.public_user")
        cls.luc.partner_id.write({"email": "luc@secret.example", "phone": "0123456"})
        cls.luc_profile = cls.luc.partner_id._wezer_profile()
        cls.luc_profile.city = "Hidden Hamlet"

    @classmethod
    def _user(cls, name, group):
        login = name.split()[0].lower()
        return (
            cls.env["res.users"]
            .with_context(no_reset_password=True)
            .create(
                {
                    "name": name,
                    "login": f"{login}-base",
                    "password": f"{login}-base-secret",
                    "email": f"{login}@example.org",
                    "group_ids": [Command.set(cls.env.ref(group).ids)],
                }
            )
        )
