"""Plain modules of the market.

``geo``, ``matching`` and ``parts`` are arithmetic and run without Odoo. The
others take a recordset or an environment, and act as its user: ``search_params``,
``search_sql`` and ``search_index`` (the search), ``matchmaking`` (who fits what),
``feeds`` and ``announcement_cards`` (what pages and feeds show). Of a deal:
``deal_money`` (setting aside, paying, giving back), ``deal_approvals`` (how many
approve), ``deal_waiting_list`` (places), ``deal_attendance``, ``deal_calendar``
(reminders and calendar entries), ``deal_page`` (its page), ``deal_words`` (its money
and date in words), ``deal_stream`` (what was said and done) and ``deal_list`` (*My
deals*).
"""
