"""Notices are chosen by group; they were chosen kind by kind."""

from odoo.tools import sql


def migrate(cr, version):
    """Put the choices aside until all kinds of notices are known (end script)."""
    if not version or not sql.column_exists(cr, "wezer_notice_choice", "kind"):
        return
    cr.execute(
        """CREATE TABLE wezer_notice_choice_before AS
           SELECT digest.partner_id, digest.company_id, digest.frequency, choice.kind,
                  choice.in_digest
             FROM wezer_digest digest
             LEFT JOIN wezer_notice_choice choice USING (partner_id)
            WHERE digest.frequency IS NOT NULL;
           DELETE FROM wezer_notice_choice;
           ALTER TABLE wezer_notice_choice DROP COLUMN kind, DROP COLUMN in_digest;
           ALTER TABLE wezer_digest ADD COLUMN date_weekly timestamp;
           UPDATE wezer_digest SET date_weekly = date_sent;"""
    )
