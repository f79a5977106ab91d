"""Rank what is stored until the next computation, which is asked for at once."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Let those with a number stand by their bound, and new ones beside the mean."""
    cr.execute("UPDATE wezer_reputation SET start_weight = 3")
    cr.execute(
        """UPDATE wezer_reputation r
              SET rank = CASE WHEN r.is_new THEN coalesce(known.mean, 0)
                              ELSE r.lower END
             FROM res_company c
             LEFT JOIN (SELECT company_id, avg(lower) AS mean FROM wezer_reputation
                         WHERE NOT is_new AND criterion_id IS NULL
                           AND skill_id IS NULL AND group_partner_id IS NULL
                         GROUP BY company_id) known ON known.company_id = c.id
            WHERE c.id = r.company_id"""
    )
    cr.execute(
        """UPDATE wezer_reputation_run run
              SET newcomer_rank = coalesce(
                  (SELECT max(rank) FROM wezer_reputation r
                    WHERE r.company_id = run.company_id AND r.is_new),
                  (SELECT avg(lower) FROM wezer_reputation r
                    WHERE r.company_id = run.company_id AND criterion_id IS NULL
                      AND skill_id IS NULL AND group_partner_id IS NULL), 0)
            WHERE run.state = 'published'"""
    )
    env = api.Environment(cr, SUPERUSER_ID, {})
    cron = env.ref("wezer_reputation.ir_cron_recompute", raise_if_not_found=False)
    if cron:
        cron._trigger()
