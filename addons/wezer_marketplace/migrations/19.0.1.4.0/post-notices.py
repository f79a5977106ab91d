import json

from odoo import SUPERUSER_ID, api

# What notices asked before they had a subject, by their kind.
SUBJECTS = {
    "claim": "turn",
    "place": "turn",
    "terms": "turn",
    "late_warning": "work",
    "send_back": "work",
    "delivered": "approve",
    "to_pay": "pay",
    "receipt": "receipt",
    "message": "message",
    "evidence": "evidence",
    "attendance": "attendance",
}


def migrate(cr, version):
    """Give the open notices of deals their subject, and settle what was answered."""
    cr.execute(
        """UPDATE wezer_notice SET subject = coalesce(%s::jsonb ->> kind, 'news')
            WHERE res_model = 'wezer.proposition' AND NOT settled
              AND subject IS NULL
        RETURNING res_id""",
        [json.dumps(SUBJECTS)],
    )
    ids = sorted({row[0] for row in cr.fetchall()})
    env = api.Environment(cr, SUPERUSER_ID, {})
    env["wezer.proposition"].browse(ids).exists()._settle_answered()
