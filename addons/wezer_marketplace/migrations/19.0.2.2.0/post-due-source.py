"""Say of each deal whether its due date was agreed, or follows from a rule."""


def migrate(cr, version):
    """Mark the due dates of deals from before the update."""
    cr.execute(
        """
        UPDATE wezer_deal d
           SET due_source = CASE
               WHEN EXISTS (
                    SELECT 1 FROM wezer_terms t
                     WHERE t.id = d.accepted_terms_id AND t.date_due = d.date_due
                    UNION ALL
                    SELECT 1 FROM wezer_terms_milestone m
                     WHERE m.terms_id = d.accepted_terms_id
                       AND m.date_due = d.date_due
               ) THEN 'agreed'
               WHEN EXISTS (
                    SELECT 1 FROM wezer_deal_event e
                     WHERE e.deal_id = d.id AND e.action = 'send_back'
               ) THEN 'sent_back'
               -- A dispute moves what was agreed by as long as it lasted.
               WHEN EXISTS (
                    SELECT 1 FROM wezer_terms t
                      JOIN wezer_dispute s ON s.deal_id = d.id
                     WHERE t.id = d.accepted_terms_id AND t.date_due < d.date_due
               ) THEN 'agreed'
               ELSE 'rule'
           END
         WHERE d.date_due IS NOT NULL AND d.due_source IS NULL
        """
    )
