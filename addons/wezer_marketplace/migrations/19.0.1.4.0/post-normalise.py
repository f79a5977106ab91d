from odoo import SUPERUSER_ID, api

AT_ONCE = 2000
KEPT = ("search_text", "title_text", "city_text")


def migrate(cr, version):
    """Keep texts as they are compared now, with ligatures written out."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    posts = env["wezer.announcement"].with_context(active_test=False)
    posts = posts.search([], order="id")
    for start in range(0, len(posts), AT_ONCE):
        some = posts[start : start + AT_ONCE]
        for name in KEPT:
            env.add_to_compute(some._fields[name], some)
        some._recompute_recordset()
        env.flush_all()
        env.invalidate_all()
    # The words as they were written before are nobody's any more.
    env["wezer.announcement.word"]._cron_forget()
