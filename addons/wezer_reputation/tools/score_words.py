"""Words for scores, in the reader's language: what pages show before any number."""

from math import floor

from odoo import api

from odoo.addons.wezer_base.tools.shown_numbers import format_decimal

from . import rrg, shown

# The face beside the word for a band, as a mark: whoever is as most here smiles.
FACES = {"excellent": 2, "very_good": 2, "good": 1, "mixed": 0, "poor": -1}
# Below so many different people a party is new.
PEOPLE = rrg.ASSESSORS


def band_word(env: api.Environment, name: str) -> str:
    """Return the word for one of :data:`shown.BANDS`, as pages show it."""
    return {
        "excellent": env._("Excellent"),
        "very_good": env._("Very good"),
        "good": env._("Good"),
        "mixed": env._("Mixed experiences"),
        "poor": env._("Mostly bad experiences"),
    }[name]


def word_of(env: api.Environment, score: float, mean: float) -> str:
    """Return the word for a score beside the mean of its community, both out of 5."""
    return band_word(env, shown.band(score, mean))


def band_meaning(env: api.Environment, name: str) -> str:
    """Return what a band means, beside the mean of the community, without numbers."""
    return {
        "excellent": env._("People were very satisfied: far above the average here."),
        "very_good": env._("People were very satisfied: above the average here."),
        "good": env._("People were satisfied, as with most members here."),
        "mixed": env._("Not everyone was satisfied: below the average here."),
        "poor": env._("More people were dissatisfied than satisfied."),
    }[name]


def complete(env: api.Environment, score: dict) -> dict:
    """Add to what a reader may see of a score its words.

    :param score: ``{"hidden": True}``; ``{"new": True}``, for members with ``n`` and
        ``deals``; or ``score``, ``n`` and ``mean``
    :return: the same with ``word`` (short), ``meaning`` (a sentence without numbers)
        and ``text`` (the numbers, or what is missing for them)
    """
    if score.get("hidden"):
        return score
    if score.get("new"):
        words = {
            "word": env._("New here"),
            "meaning": _new_meaning(env, score),
            "text": env._(
                "Everyone begins like this, and nothing speaks against a new member."
                " A score needs assessments from %(count)s people who are known here.",
                count=PEOPLE,
            ),
        }
    else:
        name = shown.band(score["score"], score["mean"])
        words = {
            "band": name,
            "face": FACES[name],
            "word": band_word(env, name),
            "meaning": band_meaning(env, name),
            "text": env._(
                "%(score)s of 5, from %(count)s people. The average of this community"
                " is %(mean)s.",
                score=format_decimal(env, score["score"], 1),
                count=score["n"],
                mean=format_decimal(env, score["mean"], 1),
            ),
        }
    return {**score, **words}


def _new_meaning(env: api.Environment, score: dict) -> str:
    """Return what is known of assessments of somebody new, as far as one may see."""
    if "deals" not in score:
        return env._("No score yet.")
    if not score["deals"]:
        return env._("No assessments yet.")
    if not score["n"]:
        return env._("No assessments yet by people who are known here.")
    if score["n"] == 1:
        return env._("The first person has assessed.")
    return env._("The first people have assessed: %(count)s.", count=score["n"])


def missing_text(env: api.Environment, people: int) -> str:
    """Return what somebody new still needs for a score, for themselves."""
    missing = max(PEOPLE - people, 0)
    if missing == 1:
        return env._("Only one more person is needed.")
    return env._("%(count)s more people are needed.", count=missing)


def kept_text(env: api.Environment, outcomes: list) -> str:
    """Return how somebody kept what they agreed to; empty where nothing is known.

    In counts: of three agreements, a share of a hundred would say more than is known.

    :param outcomes: what ``res.partner._wezer_commitment_outcomes`` returns
    """
    if not outcomes:
        return ""
    if all(kept >= 1 for kept, _when in outcomes):
        if len(outcomes) == 1:
            return env._("Kept the one agreement so far.")
        return env._("Kept all %(count)s agreements so far.", count=len(outcomes))
    counts = {
        "kept": sum(kept >= 1 for kept, _when in outcomes),
        "part": sum(0 < kept < 1 for kept, _when in outcomes),
        "count": len(outcomes),
    }
    if counts["part"]:
        return env._(
            "Kept %(kept)s of %(count)s agreements, and %(part)s more in part.",
            **counts,
        )
    return env._("Kept %(kept)s of %(count)s agreements.", **counts)


def trust_word(env: api.Environment, share: float) -> str:
    """Return how far an assessor is trusted, in words.

    :param share: credibility, 0 … 1
    """
    if share >= 0.8:
        return env._("fully")
    if share >= 0.5:
        return env._("largely")
    if share >= 0.2:
        return env._("partly")
    if share >= 0.05:
        return env._("a little")
    return env._("hardly")


def mark_word(env: api.Environment, mark: float) -> str:
    """Return the word for the mean of an assessment's marks, as its form has them.

    :param mark: −2 … +2
    """
    words = {
        -2: env._("very bad"),
        -1: env._("bad"),
        0: env._("so-so"),
        1: env._("good"),
        2: env._("very good"),
    }
    return words[whole_mark(mark)]


def whole_mark(mark: float) -> int:
    """Return the mark that the mean of several is nearest to, −2 … +2."""
    # Halves count for the person who was assessed.
    return max(-2, min(2, floor(mark + 0.5)))


def admission_text(env: api.Environment, count: int) -> str:
    """Return how far a person's admissions of one year pass on trust.

    :param count: how many people they admitted in the last twelve months
    """
    most = round(rrg.Parameters().admissions_a_year)
    if count <= most:
        return env._(
            "People admitted in the last twelve months: %(count)s. Trust is passed on"
            " in full to up to %(most)s people a year.",
            count=count,
            most=most,
        )
    return env._(
        "People admitted in the last twelve months: %(count)s. Together they get as"
        " much trust as %(most)s, so each of them gets less.",
        count=count,
        most=most,
    )
