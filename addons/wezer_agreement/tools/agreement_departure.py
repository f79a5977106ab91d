"""What a member wrote about agreements, when they leave or merge two accounts.

That a person agreed to a text, and the text itself, stay: the circle's agreements do
not change with its members.
"""

from typing import Any

from odoo import models

ERASED = "…"


def personal_data(partners: models.Model) -> dict[str, list]:
    """Return what ``partners`` agreed to and answered, for their download."""
    env = partners.env
    rows = env["wezer.personal.data"]
    assents = _own(partners, "assent")
    return {
        "agreements": [
            {
                "agreement": assent.version_id.title,
                "version": assent.version_id.number,
                **rows._rows(assent, ["date", "lang", "hash"])[0],
            }
            for assent in assents.sorted("id")
        ],
        "agreement_answers": rows._rows(
            _own(partners, "answer"), ["agreement_id", "answer", "reason"]
        ),
        "agreement_concerns": rows._rows(_own(partners, "concern"), ["text"]),
    }


def erase(partners: models.Model) -> None:
    """Erase the reasons and concerns of ``partners``; nobody is responsible in them."""
    _own(partners, "answer").filtered("reason").write({"reason": ERASED})
    _own(partners, "concern").write({"text": ERASED})
    partners.env["wezer.agreement"].sudo().search(
        [("responsible_id", "in", partners.ids)]
    ).write({"responsible_id": False})


def prepare_merge(partner: models.Model, target: Any) -> None:
    """Leave one answer to both in a round: the one of the account that stays."""
    answers = _own(target, "answer")
    rounds = {(row.agreement_id, row.review_round) for row in answers}
    _own(partner, "answer").filtered(
        lambda row: (row.agreement_id, row.review_round) in rounds
    ).unlink()


def _own(partners: models.Model, kind: str) -> models.Model:
    rows = partners.env[f"wezer.agreement.{kind}"].sudo()
    return rows.search([("person_id", "in", partners.ids)], order="id")
