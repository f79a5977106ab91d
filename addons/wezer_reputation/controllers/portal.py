from odoo import http
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.addons.wezer_base.controllers.website import (
    flash,
    seen_or_404,
)
from odoo.addons.wezer_base.tools import charts, days
from odoo.addons.wezer_base.tools.form_post import form_post
from odoo.addons.wezer_base.tools.forms import local_page
from odoo.addons.wezer_base.tools.numbers import record_id
from odoo.addons.wezer_base.tools.shown_numbers import format_decimal

from ..tools import score_words
from ..tools.reputation_page import SHOWN, sum_rows, waterfall


class WezerReputationPortal(CustomerPortal):
    @http.route("/my/reputation", type="http", auth="user", website=True, readonly=True)
    def wezer_reputation(self, **_kwargs):
        """Show the user's own score as the sum it is."""
        env, partner = request.env, request.env.user.partner_id
        # The caller's own score: its parts are revealed assessments only.
        reputation = env["wezer.reputation"].sudo()
        explained = reputation._explain(partner)
        rows = sum_rows(
            env,
            explained,
            env._("Start"),
            lambda count: env._(
                "Older and smaller assessments: %(count)s", count=count
            ),
        )
        # What was said can be answered before there is a number.
        said = env["wezer.assessment"].search(
            [("assessed_id", "=", partner.id), ("state", "=", "revealed")], limit=SHOWN
        )
        listed = said.browse(
            {*said.ids, *(row["assessment"].id for row in rows if "assessment" in row)}
        ).sorted("date", reverse=True)
        # With words: what may stand on the thank-you wall.
        written = env["wezer.assessment"].search(
            [
                ("assessor_id", "=", partner.id),
                ("state", "=", "revealed"),
                ("comment", "not in", (False, "")),
            ],
            limit=SHOWN,
        )
        row = partner._wezer_reputation()
        score = partner._wezer_score()
        if score.get("hidden"):
            # Nobody hides from oneself: who is not accepted yet is new.
            score = score_words.complete(env, {"new": True})
        if score.get("new"):
            score = {"n": row.n_assessors, "deals": row.n_deals, **score}
        profile = partner._wezer_profile()
        history = reputation._history_of(partner)
        criteria = reputation.search(
            [
                ("partner_id", "=", partner.id),
                ("criterion_id", "!=", False),
                ("is_new", "=", False),
            ]
        )
        seeds = reputation._seeds() if env.user._wezer_is_member() else partner.browse()
        return request.render(
            "wezer_reputation.my_reputation",
            {
                "row": row,
                "score": score,
                "people_wanted": score_words.PEOPLE,
                "missing": score_words.missing_text(env, score.get("n", 0)),
                "explained": explained,
                "rows": rows,
                "listed": listed,
                "written": written,
                "assessment_permissions": listed._permissions(),
                "prior_weight": format_decimal(env, row.start_weight, 1),
                "waterfall": waterfall(env, rows, explained["score"], env._("Total")),
                "criteria": criteria.sorted(
                    lambda row: row.criterion_id.sequence
                )._shown_lines(lambda row: row.criterion_id.name),
                "more": env["wezer.reputation"]._shown_by_skill_and_group(partner),
                "history": history,
                "curve": self._wezer_curve(history),
                "kept": partner._wezer_kept_text(),
                "admitted_by": profile.admitted_by_id.name,
                "badges": partner._wezer_badges(),
                "seen": env.company.sudo().wezer_reputation_seen,
                "hidden": profile.reputation_hidden,
                "is_seed": partner in seeds,
                "seeds": sorted(seeds.mapped("name")),
                "page_name": "wezer_reputation",
            },
        )

    @http.route(
        "/my/reputation/shown",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @form_post("/my/reputation")
    def wezer_reputation_shown(self, shown="", **_kwargs):
        """Show the user's own score to others, or hide it."""
        profile = request.env.user.partner_id._wezer_profile().sudo(False)
        profile.action_show_reputation(bool(shown))
        return self._wezer_done("/my/reputation")

    @http.route(
        "/my/assessments/<int:assessment_id>/reply",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @form_post("/my/reputation", once=True)
    def wezer_assessment_reply(self, assessment_id, text="", **post):
        """Reply to an assessment of the user, or of a group that the user acts for."""
        assessment = seen_or_404("wezer.assessment", assessment_id)
        assessment.action_reply(text)
        return self._wezer_done(post.get("back"))

    @http.route(
        "/my/assessments/<int:assessment_id>/share",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @form_post("/my/reputation")
    def wezer_assessment_share(self, assessment_id, shared="", acting="", **post):
        """Agree to the thank-you wall for one side of an assessment, or no longer."""
        assessment = seen_or_404("wezer.assessment", assessment_id)
        assessment.action_share(bool(shared), record_id(acting))
        return self._wezer_done(post.get("back"))

    @http.route(
        "/my/assessments/<int:assessment_id>/hide",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @form_post("/my/reputation", once=True)
    def wezer_assessment_hide(self, assessment_id, reason="", **post):
        """Hide the words of an assessment, as a moderator."""
        assessment = seen_or_404("wezer.assessment", assessment_id)
        assessment.action_hide(reason, bool(post.get("with_scores")))
        return self._wezer_done(post.get("back"))

    def _wezer_curve(self, history):
        """Return the chart of the user's own score over time, up to today."""
        if not history:
            return False
        env = request.env
        return charts.steps(
            [*history, (days.today(env), history[-1][1])],
            lambda score: format_decimal(env, score, 1),
            lambda day: days.format_month(env, day),
        )

    def _wezer_done(self, back):
        flash(request.env._("Done."))
        return request.redirect(local_page(back) or "/my/reputation")
