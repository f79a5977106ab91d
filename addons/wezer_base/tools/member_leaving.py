"""A member leaves: what is checked, what is erased, what stays as a pseudonym.

Other addons extend ``res.partner._wezer_leave_obstacles``, ``_wezer_leave_called``,
``_wezer_leave_release`` and ``_wezer_anonymise``, which call the functions here.
"""

import re

from odoo import api, models
from odoo.tools import SQL

from ..exceptions import Refusal
from . import days
from .membership import KEPT_ON_RETURN
from .rights import FAREWELL

# Fields that identify a contact; its name becomes a pseudonym.
CONTACT_FIELDS = (
    "email",
    "phone",
    "street",
    "street2",
    "zip",
    "city",
    "state_id",
    "country_id",
    "website",
    "vat",
    "comment",
    "function",
    "ref",
    "barcode",
    "company_name",
    "company_registry",
    "partner_latitude",
    "partner_longitude",
    "category_id",
    "parent_id",
    "user_id",
    "tz",
    "image_1920",
)


def check_leave(partner: models.Model) -> None:
    """Refuse to leave while something is open.

    :raise Refusal: rule ``open``
    """
    first = [row["text"] for row in partner._wezer_leave_obstacles() if row["blocks"]]
    if first:
        raise Refusal(
            partner.env._(
                "Leaving is not possible yet. %(matters)s", matters=" ".join(first[:5])
            ),
            rule="open",
            value=str(len(first)),
        )


def leave(partner: models.Model) -> None:
    """Leave: the profile says so, all else is forgotten (sudo, checked before)."""
    partner = partner.sudo().with_context(active_test=True)
    keys = partner.env["wezer.profile"]._return_keys_of(partner)
    before = partner._wezer_profile().state
    for account in partner._wezer_selves():
        account._wezer_anonymise()
    # Nobody is asked to let in a person who left.
    partner.env["wezer.notice"]._settle(partner._wezer_profile())
    partner._wezer_profile().write(
        {
            "state": "left",
            "left_from": before if before in KEPT_ON_RETURN else "active",
            "left_date": days.today(partner.env),
            "return_keys": keys,
        }
    )


def pseudonym(partner: models.Model) -> str:
    """Return the name that stays, in the community's language."""
    community = partner.with_context(lang=partner.env.company.sudo().partner_id.lang)
    return community.env._("Former member %(number)s", number=partner.id)


def anonymise(partner: models.Model) -> None:
    """End what is alive and erase what only this party needs (sudo)."""
    partner = partner.sudo().with_context(
        active_test=False, tracking_disable=True, mail_notrack=True
    )
    old, new = partner.name, pseudonym(partner)
    texts = partner._wezer_profile().mapped("members_text")
    end_mandates(partner)
    _anonymise_profile(partner)
    _anonymise_mail(partner)
    _anonymise_contact(partner, new)
    _anonymise_login(partner)
    # What the directory found them by, where nobody else has it: a name, for one.
    partner.env["wezer.profile.word"]._purge_texts(texts)
    replace_name(partner.env, "wezer.notice", ["message"], old, new)
    partner.env["wezer.notice"]._replace_name(old, new)
    replace_name(partner.env, "wezer.departure", ["decision"], old, new)


def end_mandates(partner: models.Model) -> None:
    """End the mandates ``partner`` gave or holds."""
    mandates = partner.env["wezer.mandate"].sudo()
    active = mandates.search(
        [
            ("state", "=", "active"),
            "|",
            ("giver_id", "in", partner.ids),
            ("holder_id", "in", partner.ids),
        ]
    )
    for mandate in active:
        mandate._end("revoked")


def _anonymise_profile(partner: models.Model) -> None:
    for profile in partner._wezer_profile():
        profile._anonymise()
    partner.env["wezer.notice"].sudo().search(
        [("partner_id", "in", partner.ids)]
    ).unlink()


