"""Wallets that were there say since when, and until when."""


def migrate(cr, version):
    cr.execute(
        """UPDATE wezer_wallet w
              SET opened_on = least(w.create_date, t.first),
                  closed_on = CASE WHEN w.state = 'closed' THEN w.write_date END
             FROM (SELECT x.id,
                          (SELECT min(date) FROM wezer_transfer
                            WHERE payer_wallet_id = x.id OR payee_wallet_id = x.id)
                          AS first FROM wezer_wallet x) t
            WHERE t.id = w.id"""
    )
