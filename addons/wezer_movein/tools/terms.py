"""Terms of the readers: English in files and reports, translated on pages.

A reader marks what it says with :func:`_lt`. Where it is shown to people, it is looked
up by itself (:mod:`.shown`). Runs without Odoo.
"""

import re


def _lt(source: str) -> str:
    """Mark a text for translation: where it is shown, it is looked up by itself."""
    return source


# Terms with a value in them, which is known when the files are read.
OF_VERSION = _lt("version {value}")
CURRENCY_APART = _lt("the currency {value}: a move of its own")
CURRENCY_ELSEWHERE = _lt("{value}, which moves elsewhere: it comes in prices only")
DEALS_RUNNING = _lt("{value} deals in progress")
AMOUNTS_SET_ASIDE = _lt("{value} amounts set aside")
SEVERAL_CURRENCIES = _lt("one currency: the rows are in {value}")
_FILLED = {
    template: re.compile(re.escape(template).replace(r"\{value\}", "(.{1,200})"))
    for template in (
        OF_VERSION,
        CURRENCY_APART,
        CURRENCY_ELSEWHERE,
        DEALS_RUNNING,
        AMOUNTS_SET_ASIDE,
        SEVERAL_CURRENCIES,
    )
}


def parts(text: str) -> tuple[str, str]:
    """Return the term that ``text`` was made of, and the value in it.

    >>> parts("version 3")
    ('version {value}', '3')
    >>> parts("a spreadsheet")
    ('a spreadsheet', '')
    """
    for template, pattern in _FILLED.items():
        if match := pattern.fullmatch(text):
            return template, match[1]
    return text, ""
