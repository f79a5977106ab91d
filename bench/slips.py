"""50 searches with a slip or a plural, built from the words of a community's members.

Each word that members have written of themselves is typed wrongly in one of six ways,
always the same ones for the same members; a search counts where its first page shows
somebody who has the word.
"""

from typing import Any

from odoo.addons.wezer_base.tools.near_words import tokens
from odoo.addons.wezer_base.tools.text import normalise

from launcher.demo import texts

QUERIES = 50
# Shorter words are other words with a letter changed.
SHORTEST = 4


def swap(word: str) -> str:
    """Return ``word`` with two letters in the middle swapped."""
    for at in [*range(len(word) // 2 - 1, len(word) - 1), *range(len(word) // 2 - 1)]:
        if word[at] != word[at + 1]:
            return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return word


def drop(word: str) -> str:
    """Return ``word`` without its middle letter."""
    at = len(word) // 2
    return word[:at] + word[at + 1 :]


def double(word: str) -> str:
    """Return ``word`` with a letter twice."""
    at = len(word) // 3
    return word[: at + 1] + word[at:]


def wrong(word: str) -> str:
    """Return ``word`` with another letter near its end."""
    at = len(word) - 2
    return word[:at] + ("e" if word[at] != "e" else "a") + word[at + 1 :]


def english(word: str) -> str:
    """Return the plural of ``word`` in English, or the singular of a plural."""
    if word.endswith("s"):
        return word[:-1]
    if word.endswith("y") and word[-2] not in "aeiou":
        return word[:-1] + "ies"
    return word + ("es" if word.endswith(("x", "ch", "sh")) else "s")


def french(word: str) -> str:
    """Return the plural of ``word`` in French, or the singular of a plural."""
    if word.endswith(("s", "x")):
        return word[:-1]
    if word.endswith("al"):
        return word[:-1] + "ux"
    return word + ("x" if word.endswith(("au", "eu")) else "s")


KINDS = (swap, drop, double, wrong, english, french)


def settle(env: Any) -> None:
    """Let the demo community's people join, with its skills and places."""
    names = [skill for skills in texts.SKILLS.values() for skill in skills]
    skills = env["wezer.skill"].create([{"name": name} for name in names]).ids
    portal = env.ref("base.group_portal").ids
    users = (
        env["res.users"]
        .with_context(no_reset_password=True)
        .create(
            [
                {"name": name, "login": f"slip-{n}", "group_ids": [(6, 0, portal)]}
                for n, name in enumerate(texts.PEOPLE)
            ]
        )
    )
    for n, user in enumerate(users):
        user.partner_id._wezer_profile().write(
            {
                "city": texts.PLACES[n % len(texts.PLACES)],
                "skill_ids": [
                    (6, 0, [skills[(n * 5 + k * 11) % len(skills)] for k in range(3)])
                ],
            }
        )
    env.flush_all()


def queries(env: Any) -> list[tuple[str, str, Any]]:
    """Return ``(typed, word, who has it)`` of 50 searches among members.

    :param env: of a member, whose directory it is
    """
    owners: dict[str, Any] = {}
    nobody = env["wezer.profile"]
    for profile in nobody.search(nobody._directory_domain(), order="id"):
        for word in tokens(normalise(profile.members_text)):
            if len(word) >= SHORTEST and word.isalpha():
                owners[word] = owners.get(word, nobody) | profile
    words = sorted(owners)
    chosen = [words[n * len(words) // QUERIES] for n in range(QUERIES)]
    return [
        (KINDS[n % len(KINDS)](word), word, owners[word])
        for n, word in enumerate(chosen)
    ]


def measure(env: Any) -> dict[str, list]:
    """Return which searches find somebody who has the word, and which do not.

    :return: ``found``, ``missed``, and ``literal``: found without forgiving anything
    """
    profiles = env["wezer.profile"]
    result: dict[str, list] = {"found": [], "missed": [], "literal": []}
    for typed, word, owners in queries(env):
        page, _count = profiles._search_directory(typed)
        result["found" if page & owners else "missed"].append((typed, word))
        literal = profiles.search(profiles._directory_domain(typed), limit=24)
        if literal & owners:
            result["literal"].append((typed, word))
    return result
