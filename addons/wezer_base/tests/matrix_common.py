from base64 import b64encode

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError

from ..tools.page_copies import ASIDE
from .common import WezerCommon
from .matrix import ABSTRACT, ALL, MODELS

OURS = "odoo.addons.wezer_base"


class MatrixCommon(WezerCommon):
    """The eight people of the matrix, and one row of each model that is M's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.hana = cls._user("Hana", "base.group_portal")
        cls.gus = cls._user("Gus", "base.group_portal")
        cls.xena = cls._user("Xena", "base.group_portal")
        cls.env.company.write(
            {
                f"wezer_{right}_user_ids": [Command.set(cls.gus.ids)]
                for right in ("wallet", "market")
            }
        )
        cls.people = dict(
            zip(
                ALL,
                (
                    cls.public,
                    cls.anna,
                    cls.luc,
                    cls.hana,
                    cls.gus,
                    cls.cora,
                    cls.mo,
                    cls.ada,
                ),
                strict=True,
            )
        )
        cls.profile = cls.anna.partner_id._wezer_profile()
        cls.rows = {name: cls._make_row(name) for name in cls._our_models()}
        cls.env.flush_all()
        cls.env.invalidate_all()

    # === WHAT THERE IS === #

    @classmethod
    def _our_models(cls):
        """Return the names of the models with a table that this addon brings."""
        return sorted(
            name
            for name, model in cls.env.registry.items()
            if model._original_module == "wezer_base" and not model._abstract
        )

    @classmethod
    def _our_abstract_models(cls):
        return {
            name
            for name, model in cls.env.registry.items()
            if model._original_module == "wezer_base" and model._abstract
        }

    @classmethod
    def _our_methods(cls):
        """Return ``model.method`` of every method of ours that RPC can reach.

        Those that Odoo has too are Odoo's entry points: the rows of models cover them.
        """
        found = set()
        for name, model in cls.env.registry.items():
            if model._abstract and name not in ABSTRACT:
                continue
            if name == "wezer.word.mixin":
                continue
            ours, others = set(), set()
            for parent in model.mro():
                names = {
                    key
                    for key, value in vars(parent).items()
                    if callable(value)
                    and not key.startswith("_")
                    and not getattr(value, "_api_private", False)
                }
                if parent.__module__.startswith(f"{OURS}."):
                    ours |= names
                elif not parent.__module__.startswith("odoo.addons.wezer_"):
                    others |= names
            found |= {f"{name}.{method}" for method in ours - others}
        return found

    # === M'S ROWS === #

    @classmethod
    def _make_row(cls, name):
        """Return a row of model ``name`` that is M's, or everybody's."""
        if name not in MODELS:
            # The test of the rows says it.
            return cls.env[name]
        maker = getattr(cls, "_make_" + name.replace(".", "_"), None)
        if maker:
            return maker()
        return cls.env[name].with_user(cls.ada).create({})

    @classmethod
    def _make_wezer_profile(cls):
        return cls.profile

    @classmethod
    def _make_wezer_mandate(cls):
        """M lets H act for him."""
        mandates = cls.env["wezer.mandate"].with_user(cls.anna)
        hana = cls.hana.partner_id._wezer_profile()
        return mandates.sudo().browse(
            mandates.action_give(hana.id, ["wallet", "market"])
        )

    @classmethod
    def _make_wezer_acting_log(cls):
        """H did something for M."""
        return cls.env["wezer.acting.log"]._log(
            cls.hana, cls.anna.partner_id, "market", "matrix"
        )

    @classmethod
    def _make_wezer_terms_of_use(cls):
        cls.env.company.wezer_terms = "<p>Be kind to each other.</p>"
        return cls.env["wezer.terms.of.use"]._keep_version(cls.env.company)

    @classmethod
    def _make_wezer_terms_acceptance(cls):
        terms = cls._make_wezer_terms_of_use().with_user(cls.anna)
        return cls.env["wezer.terms.acceptance"].browse(terms.action_accept())

    @classmethod
    def _make_wezer_conversation(cls):
        """M wrote to X, who answered; M reported the answer."""
        conversations = cls.env["wezer.conversation"]
        if found := conversations.search([("starter_id", "=", cls.anna.partner_id.id)]):
            return found
        profile = cls.xena.partner_id._wezer_profile()
        number = conversations.with_user(cls.anna).action_start(profile.id, "Hello")
        conversation = conversations.browse(number)
        conversation.with_user(cls.xena).action_write("Good morning")
        answer = conversation.message_ids[-1]
        answer.with_user(cls.anna).action_report("Rude")
        return conversation

    @classmethod
    def _make_wezer_conversation_message(cls):
        return cls._make_wezer_conversation().message_ids[-1]

    @classmethod
    def _make_wezer_conversation_party(cls):
        rows = cls._make_wezer_conversation().party_ids
        return rows.filtered(lambda row: row.partner_id == cls.anna.partner_id)

    @classmethod
    def _make_wezer_conversation_report(cls):
        return cls._make_wezer_conversation().report_ids

    @classmethod
    def _make_wezer_digest(cls):
        cls.env["wezer.digest"].with_user(cls.anna).choose({"deals": "weekly"})
        return cls.env["wezer.digest"]._for_partner(cls.anna.partner_id)

    @classmethod
    def _make_wezer_notice_choice(cls):
        cls._make_wezer_digest()
        return cls.env["wezer.notice.choice"].search(
            [("partner_id", "=", cls.anna.partner_id.id)]
        )[0]

    @classmethod
    def _make_wezer_notice_push(cls):
        device = cls.env["mail.push.device"].create(
            {
                "partner_id": cls.anna.partner_id.id,
                "endpoint": "https://push.example/matrix",
                "keys": "{}",
            }
        )
        return cls.env["wezer.notice.push"].create(
            {"device_id": device.id, "payload": "{}"}
        )

    @classmethod
    def _make_wezer_address_change(cls):
        changes = cls.env["wezer.address.change"].with_user(cls.anna)
        return changes.browse(changes.action_ask("anna.new@example.org")).sudo()

    @classmethod
    def _make_wezer_invitation(cls):
        invitations = cls.env["wezer.invitation"]
        invitations.with_user(cls.anna).action_link()
        return invitations.search([("inviter_id", "=", cls.anna.partner_id.id)])

    @classmethod
    def _make_wezer_slug(cls):
        profile = cls.luc_profile
        vals = {"model": profile._name, "slug": "zq-former", "res_id": profile.id}
        return cls.env["wezer.slug"].sudo().create(vals).sudo(False)

    @classmethod
    def _make_wezer_idempotency_key(cls):
        vals = {"key": "matrix", "date": fields.Datetime.now()}
        return cls.env["wezer.idempotency.key"].sudo().create(vals).sudo(False)

    @classmethod
    def _make_wezer_signature(cls):
        vals = {"res_model": "res.partner", "res_id": cls.anna.partner_id.id}
        vals |= {"version": 1, "partner_id": cls.anna.partner_id.id}
        return cls.env["wezer.signature"].sudo().create(vals).sudo(False)

    @classmethod
    def _make_wezer_replaced_page(cls):
        view = cls.env["ir.ui.view"].create(
            {
                "name": "Matrix",
                "key": f"{ASIDE}wezer_base.matrix",
                "type": "qweb",
                "arch": "<p>Before</p>",
                "active": False,
                "website_id": cls.env["website"].get_current_website().id,
            }
        )
        return cls.env["wezer.replaced.page"].browse(view.id)

    @classmethod
    def _make_wezer_invitation_block(cls):
        return cls.env["wezer.invitation.block"].create({"address_key": "matrix"})

    @classmethod
    def _make_wezer_departure(cls):
        return cls.env["wezer.departure"].create(
            {"partner_id": cls.anna.partner_id.id, "reason": "Moving away"}
        )

    @classmethod
    def _make_wezer_file_import(cls):
        content = b64encode(b"name,email,of\nZoe,zz@example.org,x\n")
        form = (
            cls.env["wezer.file.import"]
            .with_user(cls.ada)
            .create({"kind": "members", "file": content})
        )
        form.action_read()
        form.action_check()
        return form

    @classmethod
    def _make_wezer_file_import_column(cls):
        return cls._make_wezer_file_import().column_ids[:1]

    @classmethod
    def _make_wezer_file_import_field(cls):
        return cls._make_wezer_file_import().field_ids[:1]

    @classmethod
    def _make_wezer_file_import_line(cls):
        form = cls._make_wezer_file_import()
        return form.line_ids.create(
            {"import_id": form.id, "row": 1, "state": "refused", "reason": "x"}
        )

    @classmethod
    def _make_wezer_language_add(cls):
        english = cls.env.ref("base.lang_en")
        adds = cls.env["wezer.language.add"].with_user(cls.ada)
        return adds.create({"lang_ids": [Command.set(english.ids)]})

    @classmethod
    def _make_wezer_member_decline(cls):
        declines = cls.env["wezer.member.decline"].with_user(cls.ada)
        return declines.create({"profile_id": cls.profile.id, "reason": "No room"})

    @classmethod
    def _make_wezer_member_invite(cls):
        invites = cls.env["wezer.member.invite"].with_user(cls.ada)
        return invites.create({"emails": "zz@example.org"})

    @classmethod
    def _make_wezer_outgoing_mail(cls):
        forms = cls.env["wezer.outgoing.mail"].with_user(cls.ada)
        return forms.create({"sender_address": "hello@example.org"})

    @classmethod
    def _make_wezer_password_request(cls):
        cls.env["wezer.password.request"]._ask("anna-base")
        return cls.env["wezer.password.request"].search([])

    @classmethod
    def _make_wezer_onboarding_step(cls):
        steps = cls.env["wezer.onboarding.step"].with_user(cls.ada)
        return steps.create({"key": "languages", "name": "Languages"})

    @classmethod
    def _make_wezer_category(cls):
        return cls.env["wezer.category"].create({"name": "Zz matrix"})

    @classmethod
    def _make_wezer_skill(cls):
        return cls.env["wezer.skill"].create({"name": "Zz matrix"})

    @classmethod
    def _make_wezer_notice(cls):
        return cls.anna.partner_id._wezer_notify("matrix", "For M only")

    @classmethod
    def _make_wezer_profile_word(cls):
        # A table of the suite's own: nobody has a right to it.
        words = cls.env["wezer.profile.word"].sudo()
        words._learn(["zzmatrix"])
        return words.search([("word", "=", "zzmatrix")])

    @classmethod
    def _make_wezer_word_merge(cls):
        return (
            cls.env["wezer.word.merge"]
            .with_user(cls.ada)
            .create({"kind": "wezer.skill"})
        )

    # === ASKING === #

    def _arguments(self, name, text):
        """Return the arguments of a call as the matrix writes them.

        ``row`` stands for the ids of M's row, ``profile``, ``partner`` and
        ``user`` for M's own ids, ``today`` for the date, a name for a letter's
        user ("user_O"); the rest is Python.
        """
        words = {
            "row": self.rows[name].ids if name in self.rows else [],
            "profile": self.profile.id,
            "partner": self.anna.partner_id.id,
            "today": fields.Date.to_string(fields.Date.today()),
            "profile_X": self.xena.partner_id._wezer_profile().id,
            **{f"user_{letter}": user.id for letter, user in self.people.items()},
            **{
                f"profile_{letter}": user.partner_id._wezer_profile().id
                for letter, user in self.people.items()
            },
        }
        return list(eval(f"[{text}]", {"__builtins__": {}}, words))  # pylint: disable=eval-used  # noqa: E501

    def _refused(self, call):
        """Return whether ``call`` is refused; what it did is undone."""
        try:
            with self.env.cr.savepoint(flush=True) as point:
                call()
                self.env.flush_all()
                point.rollback()
        except (AccessError, UserError):
            return True
        finally:
            self.env.invalidate_all(flush=False)
        return False
