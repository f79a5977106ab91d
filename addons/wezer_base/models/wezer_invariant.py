import logging

from odoo import api, models
from odoo.tools import SQL, LazyTranslate

from ..exceptions import NotAllowed
from ..tools.membership import JOINED
from ..tools.stored_sentence import Value

_lt = LazyTranslate(__name__)

_logger = logging.getLogger(__name__)


class WezerInvariant(models.AbstractModel):
    """What must hold on a live database; each addon adds its own checks."""

    _name = "wezer.invariant"
    _description = "Integrity checks"

    @api.model
    def _checks(self):
        """Return ``(sentence, function)`` pairs; a function returns offending rows."""
        return [
            (
                self.env._("Every person who can log in has one profile"),
                self._check_profiles,
            ),
            (
                self.env._("A profile has the same name as its contact"),
                self._check_profile_names,
            ),
            (
                self.env._("Members and groups can be found by their current names"),
                self._check_name_texts,
            ),
            (
                self.env._("A former address leads to a record that still exists"),
                self._check_former_addresses,
            ),
            (
                self.env._("No authorisation ends before it begins"),
                self._check_mandate_days,
            ),
            (
                self.env._("The address of a member is not the login of anyone else"),
                self._check_addresses,
            ),
            (
                self.env._(
                    "A confirmed address is the login of the person it belongs to"
                ),
                self._check_confirmed_addresses,
            ),
            (
                self.env._(
                    "A proposal waits for a signature until a date, or is decided"
                ),
                self._check_signatures,
            ),
        ]

    def _check_profiles(self):
        self.env.flush_all()
        self.env.cr.execute(
            """SELECT u.id, u.login FROM res_users u
               JOIN res_groups_users_rel r ON r.uid = u.id
               JOIN ir_model_data d ON d.model = 'res.groups' AND d.res_id = r.gid
                AND d.module = 'base' AND d.name IN ('group_portal', 'group_user')
               LEFT JOIN wezer_profile p ON p.partner_id = u.partner_id
               WHERE u.active AND u.id <> 1 AND p.id IS NULL"""
        )
        return self.env.cr.fetchall()

    def _check_former_addresses(self):
        slugs = self.env["wezer.slug"].sudo().search([])
        found = []
        for name in sorted(set(slugs.mapped("model"))):
            rows = slugs.filtered(lambda slug, name=name: slug.model == name)
            records = self.env[name].sudo().browse(rows.mapped("res_id")).exists()
            if name == "wezer.profile":
                records = records.filtered(lambda profile: profile.state != "left")
            known = set(records.ids)
            found += [
                (row.id, name, row.slug) for row in rows if row.res_id not in known
            ]
        return found

    def _check_mandate_days(self):
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT id, date_from, date_until FROM wezer_mandate"
            " WHERE date_until < date_from ORDER BY id"
        )
        return self.env.cr.fetchall()

    def _check_profile_names(self):
        self.env.flush_all()
        self.env.cr.execute(
            """SELECT w.id, w.name, p.name FROM wezer_profile w
               JOIN res_partner p ON p.id = w.partner_id
               WHERE p.name IS NOT NULL AND w.name IS DISTINCT FROM p.name"""
        )
        return self.env.cr.fetchall()

    def _check_name_texts(self):
        self.env.flush_all()
        self.env.cr.execute(
            """SELECT id, name, name_text FROM wezer_profile
                WHERE name_text IS DISTINCT FROM wezer_normalise(name)"""
        )
        return self.env.cr.fetchall()

    def _check_addresses(self):
        self.env.flush_all()
        self.env.cr.execute(
            """SELECT w.id, p.email_normalized, u.id FROM wezer_profile w
               JOIN res_partner p ON p.id = w.partner_id
               JOIN res_users u ON lower(u.login) = p.email_normalized
                AND u.active AND u.partner_id <> p.id
               WHERE w.state = ANY(%s)""",
            [list(JOINED)],
        )
        return self.env.cr.fetchall()

    def _check_confirmed_addresses(self):
        self.env.flush_all()
        self.env.cr.execute(
            """SELECT DISTINCT ON (c.partner_id) c.id, c.email, u.login
                 FROM wezer_address_change c
                 JOIN res_users u ON u.partner_id = c.partner_id AND u.active
                WHERE c.state = 'confirmed' AND u.share
                ORDER BY c.partner_id, c.date DESC, c.id DESC"""
        )
        return [row for row in self.env.cr.fetchall() if row[1] != row[2].lower()]

    def _check_signatures(self):
        """Return open proposals that nobody can end, and signed ones without all."""
        self.env.flush_all()
        found = []
        for model in self.env["wezer.signature"]._signed_models():
            self.env.cr.execute(
                SQL(
                    """SELECT p.id, %(name)s, p.signing_state FROM %(table)s p
                       WHERE p.signing_state IN ('open', 'signed')
                         AND ((p.signing_state = 'open') <> EXISTS (
                             SELECT FROM wezer_signature s
                              WHERE s.res_model = %(name)s AND s.res_id = p.id
                                AND s.version = p.signing_version
                                AND s.date_signed IS NULL)
                          OR p.signing_state = 'open' AND %(needs_deadline)s
                             AND p.signing_deadline IS NULL)
                       ORDER BY p.id""",
                    name=model._name,
                    table=SQL.identifier(model._table),
                    needs_deadline=model._signing_needs_deadline,
                )
            )
            found += self.env.cr.fetchall()
        return found

    @api.model
    def run(self) -> list[dict]:
        """Run every check; administrators only.

        :return: list of dicts ``name``, ``rows`` (at most ten offending rows)
        """
        if not (
            self.env.su or self.env.user.has_group("wezer_base.group_administrator")
        ):
            raise NotAllowed(
                self.env._("Only administrators can run the checks."), rule="role"
            )
        return [self._run_one(*check) for check in self._checks()]

    def _run_one(self, name, function):
        return {"name": str(name), "rows": [list(row) for row in function()[:10]]}

    def _run_each(self):
        """Yield the answer of each check, in a transaction of its own by night.

        All checks run, whatever time is left: the findings make one notice.
        """
        checks = self._checks()
        in_cron = self.env.context.get("ir_cron_progress_id")
        if in_cron:
            self.env["ir.cron"]._commit_progress(remaining=len(checks))
        for check in checks:
            yield {**self._run_one(*check), "check": check[1].__name__}
            if in_cron:
                self.env["ir.cron"]._commit_progress(1)

    @api.model
    def _cron_nightly(self):
        """Run every check; administrators get a notice where one fails."""
        notices = self.env["wezer.notice"].sudo()
        notices.search([("kind", "=", "check"), ("settled", "=", False)]).settled = True
        broken = [check for check in self.sudo()._run_each() if check["rows"]]
        for check in broken:
            _logger.error("%s: %s", check["name"], check["rows"])
        if not broken:
            return
        administrators = self.env.ref("wezer_base.group_administrator").sudo()
        notices._leave(
            administrators.all_user_ids.partner_id,
            "check",
            _lt(
                "The nightly check found a problem: %(what)s",
                what=[Value("check", check["check"]) for check in broken[:5]],
            ),
        )
