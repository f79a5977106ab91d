-- The one rule about limits and levies: posting, batches, statements, the nightly
-- pause of announcements, the list of wallets beyond a limit and the checks ask here.
-- Plain expressions, so that the planner puts them where they are called.

-- Whether a treasury of this currency has a limit, and so is locked and waits.
CREATE OR REPLACE FUNCTION wezer_treasury_has_limit(c wezer_currency)
RETURNS boolean LANGUAGE sql IMMUTABLE AS $wezer$
    SELECT c.kind = 'mutual_credit' AND c.limit_policy = 'block'
        AND NOT coalesce(c.external, false);
$wezer$;

-- A lower limit that grew with payments received (tools/credit_growth.py): not beyond
-- the cap of the currency, and never less than what was granted.
CREATE OR REPLACE FUNCTION wezer_grown_limit(
    p_lower numeric, p_grown numeric, c wezer_currency
) RETURNS numeric LANGUAGE sql IMMUTABLE AS $wezer$
    SELECT CASE WHEN c.credit_grows AND p_grown > 0
        THEN least(p_lower, greatest(p_lower - p_grown, -coalesce(c.credit_cap, 0)))
        ELSE p_lower END;
$wezer$;

-- The lower limit in force for a wallet, NULL where it has none.
CREATE OR REPLACE FUNCTION wezer_lower_limit(w wezer_wallet, c wezer_currency)
RETURNS numeric LANGUAGE sql IMMUTABLE AS $wezer$
    SELECT CASE
        WHEN coalesce(c.external, false) THEN NULL
        WHEN coalesce(w.is_system, false) AND NOT wezer_treasury_has_limit(c) THEN NULL
        WHEN c.kind <> 'mutual_credit' THEN 0
        WHEN c.limit_policy = 'off' THEN NULL
        WHEN w.own_limits THEN CASE
            WHEN NOT w.has_lower THEN NULL
            WHEN w.own_grows
            THEN wezer_grown_limit(w.lower_limit, w.credit_grown - w.grown_from, c)
            ELSE w.lower_limit END
        WHEN w.is_system THEN 0
        WHEN c.has_lower THEN wezer_grown_limit(c.lower_limit, w.credit_grown, c) END;
$wezer$;

-- The upper limit in force for a wallet, NULL where it has none. What brings it
-- towards zero is always allowed.
CREATE OR REPLACE FUNCTION wezer_upper_limit(w wezer_wallet, c wezer_currency)
RETURNS numeric LANGUAGE sql IMMUTABLE AS $wezer$
    SELECT CASE
        WHEN coalesce(c.external, false) OR coalesce(w.is_system, false) THEN NULL
        WHEN c.limit_policy = 'off' THEN NULL
        WHEN w.own_limits THEN CASE WHEN w.has_upper THEN w.upper_limit END
        WHEN c.has_upper THEN c.upper_limit END;
$wezer$;

-- The balance below which the payer is warned, NULL where there is none. It refuses
-- nothing. A wallet's own limits replace it with the currency's limits, as a block.
CREATE OR REPLACE FUNCTION wezer_lower_warning(w wezer_wallet, c wezer_currency)
RETURNS numeric LANGUAGE sql IMMUTABLE AS $wezer$
    SELECT CASE
        WHEN coalesce(c.external, false) OR coalesce(w.is_system, false) THEN NULL
        WHEN c.kind <> 'mutual_credit' OR c.limit_policy = 'off' THEN NULL
        WHEN w.own_limits THEN CASE WHEN w.has_lower_warning THEN w.lower_warning END
        WHEN c.has_lower_warning THEN c.lower_warning END;
$wezer$;

-- The balance above which the payee is warned, NULL where there is none.
CREATE OR REPLACE FUNCTION wezer_upper_warning(w wezer_wallet, c wezer_currency)
RETURNS numeric LANGUAGE sql IMMUTABLE AS $wezer$
    SELECT CASE
        WHEN coalesce(c.external, false) OR coalesce(w.is_system, false) THEN NULL
        WHEN c.limit_policy = 'off' THEN NULL
        WHEN w.own_limits THEN CASE WHEN w.has_upper_warning THEN w.upper_warning END
        WHEN c.has_upper_warning THEN c.upper_warning END;
