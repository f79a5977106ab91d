"""The people who answered an announcement, as its reader may see them."""

from typing import NamedTuple

from odoo import models

from .geo import distance
from .matchmaking import format_km

# So many skills are named.
SKILLS = 5


class Candidate(NamedTuple):
    """Texts about the person who answered; empty where the reader may not know."""

    score: str = ""
    skills: str = ""
    distance: str = ""


def of(deals: models.Model) -> dict:
    """Return ``{deal: candidate}``; asks once for all deals."""
    env = deals.env
    repliers = deals.sudo().replier_id.with_env(env)
    scores = repliers._wezer_scores(ranked=False)
    # Found for all; only those whom the reader sees are read.
    profiles = repliers.sudo()._wezer_profile().with_env(env)._filtered_access("read")
    shared = profiles._shared_all()
    by_partner = {profile.sudo().partner_id.id: profile for profile in profiles}
    found = {}
    for deal in deals:
        replier = deal.sudo().replier_id
        profile = by_partner.get(replier.id)
        seen = shared[profile.id] if profile else {}
        skills = seen.get("skills", [])
        found[deal] = Candidate(
            _score_text(scores.get(replier.id, {})),
            ", ".join(skills[:SKILLS]) + (" …" if len(skills) > SKILLS else ""),
            _distance_text(deal, profile if "place" in seen else None),
        )
    return found


def _score_text(score: dict) -> str:
    return score.get("word") or ""


def _distance_text(deal: models.Model, profile: models.Model | None) -> str:
    # The place is shared with the reader, and the announcement is theirs to read.
    home = profile and profile.sudo()._map_place()
    place = deal.sudo().announcement_id._map_place()
    return format_km(deal.env, distance(home, place)) if home and place else ""
