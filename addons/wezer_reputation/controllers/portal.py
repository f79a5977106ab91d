from itertools import accumulate

from odoo import http
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.addons.wezer_base.controllers.website import (
    drawing_response,
    flash,
    seen_or_404,
)
from odoo.addons.wezer_base.tools import days
from odoo.addons.wezer_base.tools.curve import draw_curve
from odoo.addons.wezer_base.tools.form_post import form_post
from odoo.addons.wezer_base.tools.forms import local_page

from ..tools import rrg
from ..tools.shown import thousandths

OUT_OF = 5
SHOWN = 10


class WezerReputationPortal(CustomerPortal):
    @http.route("/my/reputation", type="http", auth="user", website=True, readonly=True)
    def wezer_reputation(self, **_kwargs):
        """Show one's own score as the sum it is."""
        partner = request.env.user.partner_id
        # The caller's own score: its parts are revealed assessments only.
        reputation = request.env["wezer.reputation"].sudo()
        explained = reputation._explain(partner)
        rows = self._wezer_sum(explained)
        bars, low, high = self._wezer_waterfall(rows, explained["score"])
        criteria = reputation.search(
            [
                ("partner_id", "=", partner.id),
                ("criterion_id", "!=", False),
                ("is_new", "=", False),
            ]
        )
        profile = partner._wezer_profile()
        history = partner.sudo()._wezer_reputation_history()
        return request.render(
            "wezer_reputation.my_reputation",
            {
                "row": partner._wezer_reputation(),
                "explained": explained,
                "rows": rows,
                # What was said can be answered before there is a number.
                "said": request.env["wezer.assessment"].search(
                    [("assessed_id", "=", partner.id), ("state", "=", "revealed")],
                    limit=SHOWN,
                ),
                "prior_weight": f"{rrg.Parameters().prior_weight:g}",
                "bars": bars,
                "bars_from": f"{low:.1f}",
                "bars_to": f"{high:.1f}",
                "criteria": criteria.sorted(lambda one: one.criterion_id.sequence),
                "more": partner._wezer_reputation_more(),
                "history": history,
                "reliability": partner._wezer_reliability(),
                "badges": partner._wezer_badges(),
                "seen": request.env.company.sudo().wezer_reputation_seen,
                "hidden": profile.reputation_hidden,
                "seeds": request.env["res.partner"]._wezer_seed_names()
                if request.env.user._wezer_is_member()
                else [],
                "page_name": "wezer_reputation",
            },
        )

    @http.route(
        "/my/reputation/curve.svg",
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def wezer_reputation_curve(self, **_kwargs):
        """Draw how one's own score went."""
        env, partner = request.env, request.env.user.partner_id
        history = partner.sudo()._wezer_reputation_history()
        today = days.today(partner.env)
        points = (history or [(today, 0)]) + [(today, (history or [(0, 0)])[-1][1])]
        drawing = draw_curve(
            points,
            lambda score: f"{score:.1f}",
            lambda day: days.format_month(env, day),
            env._("How your score went"),
        )
        return drawing_response(drawing)

    @http.route(
        "/my/reputation/shown",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @form_post("/my/reputation")
    def wezer_reputation_shown(self, shown="", **_kwargs):
        """Show one's score to others, or keep it to oneself."""
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
        """Answer what was said of oneself, or of a group one acts for."""
        assessment = seen_or_404("wezer.assessment", assessment_id)
        assessment.action_reply(text)
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
        """Take words away, as moderator."""
        assessment = seen_or_404("wezer.assessment", assessment_id)
        assessment.action_hide(reason, bool(post.get("with_scores")))
        return self._wezer_done(post.get("back"))

    def _wezer_done(self, back):
        flash(request.env._("Done."))
        return request.redirect(local_page(back) or "/my/reputation")

    def _wezer_sum(self, explained):
        """Return the score as the sum it is, in shown numbers that add up.

        :return: dicts ``label``, ``value`` (out of 5), ``text``, and of an assessment
            ``one`` and ``weight``; the start first
        """
        if not explained["score"]:
            return []
        rows = [{"label": request.env._("Start"), "value": explained["prior"]}]
        rows += [
            {
                "label": one.assessor_id.name,
                "value": part,
                "one": one,
                "weight": explained["weights"][one.id],
                "marks": OUT_OF * self._wezer_mean(one),
            }
            for one, part in explained["parts"][:SHOWN]
        ]
        rest = [part for _one, part in explained["parts"][SHOWN:]]
        if rest:
            label = request.env._("%(count)s older and smaller ones", count=len(rest))
            rows.append({"label": label, "value": sum(rest)})
        for row, shown in zip(
            rows, thousandths([row["value"] for row in rows]), strict=True
        ):
            row["text"] = f"{shown / 1000:{'.3f' if row is rows[0] else '+.3f'}}"
        return rows

    def _wezer_mean(self, assessment):
        """Return the mean of the marks of an assessment, 0 … 1."""
        marks = assessment.line_ids.mapped("score")
        return (sum(marks) / max(len(marks), 1) + 2) / 4

    def _wezer_waterfall(self, rows, score):
        """Return the bars of the sum, and where the drawing begins and ends.

        Parts are small beside the start: the drawing shows what lies around them.

        :return: ``(bars, low, high)``; of each bar where it begins and its length, in %
        """
        if not rows:
            return [], 0, OUT_OF
        ends = list(accumulate(row["value"] for row in rows))
        room = max(max(ends) - min(ends), 0.1)
        low, high = max(0, min(ends) - room / 2), min(OUT_OF, max(ends) + room / 4)
        bars = []
        for row, end in zip(rows, ends, strict=True):
            first = row is rows[0]
            begin, end = sorted((low if first else end - row["value"], end))
            colour = "--o-wezer-accent" if row["value"] >= 0 else "--o-wezer-warm"
            bars.append(
                {
                    "label": row["label"],
                    "left": round(100 * (begin - low) / (high - low), 2),
                    "width": round(max(100 * (end - begin) / (high - low), 0.5), 2),
                    "colour": f"var({'--o-wezer-line' if first else colour})",
                    "text": row["text"],
                }
            )
        whole = round(100 * (score - low) / (high - low), 2)
        bars.append(
            {
                "label": request.env._("Together"),
                "left": 0,
                "width": whole,
                "colour": "var(--o-wezer-accent)",
                "text": f"{score:.3f}",
            }
        )
        return bars, low, high
