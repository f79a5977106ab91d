-- What statements count. A wallet of many payments has kept sums of each day of the
-- community (wezer_ledger_day), so that a period costs its days, not its payments. They
-- hold the entries up to wezer_ledger_kept.until_id, in the time zone named there;
-- whatever they do not hold is read from the ledger, so no result depends on them.
CREATE TABLE IF NOT EXISTS wezer_ledger_kept (
    wallet_id integer PRIMARY KEY,
    until_id integer NOT NULL,
    zone varchar NOT NULL
);
-- The last entry of a currency up to which it was counted which wallets are busy.
CREATE TABLE IF NOT EXISTS wezer_ledger_counted (
    wezer_currency_id integer PRIMARY KEY,
    until_id integer NOT NULL
);
CREATE TABLE IF NOT EXISTS wezer_ledger_day (
    wallet_id integer NOT NULL,
    begins timestamp NOT NULL,
    received numeric(38,0) NOT NULL,
    paid numeric(38,0) NOT NULL,
    entries integer NOT NULL,
    PRIMARY KEY (wallet_id, begins)
);

-- The last entry that the kept sums of a wallet hold, 0 where there are none.
CREATE OR REPLACE FUNCTION wezer_kept_until(p_wallet integer, p_zone varchar)
RETURNS integer LANGUAGE sql STABLE AS $wezer$
    SELECT coalesce((SELECT until_id FROM wezer_ledger_kept
                      WHERE wallet_id = p_wallet AND zone = p_zone), 0);
$wezer$;

-- What came to a wallet and went since the first of p_bounds, moments at which days
-- begin: by the number of the last bound that is not later.
-- Planned anew with each number of the last kept entry, and never compiled: either
-- would take longer than the query.
CREATE OR REPLACE FUNCTION wezer_wallet_moved(
    p_wallet integer, p_zone varchar, p_bounds timestamp[]
) RETURNS TABLE (bucket integer, received numeric, paid numeric, entries bigint)
LANGUAGE plpgsql STABLE SET jit = off AS $wezer$
BEGIN
    RETURN QUERY EXECUTE format($query$
        SELECT width_bucket(m.date, $1), sum(m.received), sum(m.paid),
               sum(m.entries)::bigint
          FROM (SELECT begins AS date, received, paid, entries FROM wezer_ledger_day
                 WHERE %2$s > 0 AND wallet_id = %1$s AND begins >= $2
                UNION ALL
                SELECT date, 0, amount, 1 FROM wezer_ledger_entry
                 WHERE from_id = %1$s AND id > %2$s AND date >= $2
                UNION ALL
                SELECT date, amount, 0, 1 FROM wezer_ledger_entry
                 WHERE to_id = %1$s AND id > %2$s AND date >= $2) m
         GROUP BY 1
    $query$, p_wallet, wezer_kept_until(p_wallet, p_zone))
    USING p_bounds, p_bounds[1];
END $wezer$;

-- The balances of a wallet after some of its entries, the newest first, in the order of
-- their dates, counted back from today's. p_begins and p_ends are the days that the
-- entries lie in. Nothing before the last of them is read: a day may have a million.
CREATE OR REPLACE FUNCTION wezer_wallet_balances(
    p_wallet integer, p_zone varchar, p_ids integer[],
    p_begins timestamp[], p_ends timestamp[]
) RETURNS TABLE (entry integer, balance numeric)
LANGUAGE plpgsql STABLE SET jit = off AS $wezer$
DECLARE v_now numeric; v_date timestamp; v_id integer; v_kept integer;
BEGIN
    SELECT w.balance + wezer_unswept(w) INTO v_now
      FROM wezer_wallet w WHERE w.id = p_wallet;
    SELECT e.date, e.id INTO v_date, v_id
      FROM wezer_ledger_entry e WHERE e.id = p_ids[cardinality(p_ids)];
    v_kept := wezer_kept_until(p_wallet, p_zone);
    RETURN QUERY EXECUTE format($query$
        SELECT r.id, r.after FROM (
            SELECT m.id, $1 + m.minor - sum(m.minor) OVER (
                       ORDER BY m.date DESC, m.id DESC ROWS UNBOUNDED PRECEDING
                   ) AS after
              FROM (SELECT NULL::integer AS id, begins AS date,
                           received - paid AS minor
                      FROM wezer_ledger_day
                     WHERE %2$s > 0 AND wallet_id = %1$s AND begins >= $5
                       AND begins <> ALL ($3)
                    UNION ALL
                    SELECT e.id, e.date, -e.amount FROM unnest($3, $4) d (since, until)
                      JOIN wezer_ledger_entry e ON e.from_id = %1$s
                       AND e.date >= d.since AND e.date < d.until AND e.id <= %2$s
                       AND (e.date, e.id) >= ($6, $7)
                    UNION ALL
                    SELECT e.id, e.date, e.amount FROM unnest($3, $4) d (since, until)
                      JOIN wezer_ledger_entry e ON e.to_id = %1$s
                       AND e.date >= d.since AND e.date < d.until AND e.id <= %2$s
                       AND (e.date, e.id) >= ($6, $7)
                    UNION ALL
                    SELECT id, date, -amount FROM wezer_ledger_entry
                     WHERE from_id = %1$s AND %3$s AND (date, id) >= ($6, $7)
                    UNION ALL
                    SELECT id, date, amount FROM wezer_ledger_entry
                     WHERE to_id = %1$s AND %3$s AND (date, id) >= ($6, $7)) m
        ) r WHERE r.id = ANY ($2)
    $query$, p_wallet, v_kept,
        -- A condition on the id beside the date would let PostgreSQL read the index
        -- from the first entry of that moment on.
        CASE WHEN v_kept > 0 THEN format('id > %s', v_kept) ELSE 'TRUE' END)
    USING v_now, p_ids, p_begins, p_ends,
          (SELECT min(since) FROM unnest(p_begins) since), v_date, v_id;
END $wezer$;
