"""Taking a move back: its currency goes out of use, and what it made is archived.

The ledger is append-only, so the posted history stays, in the archived currency.
"""

from odoo import models

from odoo.addons.wezer_base.exceptions import Refusal

from .community_import import MODULE


def refusal(move: models.Model) -> Refusal | None:
    """Return why ``move`` (sudo) cannot be taken back, or None."""
    env = move.env
    if not move.makes_currency:
        return Refusal(
            env._(
                "This community moved into a currency that was in use before. Its"
                " history cannot be taken out again: restore a backup instead."
            ),
            rule="shared",
        )
    env["wezer.ledger.entry"].flush_model()
    env.cr.execute(
        "SELECT count(*) FROM wezer_ledger_entry"
        " WHERE wezer_currency_id = %s AND id > %s",
        [move.wezer_currency_id.id, move.last_entry],
    )
    if count := env.cr.fetchone()[0]:
        return Refusal(
            env._(
                "Members have paid in this currency since the import: %(count)s"
                " entries. It cannot be taken back any more.",
                count=count,
            ),
            rule="used",
            value=str(count),
            limit="0",
        )
    return None


def take_back(move: models.Model) -> None:
    """Archive what the import made (sudo, checked before)."""
    move = move.with_context(tracking_disable=True, mail_notrack=True)
    env, made = move.env, move.made or {}
    for model in ("wezer.announcement", "wezer.news"):
        # Drafts that nobody has seen.
        env[model].browse(made.get(model, [])).exists().unlink()
    groups = env["wezer.group"].browse(made.get("wezer.group", [])).exists()
    groups.write({"active": False, "reference": False})
    wallets = move.account_ids.wallet_id
    wallets.write({"state": "closed", "reference": False})
    people = env["res.partner"].browse(made.get("res.partner", [])).exists()
    people = people.filtered(lambda partner: not partner.user_ids)
    profiles = people._wezer_profile()
    profiles.write({"active": False, "state": "declined"})
    people.write({"active": False})
    # The next try makes its own.
    for gone in (people, groups):
        env["ir.model.data"].search(
            [
                ("module", "=", MODULE),
                ("model", "=", gone._name),
                ("res_id", "in", gone.ids),
            ]
        ).unlink()
    # Currencies that only prices were in.
    outside = env["wezer.currency"].browse(made.get("wezer.currency", [])).exists()
    for one in outside:
        one.write({"active": False, "code": f"{one.code}-{move.id}"})
    currency = move.wezer_currency_id
    currency.write({"active": False, "code": f"{currency.code}-{move.id}"})
    move.write({"state": "taken_back", "rows_digest": False})
