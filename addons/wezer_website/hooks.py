import json

from odoo.tools import SQL

from .tools.former_home import PLACE, with_blocks


def post_init_hook(env):
    """Keep the home page where an administrator had edited it; ours is for the others.

    An update has replaced all that nobody had touched, so whatever still has the place
    of the market was written by somebody.
    """
    views = env["ir.ui.view"].with_context(active_test=False)
    for view in views.search(
        [
            ("key", "=", "wezer_base.homepage"),
            ("website_id", "!=", False),
            ("arch_db", "like", PLACE),
        ]
    ):
        _keep(env, view)
        ours = env.ref("wezer_website.homepage")
        ours.with_context(website_id=view.website_id.id).active = False


def _keep(env, view):
    env.flush_all()
    rows = env.execute_query(
        SQL("SELECT arch_db FROM ir_ui_view WHERE id = %s", view.id)
    )
    archs = {}
    for lang, arch in rows[0][0].items():
        translated = env["ir.ui.view"].with_context(lang=lang).env
        heading = translated._("Wanted and offered in the neighbourhood now")
        archs[lang] = with_blocks(arch, heading)
    # All languages at once, as they are; the ORM would match them term by term.
    env.execute_query(
        SQL(
            "UPDATE ir_ui_view SET arch_db = %s::jsonb WHERE id = %s RETURNING id",
            json.dumps(archs),
            view.id,
        )
    )
    env.invalidate_all()
    env.registry.clear_cache("templates")
