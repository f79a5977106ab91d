import json

from odoo.tools import SQL

from odoo.addons.wezer_base.tools.page_copies import edited_copies, leave_out

from .tools.former_home import with_blocks


def post_init_hook(env):
    """Keep the home page where an administrator had edited it; ours is for the others.

    An update has replaced all that nobody had touched, so a website's own view that
    is not the general one was written by somebody.
    """
    for view in edited_copies(env, "wezer_base.homepage"):
        _keep(env, view)
        leave_out(env.ref("wezer_website.homepage"), view)


def _keep(env, view):
    env.flush_all()
    rows = env.execute_query(
        SQL("SELECT arch_db FROM ir_ui_view WHERE id = %s", view.id)
    )
    installed = dict(env["res.lang"].get_installed())
    archs = {}
    for key, arch in rows[0][0].items():
        # A key that begins with "_" holds what a translator has not confirmed yet; a
        # language may have been switched off since: its heading is in English.
        lang = key.removeprefix("_")
        words = env["ir.ui.view"].with_context(lang=lang if lang in installed else None)
        heading = words.env._("Wanted and offered in the neighbourhood now")
        archs[key] = with_blocks(arch, heading)
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
