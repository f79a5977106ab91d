-- The fast path of a payment, in one call: between open wallets of two members in an
-- internal currency. Checks who, state and data, then moves the money. Returns the
-- transfer, or NULL where this is no case for it, or it is refused: then
-- wezer.transfer does it, or explains why not, step by step, by the same wezer_move.
-- p_authorised: that the user acts for another payer was checked before.
CREATE OR REPLACE FUNCTION wezer_pay_fast_path(
    p_uid integer, p_authorised boolean, p_payer integer, p_payee integer,
    p_currency integer, p_amount numeric, p_per_unit numeric, p_kind varchar,
    p_purpose varchar, p_category integer, p_method varchar, p_key varchar,
    p_hash varchar, p_date timestamp
) RETURNS integer LANGUAGE plpgsql SET join_collapse_limit = 1 AS $wezer$
DECLARE
    a record;
    v_treasury integer;
    v_levy_payer numeric := 0; v_levy_payee numeric := 0;
    v_id integer; v_hash varchar; v_answer text;
    v_scope varchar;
BEGIN
    -- The user: a member in good standing, paying from their own wallet or authorised.
    -- The payee: a member, too. The currency: in use, of that unit, transferable, with
    -- nothing to do beside the ledger. No pair that was refused for the other side's
    -- reasons, yesterday or today: the community's day is not that of UTC, and the way
    -- step by step counts by the former.
    SELECT u.partner_id AS person, f.id AS payer, t.id AS payee, c.company_id,
           c.treasury_partner_id, c.levy_payer, c.levy_payer_fixed,
           c.levy_payee, c.levy_payee_fixed
      INTO a
      FROM res_users u
      JOIN wezer_profile p ON p.partner_id = u.partner_id AND p.state = 'active'
      JOIN wezer_profile o ON o.partner_id = p_payee AND o.state = 'active'
      JOIN wezer_currency c ON c.id = p_currency AND c.company_id = u.company_id
      JOIN wezer_wallet f
        ON f.partner_id = p_payer AND f.wezer_currency_id = p_currency
      JOIN wezer_wallet t
        ON t.partner_id = p_payee AND t.wezer_currency_id = p_currency
     WHERE u.id = p_uid AND u.active AND (u.partner_id = p_payer OR p_authorised)
       AND c.active AND c.transferable AND c.external IS NOT TRUE
       AND c.accounting_mode = 'seal' AND c.minor_per_unit = p_per_unit
       AND (c.category_required IS NOT TRUE OR p_category IS NOT NULL)
       AND f.is_system IS NOT TRUE AND t.is_system IS NOT TRUE AND f.id <> t.id
       AND NOT EXISTS (SELECT FROM wezer_refused_try
                        WHERE payer_id = p_payer AND payee_id = p_payee
                          AND day >= p_date::date - 1);
    IF NOT FOUND THEN RETURN NULL; END IF;
    IF p_key IS NOT NULL THEN
        v_scope := p_method || ':' || a.payer;
        SELECT id, key_hash INTO v_id, v_hash FROM wezer_transfer
         WHERE key_scope = v_scope AND key = p_key;
        IF FOUND THEN
            RETURN CASE WHEN v_hash = p_hash THEN v_id END;
        END IF;
    END IF;
    IF a.levy_payer > 0 OR a.levy_payer_fixed > 0
       OR a.levy_payee > 0 OR a.levy_payee_fixed > 0 THEN
        v_levy_payer := wezer_levy(p_amount, a.levy_payer_fixed, a.levy_payer);
        v_levy_payee := wezer_levy(p_amount, a.levy_payee_fixed, a.levy_payee);
        SELECT id INTO v_treasury FROM wezer_wallet
         WHERE partner_id = a.treasury_partner_id AND wezer_currency_id = p_currency;
        IF v_treasury IS NULL THEN RETURN NULL; END IF;
    END IF;
    INSERT INTO wezer_transfer
        (payer_id, payee_id, payer_wallet_id, payee_wallet_id, wezer_currency_id,
         company_id, amount_minor, settled_minor, reversed_minor, claim_minor,
         levy_payer_minor, levy_payee_minor, purpose, category_id, kind, state, date,
         key_scope, key, key_hash, person_id, notice_pending,
         create_uid, write_uid, create_date, write_date)
    VALUES (p_payer, p_payee, a.payer, a.payee, p_currency, a.company_id, p_amount, 0, 0, 0,
         v_levy_payer, v_levy_payee, p_purpose, p_category, p_kind, 'done', p_date,
         v_scope, p_key, CASE WHEN p_key IS NOT NULL THEN p_hash END, a.person, TRUE,
         p_uid, p_uid, p_date, p_date)
    RETURNING id INTO v_id;
    v_answer := wezer_move(v_id, a.payer, a.payee, p_kind, p_amount, v_levy_payer,
        v_levy_payee, v_treasury, 0, 0, TRUE, TRUE, p_date);
    IF v_answer NOT LIKE 'ok%' THEN
        DELETE FROM wezer_transfer WHERE id = v_id;
        RETURN NULL;
    ELSIF v_answer <> 'ok' THEN
        UPDATE wezer_transfer
           SET beyond_limit = v_answer LIKE 'ok_beyond%',
               warned = CASE WHEN v_answer LIKE '%_payer_payee' THEN 'both'
                             WHEN v_answer LIKE '%_payer' THEN 'payer'
                             WHEN v_answer LIKE '%_payee' THEN 'payee' END
         WHERE id = v_id;
    END IF;
    RETURN v_id;
END $wezer$;