$wezer$;

-- What a treasury received since the last sweep; members' wallets have it in their
-- balance at once.
CREATE OR REPLACE FUNCTION wezer_unswept(w wezer_wallet)
RETURNS numeric LANGUAGE sql STABLE AS $wezer$
    SELECT CASE WHEN w.is_system THEN coalesce(
        (SELECT sum(delta) FROM wezer_wallet_accrual WHERE wallet_id = w.id), 0)
        ELSE 0 END;
$wezer$;

-- What may leave a wallet now, NULL where nothing limits it; below zero where it
-- is beyond its limit.
CREATE OR REPLACE FUNCTION wezer_spendable(w wezer_wallet, c wezer_currency)
RETURNS numeric LANGUAGE sql STABLE AS $wezer$
    SELECT w.balance - w.reserved - wezer_lower_limit(w, c)
        + CASE WHEN w.is_system THEN wezer_unswept(w) ELSE 0 END;
$wezer$;

-- What may come to a wallet now, NULL where nothing limits it; below zero where it
-- is beyond its limit.
CREATE OR REPLACE FUNCTION wezer_receivable(w wezer_wallet, c wezer_currency)
RETURNS numeric LANGUAGE sql STABLE AS $wezer$
    SELECT CASE WHEN wezer_upper_limit(w, c) IS NOT NULL
        THEN greatest(wezer_upper_limit(w, c), 0) - w.balance - w.incoming END;
$wezer$;

-- The share of a levy: in 1/100 %, rounded up to the smallest unit, so that splitting
-- a payment never lowers it.
CREATE OR REPLACE FUNCTION wezer_levy_rounded_up(p_amount numeric, p_share integer)
RETURNS numeric LANGUAGE sql IMMUTABLE AS $wezer$
    SELECT ceil(p_amount * coalesce(p_share, 0) / 10000);
$wezer$;

-- The one rule about levies: what a side owes the treasury on an amount. A fixed part
-- and a share, never more than the amount itself.
CREATE OR REPLACE FUNCTION wezer_levy(
    p_amount numeric, p_fixed numeric, p_share integer
) RETURNS numeric LANGUAGE sql IMMUTABLE AS $wezer$
    SELECT least(p_amount,
                 coalesce(p_fixed, 0) + wezer_levy_rounded_up(p_amount, p_share));
$wezer$;

-- The one place where money moves. Locks the two wallets in id order, checks
-- state and limits on stored columns, updates them, inserts the entries.
-- Returns 'ok' or the rule that refused:
--   payer_state payee_state payer_limit payee_limit
-- or 'ok_beyond': it passed, beyond a limit that only warns. Behind both, '_payer' and
-- '_payee' say whose balance is now beyond their warning.
-- p_reserved / p_incoming: change of what is set aside (negative frees it).
-- p_check = false: a settlement, whose limits were checked when it was reserved,
-- or a reversal; frozen wallets take those.
CREATE OR REPLACE FUNCTION wezer_move(
    p_transfer integer, p_from integer, p_to integer, p_kind varchar,
    p_amount numeric, p_levy_payer numeric, p_levy_payee numeric, p_treasury integer,
    p_reserved numeric, p_incoming numeric, p_post boolean, p_check boolean,
    p_date timestamp
) RETURNS text LANGUAGE plpgsql SET lock_timeout = '10s' AS $wezer$
DECLARE
    f wezer_wallet%ROWTYPE;
    t wezer_wallet%ROWTYPE;
    v_wallet wezer_wallet%ROWTYPE;
    c wezer_currency%ROWTYPE;
    v_out numeric; v_in numeric;
    v_entry integer;
    v_bound boolean;
    v_answer text := 'ok';