def _anonymise_contact(partner: models.Model, name: str) -> None:
    known = [field for field in CONTACT_FIELDS if field in partner._fields]
    partner.signup_cancel()
    # Only what is there: an empty parent written again moves journal items.
    there = [field for field in known if partner[field]]
    leaving = partner.with_context(wezer_farewell=FAREWELL)
    leaving.write({**dict.fromkeys(there, False), "name": name})
    partner.bank_ids.unlink()
    below = partner.child_ids.filtered(lambda child: not child.user_ids)
    below.write({**dict.fromkeys(known, False), "name": name, "active": False})
    partner.env["ir.attachment"].sudo().search(
        [
            ("res_model", "=", partner._name),
            ("res_id", "in", (partner | below).ids),
            ("res_field", "=", False),
        ]
    ).unlink()
    partner.env["website.visitor"].sudo().search(
        [("partner_id", "in", partner.ids)]
    ).unlink()


def _anonymise_mail(partner: models.Model) -> None:
    """Delete messages on this contact, and empty those it wrote elsewhere."""
    messages = partner.env["mail.message"].sudo()
    messages.search(
        [("model", "=", partner._name), ("res_id", "in", partner.ids)]
    ).unlink()
    written = messages.search([("author_id", "in", partner.ids)])
    written.attachment_ids.unlink()
    written.write(
        {"body": False, "subject": False, "email_from": False, "reply_to": False}
    )
    mails = partner.env["mail.mail"].sudo()
    mails.search(
        ["|", ("author_id", "in", partner.ids), ("recipient_ids", "in", partner.ids)]
    ).unlink()
    for address in filter(None, partner.mapped("email")):
        mails.search([("email_to", "ilike", address)]).unlink()
    partner.env["mail.followers"].sudo().search(
        ["|", ("partner_id", "in", partner.ids)]
        + ["&", ("res_model", "=", partner._name), ("res_id", "in", partner.ids)]
    ).unlink()
    partner.env["mail.notification"].sudo().search(
        [("res_partner_id", "in", partner.ids)]
    ).unlink()
    partner.env["discuss.channel.member"].sudo().search(
        [("partner_id", "in", partner.ids)]
    ).unlink()
    partner.activity_ids.unlink()


def _anonymise_login(partner: models.Model) -> None:
    """Take keys, devices and sign-in traces; the login's name goes with Odoo's."""
    users = partner.user_ids
    users.write({"signature": False})
    users.api_key_ids._remove()
    partner.env["res.users.log"].sudo().search(
        [("create_uid", "in", users.ids)]
    ).unlink()
    devices = partner.env["res.device.log"].sudo()
    devices.search([("user_id", "in", users.ids)]).unlink()


def replace_name(
    env: api.Environment,
    model_name: str,
    names: list[str],
    old: str,
    new: str,
    where: SQL | None = None,
) -> None:
    """Put the pseudonym where the name stands in texts that the suite wrote.

    In SQL: some of these rows refuse ``write``.

    :param names: text fields of the model; those it does not store are passed over
    :param where: which rows; all of them where left out
    """
    if not (old or "").strip():
        return
    model = env[model_name]
    model.flush_model()
    pattern = "".join(
        [
            r"\m" if old[0].isalnum() else "",
            re.sub(r"(\W)", r"\\\1", old),
            r"\M" if old[-1].isalnum() else "",
        ]
    )
    for name in names:
        if name not in model._fields or not model._fields[name].store:
            continue
        column = SQL.identifier(name)
        env.cr.execute(
            SQL(
                "UPDATE %(table)s SET %(column)s ="
                " regexp_replace("
                "%(column)s::text, %(pattern)s, %(new)s, 'g')%(cast)s"
                " WHERE %(column)s::text ~ %(pattern)s AND %(where)s",
                table=SQL.identifier(model._table),
                column=column,
                pattern=pattern,
                new=new.replace("\\", r"\\"),
                cast=SQL("::jsonb")
                if model._fields[name].column_type[0] == "jsonb"
                else SQL(""),
                where=where or SQL("TRUE"),
            )
        )
    model.invalidate_model(names, flush=False)


def books_need(partners: models.Model) -> bool:
    """Return whether a row that must stay names these partners."""
    for model in partners.env.registry.values():
        if model._abstract or model._transient or not model._auto:
            continue
        if model._name == "res.users":
            # The login goes first.
            continue
        for field in model._fields.values():
            if (
                field.type == "many2one"
                and field.store
                and field.comodel_name == partners._name
                and field.ondelete == "restrict"
                and partners.env[model._name]
                .sudo()
                .with_context(active_test=False)
                .search_count([(field.name, "in", partners.ids)], limit=1)
            ):
                return True
    return False
