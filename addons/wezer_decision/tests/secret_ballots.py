"""Secret decisions that tests make row by row, and a reader of everything stored."""

from itertools import permutations

from odoo.tools import SQL

OPTIONS = 5
# A ballot for each voter that nobody else casts, and that no other text looks like.
BALLOTS = ["-".join(map(str, ranks)) for ranks in permutations(range(1, OPTIONS + 1))]


def make_decision(env, people, secrecy="secret", method="schulze", **vals):
    """Return an open decision of ``people`` in a circle of its own."""
    groups = env["wezer.group"]
    circle = groups.create({"name": f"Urn {people[0].id}"})
    decision = env["wezer.decision"].create(
        {
            "group_id": circle.id,
            "title": "Secret matter",
            "proposer_id": people[0].id,
            "method": method,
            "secrecy": secrecy,
            "state": "open",
            "opens": env.cr.now(),
            "option_ids": [
                (0, 0, {"label": f"Option {number}", "sequence": number})
                for number in range(1, OPTIONS + 1)
            ],
            **vals,
        }
    )
    env["wezer.decision.voter"].create(
        [
            {
                "decision_id": decision.id,
                "party_id": person.id,
                "person_id": person.id,
            }
            for person in people
        ]
    )
    return decision


def tables(cr):
    """Return the names of all tables of the database."""
    cr.execute(
        """SELECT relname FROM pg_class
            WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
            ORDER BY 1"""
    )
    return [row[0] for row in cr.fetchall()]


def rows_since(cr, xid):
    """Return ``(table, transaction, row as text)`` of all that was written since.

    :param int xid: the transaction to begin with, as ``xmin`` tells it
    """
    found = []
    for table in tables(cr):
        cr.execute(
            SQL(
                """SELECT t.xmin::text, t::text FROM %s t
                    WHERE age(t.xmin) <= age(%s::text::xid)""",
                SQL.identifier(table),
                str(xid),
            )
        )
        found += [(table, *row) for row in cr.fetchall()]
    return found