BEGIN
    SELECT y.* INTO c FROM wezer_currency y
      JOIN wezer_wallet w ON w.wezer_currency_id = y.id WHERE w.id = p_from;
    -- A treasury that spends mutual credit has limits, so it waits like anybody.
    v_bound := p_check AND wezer_treasury_has_limit(c);
    FOR v_wallet IN
        SELECT * FROM wezer_wallet
         WHERE id IN (p_from, p_to)
           AND (is_system IS NOT TRUE OR (v_bound AND id = p_from))
         ORDER BY id FOR NO KEY UPDATE
    LOOP
        IF v_wallet.id = p_from THEN f := v_wallet; ELSE t := v_wallet; END IF;
    END LOOP;
    IF f.id IS NULL THEN SELECT * INTO f FROM wezer_wallet WHERE id = p_from; END IF;
    IF t.id IS NULL THEN SELECT * INTO t FROM wezer_wallet WHERE id = p_to; END IF;
    v_bound := v_bound AND coalesce(f.is_system, false);
    IF t.wezer_currency_id <> f.wezer_currency_id THEN
        RAISE EXCEPTION 'wallets of two currencies';
    END IF;
    v_out := CASE WHEN p_post THEN p_amount + p_levy_payer ELSE 0 END;
    v_in := CASE WHEN p_post THEN p_amount - p_levy_payee ELSE 0 END;
    IF p_check THEN
        IF f.state <> 'open' THEN RETURN 'payer_state'; END IF;
        IF t.state <> 'open' THEN RETURN 'payee_state'; END IF;
        IF wezer_spendable(f, c) < v_out + greatest(p_reserved, 0) THEN
            IF c.limit_policy = 'block' OR c.kind <> 'mutual_credit' THEN
                RETURN 'payer_limit';
            END IF;
            v_answer := 'ok_beyond';
        END IF;
        IF wezer_receivable(t, c) < v_in + greatest(p_incoming, 0) THEN
            IF c.limit_policy = 'block' THEN
                RETURN 'payee_limit';
            END IF;
            v_answer := 'ok_beyond';
        END IF;
    END IF;
    -- Of what was set aside the payer was told then, and the payee is told now.
    IF p_check AND v_out + p_reserved > 0
       AND f.balance - f.reserved - v_out - p_reserved < wezer_lower_warning(f, c) THEN
        v_answer := v_answer || '_payer';
    END IF;
    IF v_in > 0 AND (p_check OR p_reserved < 0)
       AND t.balance + v_in > wezer_upper_warning(t, c) THEN
        v_answer := v_answer || '_payee';
    END IF;
    IF p_post THEN
        INSERT INTO wezer_ledger_entry
            (transfer_id, wezer_currency_id, from_id, to_id, amount, kind, date,
             from_balance, to_balance)
        VALUES (p_transfer, c.id, p_from, p_to, p_amount, p_kind, p_date,
            CASE WHEN NOT coalesce(f.is_system, false) THEN f.balance - p_amount END,
            CASE WHEN NOT coalesce(t.is_system, false) THEN t.balance + p_amount END)
        RETURNING id INTO v_entry;
        IF p_levy_payer > 0 THEN
            INSERT INTO wezer_ledger_entry
                (transfer_id, wezer_currency_id, from_id, to_id, amount, kind, date,
                 from_balance, to_balance)
            VALUES (p_transfer, c.id, p_from, p_treasury, p_levy_payer, 'levy', p_date,
                CASE WHEN NOT coalesce(f.is_system, false)
                     THEN f.balance - p_amount - p_levy_payer END, NULL);
            INSERT INTO wezer_wallet_accrual (wallet_id, delta)
                VALUES (p_treasury, p_levy_payer);
        END IF;
        IF p_levy_payee > 0 THEN
            INSERT INTO wezer_ledger_entry
                (transfer_id, wezer_currency_id, from_id, to_id, amount, kind, date,
                 from_balance, to_balance)
            VALUES (p_transfer, c.id, p_to, p_treasury, p_levy_payee, 'levy', p_date,
                CASE WHEN NOT coalesce(t.is_system, false)
                     THEN t.balance + p_amount - p_levy_payee END, NULL);
            INSERT INTO wezer_wallet_accrual (wallet_id, delta)
                VALUES (p_treasury, p_levy_payee);
        END IF;
        IF coalesce(f.is_system, false) THEN
            INSERT INTO wezer_wallet_accrual (wallet_id, delta) VALUES (p_from, -v_out);
        END IF;
        IF coalesce(t.is_system, false) THEN
            INSERT INTO wezer_wallet_accrual (wallet_id, delta) VALUES (p_to, v_in);
        END IF;
    END IF;
    -- A treasury's row is left alone, unless something of it is set aside.
    UPDATE wezer_wallet SET
        balance = balance + CASE WHEN is_system THEN 0
                                 WHEN id = p_from THEN -v_out ELSE v_in END,
        reserved = reserved + CASE WHEN id = p_from THEN p_reserved ELSE 0 END,
        incoming = incoming + CASE WHEN id = p_to THEN p_incoming ELSE 0 END
      WHERE id IN (p_from, p_to)
        AND (is_system IS NOT TRUE
             OR (id = p_from AND (v_bound OR p_reserved <> 0))
             OR (id = p_to AND p_incoming <> 0));
    RETURN v_answer;
