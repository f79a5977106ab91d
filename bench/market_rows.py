"""Many announcements as rows, for the bench and for what has to hold among many.

Of each filter the first value fits 60 of 100 announcements, whatever the others are, so
that a page is full among a hundred too; the rest is spread.
"""

from typing import Any

from odoo.addons.wezer_marketplace.tools.geo import plane

VERBS = "repair paint carry plant bake translate drive sort teach water".split()
THINGS = "door fence garden bicycle bread letter wall book tree kitchen".split()
# About 20 km around one place.
HERE = (46.2, 6.1)

ROWS = """
INSERT INTO wezer_announcement (
    title, title_text, search_text, slug, kind, author_id, category_id, company_id,
    places, quantity, unit, price_mode, claim_mode, visibility, state, version,
    lock_version, waiting_list, city, city_text, unpaid, located, latitude, longitude,
    map_x, map_y, date_publish, date_start, date_end, date_last,
    create_date, write_date, create_uid, write_uid)
SELECT title, lower(title),
       lower(title) || ' word' || n %% 5000 || ' street' || n %% 300
           || CASE WHEN abs(hashint4(n)) %% 100 < 60 THEN ' neighbours' ELSE '' END,
       'many-' || n, CASE n %% 2 WHEN 0 THEN 'want' ELSE 'offer' END, %(author)s,
       (%(categories)s::int[])[
           CASE WHEN abs(hashint4(n + 7)) %% 100 < 60 THEN 1
                ELSE 1 + n %% %(category_count)s END], %(company)s,
       1, 1, 'hour', 'all', 'first_come', 'everyone', 'open', 1,
       0, true, 'Quarter ' || n %% 50, 'quarter ' || n %% 50, n %% 10 = 9, true,
       %(latitude)s + dy, %(longitude)s + dx,
       %(x)s + dx * %(x_scale)s, %(y)s + dy * %(y_scale)s,
       now() - n * interval '1 minute', day, day + interval '2 hours',
       day + interval '2 hours', now(), now(), 1, 1
  FROM (SELECT n, (%(verbs)s::text[])[1 + n %% 10] || ' '
               || (%(things)s::text[])[1 + (n / 10) %% 10] || ' number' || n AS title,
               (n::bigint * 7919 %% 20000) / 100000.0 - 0.1 AS dy,
               (n::bigint * 104729 %% 20000) / 100000.0 - 0.1 AS dx,
               now() + (n %% 400 - 100) * interval '1 day' AS day
          FROM generate_series(1, %(count)s) n) rows
RETURNING id
"""
PRICES = """
INSERT INTO wezer_announcement_price (
    announcement_id, wezer_currency_id, unit_minor, total_minor, company_id)
SELECT id, (%(currencies)s::int[])[
           CASE WHEN abs(hashint4(id)) %% 100 < 60 THEN 1
                ELSE 1 + id %% %(currency_count)s END],
       100 + id::bigint * 7919 %% 5000, 100 + id::bigint * 7919 %% 5000, %(company)s
  FROM wezer_announcement WHERE id = ANY(%(ids)s) AND NOT unpaid
"""
SKILLS = """
INSERT INTO wezer_announcement_wezer_skill_rel (wezer_announcement_id, wezer_skill_id)
SELECT id, (%(skills)s::int[])[1 + id %% %(skill_count)s]
  FROM wezer_announcement WHERE id = ANY(%(ids)s)
"""
GROUPS = """
INSERT INTO wezer_announcement_wezer_group_rel (wezer_announcement_id, wezer_group_id)
SELECT id, (%(groups)s::int[])[1 + id %% %(group_count)s]
  FROM wezer_announcement WHERE id = ANY(%(ids)s)
"""
# As the model computes it: the category, the skill, the group and the currency.
FACETS = """
UPDATE wezer_announcement a
   SET facets = 'c' || category_id
           || coalesce((SELECT ' s' || wezer_skill_id
                          FROM wezer_announcement_wezer_skill_rel
                         WHERE wezer_announcement_id = a.id), '')
           || coalesce((SELECT ' g' || wezer_group_id
                          FROM wezer_announcement_wezer_group_rel
                         WHERE wezer_announcement_id = a.id), '')
           || coalesce((SELECT ' m' || wezer_currency_id
                          FROM wezer_announcement_price
                         WHERE announcement_id = a.id), '')
 WHERE id = ANY(%(ids)s)
"""
TABLES = (
    "wezer_announcement",
    "wezer_announcement_price",
    "wezer_announcement_wezer_skill_rel",
    "wezer_announcement_wezer_group_rel",
    "wezer_announcement_word",
)


def many(
    author: Any, count: int, categories: Any, currencies: Any, skills: Any, groups: Any
) -> Any:
    """Make ``count`` announcements of ``author``, all open, spread over the rest."""
    env = author.env
    env.flush_all()
    (x0, y0), (x1, y1) = plane(*HERE), plane(HERE[0] + 0.01, HERE[1] + 0.01)
    values = {
        "author": author.id,
        "company": env.company.id,
        "count": count,
        "verbs": VERBS,
        "things": THINGS,
        "latitude": HERE[0],
        "longitude": HERE[1],
        "x": x0,
        "y": y0,
        "x_scale": (x1 - x0) * 100,
        "y_scale": (y1 - y0) * 100,
        "categories": categories.ids,
        "category_count": len(categories),
        "currencies": currencies.ids,
        "currency_count": len(currencies),
        "skills": skills.ids,
        "skill_count": len(skills),
        "groups": groups.ids,
        "group_count": len(groups),
    }
    env.cr.execute(ROWS, values)
    values["ids"] = [row[0] for row in env.cr.fetchall()]
    for statement in (PRICES, SKILLS, GROUPS, FACETS):
        env.cr.execute(statement, values)
    env.cr.execute(
        "SELECT search_text FROM wezer_announcement WHERE id = ANY(%s)",
        [values["ids"]],
    )
    env["wezer.announcement.word"]._learn([row[0] for row in env.cr.fetchall()])
    for table in TABLES:
        env.cr.execute(f"ANALYZE {table}")
    env.invalidate_all()
    return env["wezer.announcement"].browse(values["ids"])
