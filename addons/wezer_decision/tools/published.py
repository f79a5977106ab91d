"""The file of ballots that a closed decision publishes, for everybody to count again.

It is a CSV file that ``./wezer count`` reads: lines with the rules, the headings, then
each different ballot with how often it was cast. Runs without Odoo.
"""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

from odoo.addons.wezer_base.tools import tables

from . import ballots, counting, readers

# Rules in the order in which they are written.
ORDER = ("decision", "seats", *sorted(readers.RULES - {"decision", "seats"}))
# Rules about options: a file of yes and no has none.
OF_OPTIONS = {"none_option", "option_ids", "starts", "withdrawn"}


def write(
    method: str,
    options: Sequence[str],
    tallies: Mapping[str, int],
    rules: Mapping[str, Any] | None = None,
    by_college: Mapping[str, Mapping[str, int]] | None = None,
    receipts: Mapping[str, str] | None = None,
    title: str = "",
    colleges: Mapping[str, str] | None = None,
) -> str:
    """Return the text of the file; it is the same for the same ballots.

    :param rules: as :func:`.counting.count` takes them
    :param receipts: the ballot of each receipt's hash: one line for each
    :param colleges: the college of each receipt's hash, where colleges vote
    """
    rules = rules or {}
    output = io.StringIO()
    output.write(f"# method: {json.dumps(method)}\n")
    if title:
        output.write(f"# title: {json.dumps(' '.join(title.split()))}\n")
    kind = ballots.KINDS[method]
    left_out = OF_OPTIONS if kind == "word" else set()
    for name in ORDER:
        if name not in left_out and rules.get(name) not in (None, "", [], {}):
            output.write(f"# {name}: {json.dumps(rules[name], ensure_ascii=False)}\n")
    rows = csv.writer(output, lineterminator="\n")
    heads = (
        ["choice"]
        if kind == "word"
        else [
            tables.no_formula(name)
            for name in counting.distinct(map(readers.clean, options))
        ]
    )
    if receipts and colleges:
        rows.writerow(["receipt", "college", *heads])
        for receipt, text in sorted(receipts.items()):
            name = tables.no_formula(colleges[receipt])
            rows.writerow([receipt, name, *cells(kind, text, len(options))])
    elif by_college:
        rows.writerow(["count", "college", *heads])
        for college in sorted(by_college):
            for text, times in sorted(by_college[college].items()):
                name = tables.no_formula(college)
                rows.writerow([times, name, *cells(kind, text, len(options))])
    elif receipts:
        rows.writerow(["receipt", *heads])
        for receipt, text in sorted(receipts.items()):
            rows.writerow([receipt, *cells(kind, text, len(options))])
    else:
        rows.writerow(["count", *heads])
        for text, times in sorted(tallies.items()):
            rows.writerow([times, *cells(kind, text, len(options))])
    return output.getvalue()


def cells(kind: str, text: str, n: int) -> list[str]:
    """Return a canonical ballot as one cell for each option."""
    if kind == "word":
        return [text]
    if not text:
        return [""] * n
    if kind == "picks":
        chosen = set(map(int, text.split(",")))
        return ["1" if number in chosen else "" for number in range(1, n + 1)]
    return text.split("-" if kind == "ranking" else ",")
