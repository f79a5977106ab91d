"""Websites' own versions of pages: what the builder writes where somebody edits.

A view that belongs to one website hides the general one of the same key. An update
changes the general view, and copies that nobody changed. An edited copy of a page that
programs fill stays as it was: it asks for templates and values of before.
"""

from collections.abc import Iterable
from typing import Any

from odoo.tools import SQL

# The addons that the update changes; what a community adds by itself is not looked at.
SUITE = [
    "wezer_base",
    "wezer_currency",
    "wezer_fractal_groups",
    "wezer_reputation",
    "wezer_marketplace",
]
# These show nothing that programs change: what people wrote there stays.
CONTENT = ["wezer_base.homepage", "wezer_base.footer"]
# The keys of views that an update has put aside; its version follows.
ASIDE = "website.wezer_before_update."
# A small change on a website without English is in the language of the website only.
READ = "coalesce({0}.arch_db->>lang.code, {0}.arch_db->>'en_US')"


def aside(update: str) -> str:
    """Return how the keys begin of what the update to this version puts aside."""
    return f"{ASIDE}{update}."


def put_aside(cr: Any, update: str, keys: Iterable[str] | None = None) -> None:
    """Show ours again where a website has an edited version of one of our pages.

    To be called before an update loads its templates: only then do all copies that
    differ hold somebody's words. What people put into the places for blocks is in views
    of its own and stays; so do pages that are content (``website.page``).

    :param update: the version whose templates replace the pages
    :param keys: only the pages with these keys; left out: all
    """
    chosen = SQL("TRUE") if keys is None else SQL("own.key = ANY(%s)", list(keys))
    cr.execute(
        SQL(
            """SELECT own.id, ours.id
                  FROM ir_ui_view own
                  JOIN ir_ui_view ours
                    ON ours.key = own.key AND ours.website_id IS NULL
                  JOIN website site ON site.id = own.website_id
                  JOIN res_lang lang ON lang.id = site.default_lang_id
                 WHERE own.type = 'qweb'
                   AND split_part(own.key, '.', 1) = ANY(%s)
                   AND own.key <> ALL(%s)
                   AND %s
                   AND (own.arch_db->>'en_US' <> ours.arch_db->>'en_US'
                        OR %s <> %s)
                   AND NOT EXISTS (
                       SELECT 1 FROM website_page WHERE view_id = own.id
                   )""",
            SUITE,
            CONTENT,
            chosen,
            SQL(READ.format("own")),
            SQL(READ.format("ours")),
        )
    )
    pairs = cr.fetchall()
    edited = [own for own, _ours in pairs]
    for own, ours in pairs:
        cr.execute(
            SQL(
                "UPDATE ir_ui_view SET inherit_id = %s"
                " WHERE inherit_id = %s AND id <> ALL(%s)",
                ours,
                own,
                edited,
            )
        )
        cr.execute(
            SQL(
                "UPDATE ir_ui_view SET active = FALSE, key = %s || key WHERE id = %s",
                aside(update),
                own,
            )
        )


def edited_copies(env: Any, key: str) -> Any:
    """Return the views by which websites have a page of ``key`` in their own words."""
    views = env["ir.ui.view"].with_context(active_test=False)
    general = views.search([("key", "=", key), ("website_id", "=", False)], limit=1)
    own = views.search([("key", "=", key), ("website_id", "!=", False)])

    def is_edited(view: Any) -> bool:
        languages = ("en_US", view.website_id.default_lang_id.code)
        return any(
            view.with_context(lang=lang).arch_db
            != general.with_context(lang=lang).arch_db
            for lang in languages
        )

    return own.filtered(is_edited)


def leave_out(ours: Any, view: Any) -> None:
    """Keep our extension of a page away from the version that a website has."""
    # This makes the website's own copy, which belongs below the page that is kept.
    ours.with_context(website_id=view.website_id.id).write(
        {"active": False, "inherit_id": view.id}
    )


def keep_contact_pages(env: Any) -> None:
    """Leave contact pages that somebody wrote as they are; ours is for the others."""
    for view in edited_copies(env, "website.contactus"):
        leave_out(env.ref("wezer_base.contactus"), view)
