def migrate(cr, version):
    """Let seals have several journal entries; those of old have one, complete.

    A seal without one is booked by the next run of the clock, which finds at once
    where its range moved nothing.
    """
    cr.execute(
        """ALTER TABLE account_move ADD COLUMN IF NOT EXISTS wezer_seal_part integer;
           UPDATE account_move SET wezer_seal_part = 1
            WHERE wezer_seal_id IS NOT NULL AND wezer_seal_part IS NULL;
           ALTER TABLE wezer_ledger_seal ADD COLUMN IF NOT EXISTS booked boolean;
           UPDATE wezer_ledger_seal SET booked = move_id IS NOT NULL;
           ALTER TABLE wezer_ledger_seal DROP COLUMN move_id;"""
    )
