"""Make one account of two of the same person; nothing of either is lost.

The old account stays as a closed, archived contact that holds its part of the
ledger's history; all else is said of the one that goes on. Other addons extend
``res.partner._wezer_merge_obstacles``, ``_wezer_merge_into``, ``_wezer_merge_keeps``
and ``_wezer_merge_preview``, which call the functions here.
"""

from typing import Any

from odoo import Command, api, models
from odoo.fields import Domain

from ..exceptions import Refusal
from .membership import JOINED
from .repoint import fields_pointing_at_partners
from .rights import FAREWELL, PROVEN

# Which level of sharing shows less.
LEVEL_ORDER = {"nobody": 0, "members": 1, "everyone": 2}


def obstacles(source: Any, target: Any) -> list[str]:
    """Return the sentences that forbid merging ``source`` into ``target`` (sudo)."""
    said = []
    if not target or source == target:
        return [source.env._("Choose two different accounts.")]
    company = source.env.company.sudo().partner_id
    if any(
        partner.wezer_is_treasury or partner == company or not partner._wezer_profile()
        for partner in source | target
    ):
        said.append(source.env._("Only accounts of members can be merged."))
    if source.wezer_merged_into_id or target.wezer_merged_into_id:
        said.append(
            source.env._("One of these accounts has already been merged into another.")
        )
    if target._wezer_profile().state not in JOINED:
        said.append(
            source.env._(
                "%(name)s has left the community. Choose an active account as the"
                " account to keep.",
                name=target.name,
            )
        )
    if source.user_ids.filtered(lambda user: not user.share):
        said.append(
            source.env._(
                "%(name)s has a role in the back office. Remove that role first,"
                " or keep this account.",
                name=source.name,
            )
        )
    return said


def check(source: Any, target: Any) -> None:
    """Refuse what would harm somebody.

    :raise Refusal: rule ``merge``
    """
    said = source._wezer_merge_obstacles(target)
    if said:
        raise Refusal(" ".join(said), rule="merge", value=str(len(said)))


def preview(source: Any) -> list[tuple]:
    """Return what would move: ``[(what people call it, count or amount)]``."""
    domains = {}
    for field in fields_pointing_at_partners(source.env, source._wezer_merge_keeps()):
        named = Domain(field.name, "in", source.ids)
        domains.setdefault(field.model_name, []).append(named)
    counts = []
    for model_name, named in domains.items():
        model = source.env[model_name].sudo().with_context(active_test=False)
        count = model.search_count(Domain.OR(named))
        if count:
            name = source.env["ir.model"]._get(model_name).sudo().name
            counts.append((name, count))
    return sorted(counts)


def merge_profile(source: Any, target: Any) -> None:
    """Fill what is empty there; the stricter of both choices of sharing holds."""
    given_up, kept = source._wezer_profile(), target._wezer_profile()
    vals = {}
    for name, field in kept._fields.items():
        if not field.store or field.compute or field.related:
            continue
        if name.startswith("share_"):
            vals[name] = min(
                given_up[name], kept[name], key=lambda level: LEVEL_ORDER[level]
            )
        elif field.type == "many2many":
            vals[name] = [Command.set((given_up[name] | kept[name]).ids)]
        elif name in _filled_fields(source.env) and not kept[name]:
            vals[name] = given_up[name]
    vals["is_founder"] = given_up.is_founder or kept.is_founder
    if "suspended" in (given_up.state, kept.state):
        # Nobody gets rid of a suspension by a second account.
        vals["state"] = "suspended"
        suspended = kept if kept.state == "suspended" else given_up
        vals["suspended_date"] = suspended.suspended_date
        vals["suspended_by_id"] = suspended.suspended_by_id
    days = [day for day in (given_up.joined_date, kept.joined_date) if day]
    vals["joined_date"] = min(days, default=False)
    kept.write(
        {
            name: value.id if isinstance(value, models.BaseModel) else value
            for name, value in vals.items()
        }
    )
    contact = source.with_context(tracking_disable=True)
    # Both addresses were there, and administrators bring them together.
    proven = target.with_context(tracking_disable=True, wezer_proven=PROVEN)
    proven.write(
        {
            name: source[name]
            for name in ("email", "phone")
            if source[name] and not target[name]
        }
    )
    slugs = source.env["wezer.slug"].sudo()
    addresses = [*slugs._former_of(given_up).mapped("slug"), given_up.slug]
    given_up._anonymise()
    for slug in addresses:
        slugs._keep_former(kept, slug)
    contact.write({"email": False, "phone": False})


def _filled_fields(env: api.Environment) -> Any:
    """Return the profile's fields that the other account may fill."""
    fixed = {"partner_id", "company_id", "state", "slug", "active"}
    fixed |= {"left_date", "left_from", "return_keys", "joined_date"}
    fixed |= {"suspended_date", "suspended_by_id"}
    return {name for name in env["wezer.profile"]._fields if name not in fixed} - set(
        models.MAGIC_COLUMNS
    )


def merge_logins(source: Any, target: Any) -> None:
    """Keep one login: that of the account that stays, else ``source``'s."""
    users = source.user_ids
    if not target.user_ids:
        users.write({"partner_id": target.id})
        return
    for user in users.with_context(wezer_farewell=FAREWELL):
        user.write({"login": f"__merged_user_{user.id}", "password": ""})
    users.api_key_ids._remove()
    users.action_archive()
