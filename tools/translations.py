"""Write each addon's terms (`i18n/*.pot`) and bring its translations up to date.

Run it in the repository after a change of words, with the suite installed:

    ./wezer shell < tools/translations.py

Addons that add to one of Odoo's are written where they are installed, so with that
addon of Odoo (`wezer_news_mailing`: *Email Marketing*) in the database.

New terms come in empty, changed ones too, terms that are gone are taken out; what is
translated stays. `tests/test_translations.py` says what is missing.
"""

import io
import sys
from pathlib import Path
from typing import Any

import polib

from odoo.tools.translate import trans_export

ADDONS = (
    "wezer_base",
    "wezer_currency",
    "wezer_fractal_groups",
    "wezer_reputation",
    "wezer_marketplace",
    "wezer_movein",
    "wezer_decision",
    "wezer_agreement",
    "wezer_decision_currency",
    "wezer_decision_market",
    "wezer_website",
)
BRIDGES = ("wezer_news_mailing",)
LANGUAGES = ("fr", "ca", "es", "de")
PLURALS = {"fr": "nplurals=2; plural=(n > 1);"}
PLURAL = "nplurals=2; plural=(n != 1);"
# Dates of a file say nothing but make every run a change.
VOLATILE = ("POT-Creation-Date", "PO-Revision-Date")


def terms(env: Any, addon: str) -> Any:
    """Return the terms of an addon as they stand in its code, as a polib file."""
    text = io.BytesIO()
    trans_export(False, [addon], text, "po", env)
    pot = polib.pofile(text.getvalue().decode())
    for name in VOLATILE:
        pot.metadata.pop(name, None)
    return pot


def one_line(text: str) -> str:
    """Return a term on one line: breaking a template anew changes no words."""
    return " ".join(text.split())


def merge(pot: Any, path: Path, language: str) -> list:
    """Bring the translation at ``path`` in step with ``pot``; return what is empty."""
    known = {}
    if path.exists():
        known = {
            one_line(entry.msgid): entry.msgstr for entry in polib.pofile(str(path))
        }
    merged = polib.POFile(wrapwidth=78)
    merged.metadata = {
        **pot.metadata,
        "Language": language,
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": PLURALS.get(language, PLURAL),
    }
    for entry in pot:
        merged.append(
            polib.POEntry(
                msgid=entry.msgid,
                msgstr=known.get(one_line(entry.msgid), ""),
                comment=entry.comment,
                occurrences=entry.occurrences,
            )
        )
    path.parent.mkdir(exist_ok=True)
    merged.save(str(path))
    return merged.untranslated_entries()


def main(env: Any, root: Path) -> None:
    """Write the terms and translations of every addon."""
    installed = env["ir.module.module"]._installed()
    for addon in [*ADDONS, *(name for name in BRIDGES if name in installed)]:
        folder = root / "addons" / addon / "i18n"
        folder.mkdir(exist_ok=True)
        pot = terms(env, addon)
        pot.save(str(folder / f"{addon}.pot"))
        for language in LANGUAGES:
            empty = merge(pot, folder / f"{language}.po", language)
            sys.stdout.write(
                f"{addon}: {len(pot)} terms, {len(empty)} without {language}\n"
            )


if "env" in globals():
    main(globals()["env"], Path.cwd())
