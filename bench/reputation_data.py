"""A large community made of rows: members, assessments and their marks, by SQL."""

from typing import Any

MEMBERS = """
INSERT INTO res_partner (name, active{columns})
SELECT 'Bench ' || n, true{values}
  FROM generate_series(1, %(members)s) n, res_partner t WHERE t.id = %(model)s
"""
PROFILES = """
INSERT INTO wezer_profile (partner_id, name, slug, state, company_id, is_founder,
                           admitted_by_id, active{columns})
SELECT p.id, p.name, 'bench-' || p.id, 'active', %(company)s, p.rank <= 20,
       CASE WHEN p.rank > 20 THEN %(first)s + (p.rank * 7919) %% (p.rank - 1) END,
       true{values}
  FROM (SELECT id, name, id - %(first)s + 1 AS rank FROM res_partner
         WHERE id BETWEEN %(first)s AND %(first)s + %(members)s - 1) p,
       wezer_profile t WHERE t.partner_id = %(model)s
"""
ASSESSMENTS = """
INSERT INTO wezer_assessment (assessor_id, person_id, assessed_id, side, origin_model,
                              origin_id, state, date, value_hours, company_id)
SELECT a, a, b, CASE WHEN n %% 2 = 0 THEN 'worker' ELSE 'payer' END, 'bench', n,
       'revealed', '2026-01-01'::timestamp - (random() * 700) * interval '1 day',
       round((0.5 + random() * 8)::numeric, 1), %(company)s
  FROM (SELECT n, %(first)s + floor(%(members)s * random() ^ 2)::int AS a,
               %(first)s + floor(%(members)s * random())::int AS b
          FROM generate_series(1, %(count)s) n) pairs
 WHERE a <> b
"""
LINES = """
INSERT INTO wezer_assessment_line (assessment_id, criterion_id, score, company_id)
SELECT a.id, c.id, least(2, floor(random() * 6 - 2)), %(company)s
  FROM wezer_assessment a, unnest(%(criteria)s::int[]) c(id)
 WHERE a.origin_model = 'bench'
"""
# Every required column that has no default in the database.
REQUIRED = """
SELECT column_name FROM information_schema.columns
 WHERE table_name = %s AND is_nullable = 'NO' AND column_default IS NULL
   AND NOT column_name = ANY(%s)
"""


def fill(env: Any, members: int, count: int, criteria: int = 4) -> int:
    """Make ``members`` people and about ``count`` assessments of ``criteria`` marks.

    :return: id of the first partner
    """
    cr = env.cr
    cr.execute("SELECT setseed(0.5)")
    values = {
        "members": members,
        "count": count,
        "company": env.company.id,
        "criteria": _criteria(env, criteria).ids,
    }
    cr.execute("SELECT max(id) + 1 FROM res_partner")
    values["first"] = cr.fetchone()[0]
    cr.execute("SELECT setval('res_partner_id_seq', %s, false)", [values["first"]])
    # What else a row needs is taken from a row that Odoo made.
    values["model"] = env.ref("base.user_admin").partner_id.id
    cr.execute(MEMBERS.format(**_required(cr, "res_partner", ["name"])), values)
    given = ["partner_id", "name", "slug", "state", "company_id"]
    cr.execute(PROFILES.format(**_required(cr, "wezer_profile", given)), values)
    cr.execute(ASSESSMENTS, values)
    cr.execute(LINES, values)
    for table in ("res_partner", "wezer_profile", "wezer_assessment"):
        cr.execute(f"ANALYZE {table}")
    cr.execute("ANALYZE wezer_assessment_line")
    env.invalidate_all()
    return values["first"]


def _required(cr: Any, table: str, given: Any) -> dict:
    cr.execute(REQUIRED, [table, ["id", *given]])
    names = [row[0] for row in cr.fetchall()]
    return {
        "columns": "".join(f", {name}" for name in names),
        "values": "".join(f", t.{name}" for name in names),
    }


def _criteria(env: Any, count: int) -> Any:
    criteria = env["wezer.criterion"].search([], limit=count)
    for number in range(count - len(criteria)):
        criteria |= env["wezer.criterion"].create({"name": f"Bench {number}"})
    return criteria
