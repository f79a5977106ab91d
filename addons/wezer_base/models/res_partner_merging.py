from psycopg2 import IntegrityError

from odoo import Command, api, models
from odoo.fields import Domain
from odoo.tools import SQL, mute_logger

from ..exceptions import Refusal
from ..tools.rights import FAREWELL, PROVEN

# Which level of sharing shows less.
LEVEL_ORDER = {"nobody": 0, "members": 1, "everyone": 2}
JOINED_STATES = ("pending", "active", "suspended")


class ResPartner(models.Model):
    """Two accounts of one person become one; nothing of either is lost.

    The old account stays as a closed, archived contact that holds its part of
    the ledger's history; all else is said of the one that goes on.
    """

    _inherit = "res.partner"

    # === HOOKS: extended by each addon === #

    def _wezer_merge_obstacles(self, target):
        """Return the sentences that forbid merging this party into ``target``."""
        self.ensure_one()
        source, target = self.sudo(), target.sudo()
        said = []
        if not target or source == target:
            return [self.env._("Choose two different accounts.")]
        company = self.env.company.sudo().partner_id
        if any(
            one.wezer_is_treasury or one == company or not one._wezer_profile()
            for one in source | target
        ):
            said.append(self.env._("Only members are brought together."))
        if source.wezer_merged_into_id or target.wezer_merged_into_id:
            said.append(
                self.env._("One of them was brought together with another before.")
            )
        if target._wezer_profile().state not in JOINED_STATES:
            said.append(
                self.env._(
                    "%(name)s has left: choose the account that lives.",
                    name=target.name,
                )
            )
        if source.user_ids.filtered(lambda user: not user.share):
            said.append(
                self.env._(
                    "%(name)s works in the back office: take that role away first,"
                    " or keep this account.",
                    name=source.name,
                )
            )
        return said

    def _wezer_merge_into(self, target):
        """Let ``target`` go on with what this party has (sudo, checked before).

        Extensions do what needs care first (money, live deals) and call
        ``super()`` last: it repoints every row of ours and closes this account.
        """
        self.ensure_one()
        source, target = self.sudo(), target.sudo()
        source = source.with_context(active_test=True)
        keys = source._wezer_return_keys()
        source._wezer_merge_profile(target)
        source._wezer_repoint(target)
        source._wezer_merge_logins(target)
        own = target._wezer_profile()
        if own.admitted_by_id == target:
            own.admitted_by_id = False
        # What could not go on under the other name ends.
        source._wezer_end_mandates()
        source._wezer_profile().write(
            {"state": "left", "left_from": "active", "return_keys": keys}
        )
        source.write({"wezer_merged_into_id": target.id, "active": False})
        self._wezer_invalidate_acting()

    @api.model
    def _wezer_merge_keeps(self):
        """Return the ``model.field`` names that merging leaves with the old account."""
        return {
            "wezer.profile.partner_id",
            "wezer.profile.search_partner_id",
        }

    # === DOING IT === #

    def _wezer_check_merge(self, target):
        """Refuse what would harm somebody.

        :raise Refusal: rule ``merge``
        """
        said = self._wezer_merge_obstacles(target)
        if said:
            raise Refusal(" ".join(said), rule="merge", value=str(len(said)))

    def _wezer_merge_preview(self, target):
        """Return what would move: ``[(what people call it, count or amount)]``."""
        self.ensure_one()
        domains = {}
        for field in self._wezer_fields_pointing_here():
            named = Domain(field.name, "in", self.ids)
            domains.setdefault(field.model_name, []).append(named)
        counts = []
        for model_name, named in domains.items():
            model = self.env[model_name].sudo().with_context(active_test=False)
            count = model.search_count(Domain.OR(named))
            if count:
                name = self.env["ir.model"]._get(model_name).sudo().name
                counts.append((name, count))
        return sorted(counts)

    def _wezer_merge_profile(self, target):
        """Fill what is empty there; the stricter of both choices of sharing holds."""
        mine, theirs = self._wezer_profile(), target._wezer_profile()
        vals = {}
        for name, field in theirs._fields.items():
            if not field.store or field.compute or field.related:
                continue
            if name.startswith("share_"):
                vals[name] = min(
                    mine[name], theirs[name], key=lambda level: LEVEL_ORDER[level]
                )
            elif field.type == "many2many":
                vals[name] = [Command.set((mine[name] | theirs[name]).ids)]
            elif name in self._wezer_filled_fields() and not theirs[name]:
                vals[name] = mine[name]
        vals["is_founder"] = mine.is_founder or theirs.is_founder
        if "suspended" in (mine.state, theirs.state):
            # Nobody gets rid of a suspension by a second account.
            vals["state"] = "suspended"
        days = [day for day in (mine.joined_date, theirs.joined_date) if day]
        vals["joined_date"] = min(days, default=False)
        theirs.write(
            {
                name: value.id if isinstance(value, models.BaseModel) else value
                for name, value in vals.items()
            }
        )
        contact = self.with_context(tracking_disable=True)
        # Both addresses were there, and administrators bring them together.
        proven = target.with_context(tracking_disable=True, wezer_proven=PROVEN)
        proven.write(
            {
                name: self[name]
                for name in ("email", "phone")
                if self[name] and not target[name]
            }
        )
        slugs = self.env["wezer.slug"].sudo()
        addresses = [*slugs._of(mine).mapped("slug"), mine.slug]
        mine._forget_all()
        for slug in addresses:
            slugs._keep(theirs, slug)
        contact.write({"email": False, "phone": False})

    @api.model
    def _wezer_filled_fields(self):
        """Return the profile's fields that the other account may fill."""
        fixed = {"partner_id", "company_id", "state", "slug", "active"}
        fixed |= {"left_date", "left_from", "return_keys", "joined_date"}
        return {
            name for name in self.env["wezer.profile"]._fields if name not in fixed
        } - set(models.MAGIC_COLUMNS)

    def _wezer_merge_logins(self, target):
        """Keep one login: that of the account that stays, else this one's."""
        users = self.user_ids
        if not target.user_ids:
            users.write({"partner_id": target.id})
            return
        for user in users.with_context(wezer_farewell=FAREWELL):
            user.write({"login": f"__merged_user_{user.id}", "password": ""})
        users.api_key_ids._remove()
        users.action_archive()

    # === WHAT POINTS AT A PARTY === #

    @api.model
    def _wezer_fields_pointing_here(self):
        """Return the stored fields of the suite's models whose value is a partner.

        Asked of the registry, so that another addon's field is found without
        anybody thinking of it.
        """
        keeps, tables, pointing = self._wezer_merge_keeps(), set(), []
        for model in self.env.registry.values():
            if model._abstract or model._transient or not model._auto:
                continue
            ours = model._name.startswith("wezer.")
            for field in model._fields.values():
                if field.comodel_name != self._name or not field.store:
                    continue
                if f"{model._name}.{field.name}" in keeps or field.company_dependent:
                    continue
                # Ours on Odoo's own models too, a task's assignee for instance.
                if not ours and not (field._module or "").startswith("wezer_"):
                    continue
                if field.compute or field.related:
                    continue
                if field.type == "many2one" and model._name != self._name:
                    pointing.append(field)
                elif field.type == "many2many" and field.relation not in tables:
                    tables.add(field.relation)
                    pointing.append(field)
        return pointing

    def _wezer_repoint(self, target):
        """Let every row of the suite that names this party name ``target``.

        A row that its table's rules do not let change stays with the old account:
        what both were sides of, or both have already.
        """
        self.env.flush_all()
        for field in self._wezer_fields_pointing_here():
            if field.type == "many2many":
                self._wezer_repoint_relation(field, target)
            else:
                self._wezer_repoint_column(field, target)
        self.env.invalidate_all(flush=False)

    def _wezer_repoint_column(self, field, target):
        model = self.env[field.model_name].sudo().with_context(active_test=False)
        table, column = SQL.identifier(model._table), SQL.identifier(field.name)
        rows = self.env.execute_query(
            SQL("SELECT id FROM %s WHERE %s = %s ORDER BY id", table, column, self.id)
        )
        ids = [row[0] for row in rows]
        # In SQL: some rows (terms, assessments) refuse every ``write``, and this
        # changes no decision of theirs.
        moved = self._wezer_update(table, column, target.id, ids)
        if moved is None:
            moved = [
                one
                for one in ids
                if self._wezer_update(table, column, target.id, [one]) is not None
            ]
        else:
            moved = ids
        records = model.browse(moved)
        records.invalidate_recordset(flush=False)
        records.modified([field.name])

    def _wezer_update(self, table, column, new, ids):
        """Write ``new`` into rows ``ids``; None where a rule of the table forbids."""
        if not ids:
            return ids
        try:
            with mute_logger("odoo.sql_db"), self.env.cr.savepoint(flush=False):
                self.env.cr.execute(
                    SQL(
                        "UPDATE %s SET %s = %s WHERE id = ANY(%s)",
                        table,
                        column,
                        new,
                        ids,
                    )
                )
        except IntegrityError:
            return None
        return ids

    def _wezer_repoint_relation(self, field, target):
        names = {
            "table": SQL.identifier(field.relation),
            "mine": SQL.identifier(field.column2),
            "other": SQL.identifier(field.column1),
            "old": self.id,
            "new": target.id,
        }
        self.env.cr.execute(
            SQL(
                "INSERT INTO %(table)s (%(mine)s, %(other)s)"
                " SELECT %(new)s, %(other)s FROM %(table)s WHERE %(mine)s = %(old)s"
                " ON CONFLICT DO NOTHING",
                **names,
            )
        )
        self.env.cr.execute(
            SQL("DELETE FROM %(table)s WHERE %(mine)s = %(old)s", **names)
        )


class WezerProfile(models.Model):
    _inherit = "wezer.profile"

    def action_merge_into(self, target_id):
        """Bring these accounts together with another of the same person.

        :param int target_id: the profile that stays
        :raise Refusal: rule ``merge``, where it would harm somebody
        :return: ``target_id``
        """
        self._check_administrator()
        target = self.browse(target_id).exists()
        if not self or not target or self.exists() != self:
            raise Refusal(
                self.env._("Choose the account that stays, and the others."),
                rule="merge",
            )
        for profile in self - target:
            # Shown above that an administrator asks; the rows are anybody's.
            source, stays = profile._plain_partner(), target._plain_partner()
            source._wezer_check_merge(stays)
            source._wezer_merge_into(stays)
        return target.id
