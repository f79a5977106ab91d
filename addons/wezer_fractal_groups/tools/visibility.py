"""Which groups a user sees, asked once in the database, whatever their number.

What all members see is a matter of the field ``visibility``; what one user sees beyond
that (:func:`visible_to_user`) follows from where they count, are invited or manage. The
record rules and the directory both read it.
"""

from typing import Any

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL, escape_psql

from odoo.addons.wezer_base.models.wezer_searchable_mixin import COUNTED
from odoo.addons.wezer_base.tools.text import search_words

# How far a group is visible to people who are not in it.
VISIBLE_TO_OTHERS = {"public": 2, "network": 1, "parents": 0, "members": 0}
LISTED_FIELDS = [
    "name",
    "slug",
    "purpose",
    "visibility",
    "parent_id",
    "partner_id",
    "kind",
    "written_lang",
]


def visible_to_user(env: api.Environment) -> SQL:
    """Return the SELECT of the ids of groups shown to the user in particular.

    Groups where the user counts, is invited, or manages; where the user counts, the
    roles and the circles that show themselves to the group above.
    """
    user = env.user
    if user._is_public():
        return SQL("SELECT NULL::int WHERE FALSE")
    groups = env["wezer.group"]
    managed = user.sudo().wezer_acting_parties["manage"]
    if managed is None:
        managed = SQL("SELECT id FROM (%s) managed (id)", user._acting_sql("manage"))
    else:
        managed = SQL("SELECT unnest(%s::int[])", list(managed))
    return SQL(
        """WITH mine (id) AS MATERIALIZED (SELECT unnest(%(mine)s::int[])),
           inside (id, kind) AS MATERIALIZED (
               SELECT g.id, g.kind FROM mine CROSS JOIN LATERAL (
                   SELECT id, kind FROM wezer_group WHERE parent_id = mine.id
                      AND (kind = 'role' OR visibility = 'parents') OFFSET 0) g)
           SELECT id FROM mine
            UNION ALL
           SELECT unnest(%(pending)s::int[])
            UNION ALL
           SELECT g.id FROM wezer_group g WHERE g.partner_id IN (%(managed)s)
            UNION ALL
           SELECT id FROM inside
            UNION ALL
           SELECT r.id FROM inside CROSS JOIN LATERAL (
               SELECT id FROM wezer_group WHERE parent_id = inside.id
                  AND kind = 'role' AND visibility = 'parents' OFFSET 0) r
            WHERE inside.kind = 'circle'""",
        mine=list(groups._user_group_ids()),
        pending=list(groups._pending_group_ids()),
        managed=managed,
        to_flush=tuple(
            groups._fields[name]
            for name in ("visibility", "kind", "parent_id", "partner_id")
        ),
    )


def closed_to(user: models.Model) -> list[str]:
    """Return the kinds of visibility of groups that can be hidden from ``user``.

    Most groups show themselves to all members.
    """
    return ["parents", "members", *(["network"] if user._is_public() else [])]


def hidden_partners(env: api.Environment) -> SQL:
    """Return the SELECT of the partners of groups that the user may not see."""
    groups = env["wezer.group"].with_user(env.uid)
    closed = closed_to(env.user)
    visible = groups.with_context(active_test=False)._search(
        [("visibility", "in", closed)]
    )
    return SQL(
        """SELECT partner_id FROM wezer_group
            WHERE visibility = ANY(%s) AND id NOT IN %s""",
        closed,
        visible.subselect(),
        to_flush=(groups._fields["partner_id"], groups._fields["visibility"]),
    )


def search_directory(
    groups: models.Model,
    words: str = "",
    mine: bool = False,
    limit: int = 24,
    offset: int = 0,
    more: Domain = Domain.TRUE,
) -> tuple:
    """Return ``(circles, count)`` of the directory, as the user may see it.

    What all see comes from an index in its order; what the user alone sees is little:
    a page costs the same with a hundred thousand groups.

    :param groups: the model, with the user's environment
    :param str words: words of the name or the purpose
    :param bool mine: only the circles in which the user counts
    :param more: a further restriction
    :return: the count is at most ``COUNTED`` + 1: more is not counted
    """
    domain = Domain("kind", "=", "circle") & more
    for word in search_words(words):
        domain &= Domain("search_text", "like", escape_psql(word))
    shown = groups.sudo()
    if mine:
        # Where the user counts, the user sees.
        domain &= Domain("id", "in", groups._user_group_ids())
        found = shown.search_fetch(domain, LISTED_FIELDS, limit=limit, offset=offset)
        return found.sudo(False), shown.search_count(domain, limit=COUNTED + 1)
    all_see = domain & _shown_to_all(groups)
    ids = shown.search(all_see, limit=offset + limit).ids
    mine_alone = _ids_shown_to_user_alone(groups, domain)
    count = len(ids)
    if count == offset + limit:
        count = shown.search_count(all_see, limit=COUNTED + 1)
    count += len(mine_alone)
    # Both come in order: what is far down in one is far down in both together. The
    # database puts both in one order.
    both = ids + mine_alone[: offset + limit]
    found = shown.search_fetch(
        Domain("id", "in", both), LISTED_FIELDS, limit=limit, offset=offset
    )
    return found.sudo(False), min(count, COUNTED + 1)


def _shown_to_all(groups: models.Model) -> Any:
    """Return the domain of what everybody like the user sees, as the rules say.

    Written out, because the rules' one query for all costs more than the page; a test
    compares both.
    """
    user = groups.env.user
    audience = ["public", "network"] if user._wezer_is_member() else ["public"]
    if user.has_group("wezer_base.group_administrator"):
        audience += ["parents", "members"]
    return Domain("visibility", "in", audience) & Domain(
        "company_id", "in", groups.env.companies.ids
    )


def _ids_shown_to_user_alone(groups: models.Model, domain: Domain) -> Any:
    """Return the ids in ``domain`` that the user sees though not all do."""
    env = groups.env
    if not env.user._wezer_is_member():
        return []
    if env.user.has_group("wezer_base.group_administrator"):
        return []
    more = groups._search_is_visible_to_user("in", [True])
    more &= Domain("visibility", "in", ("parents", "members"))
    more &= Domain("company_id", "in", env.companies.ids)
    return groups.sudo().search(domain & more, limit=COUNTED + 1).ids
