from odoo import http
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal

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
        criteria = reputation.search(
            [
                ("partner_id", "=", partner.id),
                ("criterion_id", "!=", False),
                ("is_new", "=", False),
            ]
        )
        return request.render(
            "wezer_reputation.my_reputation",
            {
                "row": partner._wezer_reputation(),
                "explained": explained,
                "bars": self._wezer_waterfall(explained),
                "criteria": criteria.sorted(lambda one: one.criterion_id.sequence),
                "page_name": "wezer_reputation",
            },
        )

    def _wezer_waterfall(self, explained):
        """Return the bars of the sum: where each begins and how long it is, in %."""
        if not explained["score"]:
            return []
        steps = [(request.env._("Start"), explained["prior"], "%.2f")]
        steps += [
            (one.assessor_id.name, part, "%+.2f")
            for one, part in explained["parts"][:SHOWN]
        ]
        rest = sum(part for _one, part in explained["parts"][SHOWN:])
        if rest:
            steps.append((request.env._("Older and smaller"), rest, "%+.2f"))
        bars, at = [], 0.0
        for number, (label, part, text) in enumerate(steps):
            low, at = min(at, at + part), at + part
            colour = "--wz-accent" if part >= 0 and number else "--wz-warm"
            bars.append(
                {
                    "label": label,
                    "left": round(100 * low / OUT_OF, 2),
                    "width": round(max(100 * abs(part) / OUT_OF, 0.5), 2),
                    "colour": f"var({colour if number else '--wz-line'})",
                    "text": text % part,
                }
            )
        bars.append(
            {
                "label": request.env._("Together"),
                "left": 0,
                "width": round(100 * explained["score"] / OUT_OF, 2),
                "colour": "var(--wz-accent)",
                "text": f"{explained['score']:.2f}",
            }
        )
        return bars
