import logging

from odoo import SUPERUSER_ID, api, fields, models

from odoo.addons.wezer_base.tools.clock import each_due

_logger = logging.getLogger(__name__)


class WezerAnnouncement(models.Model):
    """A want whose price its author cannot pay now takes no answers meanwhile.

    Others see only that it is paused (design, section 4). A clock looks each night, a
    claim that was refused for it looks at once; the clock opens again what it paused.
    """

    _inherit = "wezer.announcement"

    short_of_money = fields.Boolean(
        copy=False, readonly=True, default=False, groups=fields.NO_ACCESS
    )

    @api.model
    def _cron_money(self):
        """Pause what cannot be paid now, open again what can."""
        self.env.flush_all()
        self.env.cr.execute(
            """SELECT a.id, a.author_id, a.price_mode, a.state,
                      l.wezer_currency_id, l.total_minor::text
                 FROM wezer_announcement a
                 JOIN wezer_announcement_price l ON l.announcement_id = a.id
                WHERE a.kind = 'want'
                  AND (a.state = 'open' OR (a.state = 'paused' AND a.short_of_money))
                ORDER BY a.id"""
        )
        rows = self.env.cr.fetchall()
        rooms = self._rooms({(row[1], row[4]) for row in rows})
        can, modes, states = {}, {}, {}
        for announcement, author, mode, state, currency, minor in rows:
            modes[announcement], states[announcement] = mode, state
            can.setdefault(announcement, []).append(
                self._covers(rooms[author, currency], currency, int(minor))
            )
        short, again = [], []
        for announcement, parts in can.items():
            pays = any(parts) if modes[announcement] == "one" else all(parts)
            if not pays and states[announcement] == "open":
                short.append(announcement)
            elif pays and states[announcement] == "paused":
                again.append(announcement)
        state = [("id", "in", short), ("state", "=", "open")]
        if each_due(self, state, lambda one: one._pause_for_money()):
            state = [("id", "in", again), ("short_of_money", "=", True)]
            each_due(self, state, lambda one: one._open_again())

    @api.model
    def _rooms(self, pairs):
        """Return ``{(partner id, currency id): minor units}``, None for no limit."""
        wallets = self.env["wezer.wallet"].sudo()
        rooms = wallets._spendable_of(pairs)
        partners = {author for author, _currency in pairs}
        for wallet in wallets.search(
            [("partner_id", "in", list(partners)), ("state", "!=", "open")]
        ):
            pair = wallet.partner_id.id, wallet.wezer_currency_id.id
            if pair in rooms:
                rooms[pair] = 0
        return rooms

    @api.model
    def _covers(self, room, currency, minor):
        """Say whether ``room`` (None: no limit) takes ``minor`` with its levy."""
        if room is None:
            return True
        levy = self.env["wezer.currency"].sudo().browse(currency)._levies(minor)[0]
        return minor + levy <= room

    def _is_short(self):
        """Say whether its author could not pay one answer now."""
        self.ensure_one()
        announcement = self.sudo()
        lines, author = announcement.price_line_ids, announcement.author_id.id
        if announcement.kind != "want" or not lines:
            return False
        rooms = self._rooms({(author, line.wezer_currency_id.id) for line in lines})
        can = [
            self._covers(
                rooms[author, line.wezer_currency_id.id],
                line.wezer_currency_id.id,
                line.total_minor,
            )
            for line in lines
        ]
        return not (any(can) if announcement.price_mode == "one" else all(can))

    def _pause_after_refusal(self):
        """Pause it where a claim is refused because the money does not suffice.

        The refusal undoes what its transaction did, so this is done after it, in a
        transaction of its own, whoever called and however: page or RPC.
        """
        cr, number, registry = self.env.cr, self.id, self.env.registry

        def look():
            # Nothing may leave a callback of a cursor that is being closed: its
            # connection would never go back to the pool.
            try:
                with registry.cursor() as fresh:
                    env = api.Environment(fresh, SUPERUSER_ID, {})
                    env["wezer.announcement"].browse(number)._pause_if_short()
            except Exception:
                _logger.exception("announcement %s was not looked at", number)

        # A page answers the refusal and commits; a call by RPC is rolled back.
        cr.postcommit.add(look)
        cr.postrollback.add(look)

    def _pause_if_short(self):
        """Pause what its author could not pay one answer to."""
        for announcement in self.sudo().exists():
            if announcement.state == "open" and announcement._is_short():
                announcement._pause_for_money()

    def _pause_for_money(self):
        """Take no answers for the time being, and tell who may pay."""
        if not self:
            return
        self.write({"state": "paused", "short_of_money": True})
        for author in self.author_id:
            mine = self.filtered(lambda one, author=author: one.author_id == author)
            author._wezer_notify(
                "short_of_money",
                lambda env, mine=mine: env._(
                    "Paused, as its price is more than can be paid now: %(titles)s",
                    titles=", ".join(mine[:5].mapped("title")),
                ),
                url=f"/market/{mine[0].slug}",
                record=mine[0],
                right="wallet",
            )

    def _open_again(self):
        for announcement in self:
            announcement.write({"state": "open", "short_of_money": False})
            self.env["wezer.notice"].sudo()._settle(announcement, ["short_of_money"])
            announcement._after_change()

    # === WHO SAYS SO HIMSELF === #

    def action_publish(self, acting_partner_id=None):
        """Open the announcement to answers, by its author's own word."""
        result = super().action_publish(acting_partner_id)
        self._forget_pause()
        return result

    def action_pause(self, acting_partner_id=None):
        """Take no answers until its author says so: no clock opens it."""
        result = super().action_pause(acting_partner_id)
        self._forget_pause()
        return result

    def _end(self, reason):
        self._forget_pause()
        return super()._end(reason)

    def _forget_pause(self):
        announcement = self.sudo().filtered("short_of_money")
        if announcement:
            announcement.short_of_money = False
            self.env["wezer.notice"].sudo()._settle(announcement, ["short_of_money"])
