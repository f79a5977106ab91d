def uninstall_hook(env):
    """Take away what the database keeps beside Odoo's own tables."""
    env.cr.execute(
        """DROP TRIGGER IF EXISTS wezer_ledger_entry_rows ON wezer_ledger_entry;
           DROP TRIGGER IF EXISTS wezer_ledger_entry_table ON wezer_ledger_entry;
           DROP TRIGGER IF EXISTS wezer_ledger_entry_currency ON wezer_ledger_entry;
           DROP FUNCTION IF EXISTS wezer_ledger_is_append_only();
           DROP FUNCTION IF EXISTS wezer_ledger_one_currency();
           DROP FUNCTION IF EXISTS wezer_move(
               integer, integer, integer, varchar, numeric, numeric, numeric, integer,
               numeric, numeric, boolean, boolean, timestamp);
           DROP FUNCTION IF EXISTS wezer_pay_fast_path(
               integer, boolean, integer, integer, integer, numeric, numeric, varchar,
               varchar, integer, varchar, varchar, varchar, timestamp);
           DROP FUNCTION IF EXISTS wezer_levy(numeric, numeric, integer);
           DROP FUNCTION IF EXISTS wezer_levy_rounded_up(numeric, integer);
           DROP FUNCTION IF EXISTS wezer_receivable(wezer_wallet, wezer_currency);
           DROP FUNCTION IF EXISTS wezer_spendable(wezer_wallet, wezer_currency);
           DROP FUNCTION IF EXISTS wezer_unswept(wezer_wallet);
           DROP FUNCTION IF EXISTS wezer_upper_warning(wezer_wallet, wezer_currency);
           DROP FUNCTION IF EXISTS wezer_lower_warning(wezer_wallet, wezer_currency);
           DROP FUNCTION IF EXISTS wezer_upper_limit(wezer_wallet, wezer_currency);
           DROP FUNCTION IF EXISTS wezer_lower_limit(wezer_wallet, wezer_currency);
           DROP FUNCTION IF EXISTS wezer_grown_limit(numeric, numeric, wezer_currency);
           DROP FUNCTION IF EXISTS wezer_treasury_has_limit(wezer_currency);
           DROP FUNCTION IF EXISTS wezer_wallet_balances(
               integer, varchar, integer[], timestamp[], timestamp[]);
           DROP FUNCTION IF EXISTS wezer_wallet_moved(integer, varchar, timestamp[]);
           DROP FUNCTION IF EXISTS wezer_kept_until(integer, varchar);
           DROP TABLE IF EXISTS wezer_ledger_day;
           DROP TABLE IF EXISTS wezer_ledger_counted;
           DROP TABLE IF EXISTS wezer_ledger_kept;
           DROP TABLE IF EXISTS wezer_refused_try;
           DROP TABLE IF EXISTS wezer_wallet_accrual"""
    )
