from odoo import SUPERUSER_ID, api

LIVE = ("open", "waiting", "accepted", "delivered", "approved", "confirming")


def migrate(cr, version):
    """Close announcements of closed tasks that nobody answered; they stayed open."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    posts = env["wezer.announcement"].search(
        [
            ("state", "in", ("open", "paused")),
            ("task_id.state", "in", ("1_done", "1_canceled")),
        ]
    )
    for post in posts:
        if not post.proposition_ids.filtered(
            lambda deal: deal.state in (*LIVE, "disputed")
        ):
            post._end("closed")
