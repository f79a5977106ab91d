"""The kind of outcome *agreement*: a decision adopts, keeps or ends an agreement.

Each function is given one outcome, with the rights of the server.
"""

import hashlib
from typing import Any

from odoo.addons.wezer_base.exceptions import Refusal

ACTS = ("adopt", "keep", "end")


def _act(outcome: Any) -> str:
    return (outcome.params or {}).get("act") or "adopt"


def agreement(outcome: Any) -> Any:
    """Return the agreement that an outcome is about.

    :raise Refusal: rule ``agreement``
    """
    number = (outcome.params or {}).get("agreement")
    found = outcome.env["wezer.agreement"].browse(number or []).exists()
    if not found or found.group_id != outcome.decision_id.group_id:
        raise Refusal(
            outcome.env._("Choose an agreement of this circle."),
            rule="agreement",
            field="agreement",
        )
    return found


def _version(outcome: Any, found: Any) -> Any:
    """Return the version that is decided: the draft there is, where none is named."""
    number = (outcome.params or {}).get("version")
    versions = outcome.env["wezer.agreement.version"]
    return versions.browse(number).exists() if number else found.draft_id


def url(outcome: Any, found: Any) -> str:
    """Return the page with the text that comes into force, is kept, or ends."""
    page = f"/agreements/{found.slug}"
    version = _version(outcome, found) if _act(outcome) == "adopt" else None
    return f"{page}?version={version.number}" if version else page


def check(outcome: Any) -> None:
    """Refuse what cannot be decided about this agreement now.

    :raise Refusal: rules ``agreement``, ``choice``, ``state``, ``draft``
    """
    env, found, act = outcome.env, agreement(outcome), _act(outcome)
    if act not in ACTS:
        raise Refusal(
            env._("This is not one of the choices: %s", act),
            rule="choice",
            value=act,
            limit=", ".join(ACTS),
        )
    found._check_state({"adopt": "adopt", "keep": "keep", "end": "drop"}[act])
    if act == "adopt":
        version = _version(outcome, found)
        if not version or version != found.draft_id:
            raise Refusal(
                env._("Write the new version of the agreement first."), rule="draft"
            )
        if outcome.decision_id.state == "draft":
            outcome.text_digest = _digest(version)
        elif outcome.text_digest not in (False, _digest(version)):
            # It may be written on while a decision without a quorum waits.
            raise Refusal(
                env._("The text that was decided is no longer there."), rule="draft"
            )


def _digest(version: Any) -> str:
    """Return a fingerprint of all that is decided about a text."""
    plain = f"{version.must_assent}|{version._own_hash()}"
    return hashlib.sha256(plain.encode()).hexdigest()


def execute(outcome: Any) -> Any:
    """Do it, and return the agreement."""
    found, act, decision = agreement(outcome), _act(outcome), outcome.decision_id
    if act == "adopt":
        found._adopt(decision, _version(outcome, found))
    elif act == "keep":
        found._keep(decision)
    else:
        found._drop(decision)
    return found


def sentence(outcome: Any) -> str:
    """Return what will happen."""
    env, found, act = outcome.env, agreement(outcome), _act(outcome)
    version = _version(outcome, found)
    if act == "keep":
        return env._("The agreement “%(title)s” is kept.", title=found.title)
    if act == "end":
        return env._("The agreement “%(title)s” ends.", title=found.title)
    if version.number > 1:
        return env._(
            "Version %(number)s of the agreement “%(title)s” comes into force.",
            number=version.number,
            title=version.title,
        )
    return env._(
        "The agreement “%(title)s” comes into force.",
        title=version.title or found.title,
    )
