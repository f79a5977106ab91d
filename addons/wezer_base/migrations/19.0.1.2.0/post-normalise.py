from odoo import SUPERUSER_ID, api

AT_ONCE = 5000
# What is kept in the form in which texts are compared.
KEPT = {
    "wezer.skill": ["search_text"],
    "wezer.category": ["search_text", "sort_text"],
    "wezer.profile": ["members_text", "everyone_text"],
}


def migrate(cr, version):
    """Keep texts as they are compared now, with ligatures written out."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    for model, names in KEPT.items():
        records = env[model].with_context(active_test=False).search([], order="id")
        for start in range(0, len(records), AT_ONCE):
            some = records[start : start + AT_ONCE]
            for name in names:
                env.add_to_compute(some._fields[name], some)
            some._recompute_recordset()
            env.flush_all()
            env.invalidate_all()
