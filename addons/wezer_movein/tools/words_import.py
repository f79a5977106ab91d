"""Finds the skills that files name among those of the community; makes what is missing.

Skills that are called alike, accents and case aside, are one.
"""

from typing import Any

from odoo.fields import Command

from odoo.addons.wezer_base.tools.text import clean_line, has_letter

SKILL_LENGTH = 80


class Skills:
    """The skills of one import; each is looked up once."""

    def __init__(self, env: Any) -> None:
        self.model = env["wezer.skill"]
        self.known: dict[str, int] = {}

    def commands(self, names: list[str]) -> list[tuple]:
        """Return commands that give a record these skills."""
        clean = (clean_line(name, SKILL_LENGTH) for name in names)
        ids = [self._id_of(name) for name in clean if has_letter(name)]
        return [Command.set(list(dict.fromkeys(ids)))] if ids else []

    def _id_of(self, name: str) -> int:
        if name not in self.known:
            self.known[name] = self.model._find_or_create(name).id
        return self.known[name]