END $wezer$;

CREATE OR REPLACE FUNCTION wezer_ledger_is_append_only() RETURNS trigger
LANGUAGE plpgsql AS $wezer$
BEGIN
    RAISE EXCEPTION 'the ledger is append-only: % refused', TG_OP;
END $wezer$;

DROP TRIGGER IF EXISTS wezer_ledger_entry_rows ON wezer_ledger_entry;
CREATE TRIGGER wezer_ledger_entry_rows BEFORE UPDATE OR DELETE ON wezer_ledger_entry
    FOR EACH ROW EXECUTE FUNCTION wezer_ledger_is_append_only();
DROP TRIGGER IF EXISTS wezer_ledger_entry_table ON wezer_ledger_entry;
CREATE TRIGGER wezer_ledger_entry_table BEFORE TRUNCATE ON wezer_ledger_entry
    FOR EACH STATEMENT EXECUTE FUNCTION wezer_ledger_is_append_only();

-- The database itself refuses an entry between wallets of two currencies. By a
-- trigger once a statement: Odoo drops foreign keys of two columns.
CREATE OR REPLACE FUNCTION wezer_ledger_one_currency() RETURNS trigger
LANGUAGE plpgsql AS $wezer$
BEGIN
    IF EXISTS (
        SELECT FROM fresh e
          JOIN wezer_wallet f ON f.id = e.from_id
          JOIN wezer_wallet t ON t.id = e.to_id
         WHERE f.wezer_currency_id <> e.wezer_currency_id
            OR t.wezer_currency_id <> e.wezer_currency_id) THEN
        RAISE EXCEPTION 'a ledger entry has one currency';
    END IF;
    RETURN NULL;
END $wezer$;
DROP TRIGGER IF EXISTS wezer_ledger_entry_currency ON wezer_ledger_entry;
CREATE TRIGGER wezer_ledger_entry_currency AFTER INSERT ON wezer_ledger_entry
    REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION wezer_ledger_one_currency();
CREATE INDEX IF NOT EXISTS wezer_wallet_accrual_wallet_idx
    ON wezer_wallet_accrual (wallet_id);
ALTER TABLE wezer_wallet_accrual ALTER COLUMN delta TYPE numeric(38,0);
-- Pairs that were refused for the other side's reasons, and how often that day
-- (tools/refused_tries.py).
CREATE TABLE IF NOT EXISTS wezer_refused_try (
    payer_id integer NOT NULL, payee_id integer NOT NULL,
    day date NOT NULL, tries integer NOT NULL,
    PRIMARY KEY (payer_id, payee_id, day)
);
