"""Keys of money that was paid for are those of ``top_up``."""


def migrate(cr, version):
    """Let a request that is sent again after the update find its first result.

    Before, ``top_up`` kept its keys among those of ``issue``. What it posted has a
    journal entry of the money paid in.

    One that was worth less than the smallest coin, rounded to zero, has no entry and
    cannot be told from an issue: its key stays, and stands for no top-up.
    """
    if version:
        cr.execute(
            """UPDATE wezer_transfer t
                  SET key_scope = 'top_up:' || split_part(t.key_scope, ':', 2)
                WHERE t.kind = 'issue' AND t.key_scope LIKE 'issue:%'
                  AND t.money_move_id IS NOT NULL
                  AND NOT EXISTS (
                      SELECT FROM wezer_transfer o
                       WHERE o.key = t.key AND o.key_scope
                           = 'top_up:' || split_part(t.key_scope, ':', 2))"""
        )
