import hashlib
import json
import logging
from base64 import b64decode, b64encode
from functools import partial
from typing import Any

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import LazyTranslate

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal
from odoo.addons.wezer_base.tools import imports, locks
from odoo.addons.wezer_base.tools.shown_numbers import format_decimal
from odoo.addons.wezer_base.tools.state_machine import StateMachine, Transition
from odoo.addons.wezer_currency.tools import treasury_policy
from odoo.addons.wezer_currency.tools.texts import storable

from ..tools import backup_first, checking, opening, proof, shown, taking_back
from ..tools.community_import import CommunityImport
from ..tools.content import Unreadable
from ..tools.unreadable_words import in_words

_lt = LazyTranslate(__name__)
_logger = logging.getLogger(__name__)

# An import that the server ends is begun anew so often.
TRIES = 2
# Bytes of all files of a move together.
SIZE_MAX = 512 * 1024 * 1024
FILES_MAX = 100
OPTIONS = (
    *("system", "code", "time_zone", "currency", "currency_name"),
    *("decimal_sign", "day_order", "export_currency"),
)
REASON_LENGTH = 1000
# Names of the readers, see `tools/readers`.
SYSTEMS = [
    ("ces", "CES or IntegralCES"),
    ("timeoverflow", "TimeOverflow (Download all)"),
    ("timeoverflow-sql", "TimeOverflow (tables of its database)"),
    ("komunitin", "Komunitin"),
    ("cyclos", "Cyclos"),
    ("community_forge", "Community Forge"),
    ("elas", "eLAS or eLAND"),
    ("oscurrency", "oscurrency"),
    ("open_collective", "Open Collective"),
    ("wezer", "Wezer"),
    ("spreadsheet", "A spreadsheet"),
]

MOVE = StateMachine(
    states=(
        "read",
        "checked",
        "importing",
        "imported",
        "proved",
        "open",
        "taken_back",
        "finished",
    ),
    rules={
        "administrator": "an administrator of the community",
        "cron": "a scheduled action, or the command",
    },
    transitions=(
        Transition("start", (), ("read",), "administrator", "start"),
        Transition(
            "check",
            ("read", "checked"),
            ("checked",),
            "administrator",
            "action_check",
            "replays everything; nothing is kept but the report",
        ),
        Transition(
            "decide",
            ("checked",),
            ("checked",),
            "administrator",
            "action_decide",
            "the report has to be made anew afterwards",
        ),
        Transition(
            "backup",
            ("checked",),
            ("checked",),
            "administrator",
            "action_backup",
            "a scheduled action makes it",
        ),
        Transition(
            "import",
            ("checked",),
            ("importing",),
            "administrator",
            "action_import",
            "the report is of now, and nothing waits for a decision",
        ),
        Transition(
            "post",
            ("importing",),
            ("imported", "checked"),
            "cron",
            "_import_now",
            "in one transaction; what fails leaves nothing",
        ),
        Transition(
            "prove",
            ("imported", "proved"),
            ("proved",),
            "administrator",
            "action_prove",
            "every balance is as replayed, and every row is accounted for",
        ),
        Transition(
            "take_back",
            ("imported", "proved"),
            ("taken_back",),
            "administrator",
            "action_take_back",
            "the move made the currency, and nothing was paid in it since",
        ),
        Transition("open", ("proved",), ("open",), "administrator", "action_open"),
        Transition(
            "finish",
            ("read", "checked", "open", "taken_back"),
            ("finished",),
            "administrator",
            "action_finish",
            "the contents of the files are deleted",
        ),
    ),
)
#: States in which the rows of the move are in the ledger.
POSTED = ("imported", "proved", "open")


class WezerMovein(models.Model):
    """A community that moves in from another system, with its history and a proof.

    Files are read and replayed by plain modules, which :mod:`..tools.checking` calls;
    :mod:`..tools.community_import` imports, :mod:`..tools.proof` proves. Everything
    is the administrators': rows change by the actions of this class only.
    """

    _name = "wezer.movein"
    _inherit = ["wezer.state.mixin", "wezer.record.mixin"]
    _description = "Community that moves in"
    _order = "id desc"
    _state_machine = MOVE

    name = fields.Char(string="Community", readonly=True)
    system = fields.Char(readonly=True, help="The name of the reader of these files.")
    system_name = fields.Char(string="Old system", compute="_compute_system_name")
    layout = fields.Char(readonly=True)
    code = fields.Char(
        string="Old code", readonly=True, help="The code of the community over there."
    )
    time_zone = fields.Char(
        readonly=True, help="The time zone of the dates in the files."
    )
    state = fields.Selection(
        [
            ("read", "Files read"),
            ("checked", "Checked"),
            ("importing", "Being imported"),
            ("imported", "Imported"),
            ("proved", "Proved"),
            ("open", "Open"),
            ("taken_back", "Taken back"),
            ("finished", "Finished"),
        ],
        required=True,
        default="read",
        readonly=True,
        index=True,
    )
    options = fields.Json(readonly=True, groups="wezer_base.group_administrator")
    wezer_currency_id = fields.Many2one(
        "wezer.currency",
        string="Currency",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    makes_currency = fields.Boolean(
        readonly=True, help="The currency was made by this move."
    )
    person_id = fields.Many2one(
        "res.partner", string="Started by", readonly=True, ondelete="restrict"
    )
    file_ids = fields.One2many("wezer.movein.file", "movein_id", readonly=True)
    account_ids = fields.One2many(
        "wezer.movein.account",
        "movein_id",
        readonly=True,
        groups="wezer_base.group_administrator",
    )
    problem_ids = fields.One2many(
        "wezer.movein.problem",
        "movein_id",
        readonly=True,
        groups="wezer_base.group_administrator",
    )
    decision_ids = fields.One2many(
        "wezer.movein.decision",
        "movein_id",
        readonly=True,
        groups="wezer_base.group_administrator",
    )
    is_stale = fields.Boolean(
        string="To be checked again",
        readonly=True,
        help="Something was decided after the last check.",
    )
    report = fields.Json(readonly=True, groups="wezer_base.group_administrator")
    summary = fields.Char(compute="_compute_summary", compute_sudo=True)
    lacks = fields.Text(
        string="Not in the files, in English",
        readonly=True,
        help="The exports of this system never contain it.",
    )
    lacks_text = fields.Text(
        string="Not in the files",
        compute="_compute_lacks_text",
        help="The exports of this system never contain it.",
    )
    undecided_count = fields.Integer(
        string="To decide",
        compute="_compute_undecided_count",
        compute_sudo=True,
    )
    failure = fields.Text(
        string="Reason of the failure", readonly=True, help="Nothing was kept."
    )
    tries = fields.Integer(readonly=True, aggregator=None)
    progress = fields.Char(
        compute="_compute_progress",
        compute_sudo=True,
        help="How far the import is. It goes on when you leave this page.",
    )
    progress_share = fields.Integer(
        string="Share of this step (%)",
        compute="_compute_progress",
        compute_sudo=True,
        aggregator=None,
    )
    question_ids = fields.One2many(
        "wezer.movein.problem",
        "movein_id",
        string="Needs a decision",
        domain=[("asks", "=", True)],
        readonly=True,
        groups="wezer_base.group_administrator",
    )
    told_ids = fields.One2many(
        "wezer.movein.problem",
        "movein_id",
        string="For information",
        domain=[("asks", "=", False)],
        readonly=True,
        groups="wezer_base.group_administrator",
    )
    backup_waits = fields.Boolean(string="A backup is being made", readonly=True)
    date_backup = fields.Datetime(string="Backup made on", readonly=True)
    backup_told = fields.Text(
        string="Result of the backup",
        readonly=True,
        groups="wezer_base.group_administrator",
        help="Where the backup is, or why it could not be made.",
    )
    date_checked = fields.Datetime(string="Checked on", readonly=True)
    date_imported = fields.Datetime(string="Imported on", readonly=True)
    date_proved = fields.Datetime(string="Proved on", readonly=True)
    date_opened = fields.Datetime(string="Opened on", readonly=True)
    batch_number = fields.Integer(readonly=True, aggregator=None)
    last_transfer = fields.Integer(readonly=True, aggregator=None)
    last_entry = fields.Integer(readonly=True, aggregator=None)
    # Of what this move made, for taking it back and for opening.
    made = fields.Json(readonly=True, groups=fields.NO_ACCESS)
    proof = fields.Json(
        readonly=True,
        groups="wezer_base.group_administrator,wezer_base.group_moderator",
    )
    rows_digest = fields.Char(string="SHA-256 of the payments", readonly=True)
    accounts_digest = fields.Char(string="SHA-256 of the accounts", readonly=True)
    seal_id = fields.Many2one(
        "wezer.ledger.seal",
        compute="_compute_seal_id",
        groups="wezer_base.group_administrator",
        help="The seal of the ledger that covers the imported payments.",
    )
    may_check = fields.Boolean(compute="_compute_may")
    may_backup = fields.Boolean(compute="_compute_may")
    may_import = fields.Boolean(compute="_compute_may")
    may_prove = fields.Boolean(compute="_compute_may")
    may_take_back = fields.Boolean(compute="_compute_may")
    may_open = fields.Boolean(compute="_compute_may")
    may_finish = fields.Boolean(compute="_compute_may")
    may_send_letters = fields.Boolean(compute="_compute_may")
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )

    # === COMPUTE === #

    @api.depends("system")
    @api.depends_context("lang")
    def _compute_system_name(self):
        labels = dict(
            self.env["wezer.movein.start"]
            ._fields["system"]
            ._description_selection(self.env)
        )
        for move in self:
            move.system_name = labels.get(move.system, move.system)

    @api.depends("name", "code", "system_name")
    def _compute_display_name(self):
        for move in self:
            move.display_name = " · ".join(
                filter(None, (move.name or move.code, move.system_name))
            ) or self.env._("Community")

    @api.depends("report")
    @api.depends_context("lang")
    def _compute_summary(self):
        for move in self:
            report = move.report or {}
            if "postings" not in report:
                # A move that was read only has no postings yet.
                move.summary = False
                continue
            levies = report.get("levies", 0)
            counts = {
                name: format_decimal(self.env, count, 0)
                for name, count in {
                    "people": report.get("people", 0),
                    "accounts": report.get("accounts", 0),
                    "payments": report["postings"] - levies,
                    "levies": levies,
                    "differences": report.get("differences", 0),
                }.items()
            }
            if levies:
                move.summary = self.env._(
                    "%(people)s people, %(accounts)s accounts, %(payments)s payments,"
                    " %(levies)s levies on them, %(differences)s balances that differ.",
                    **counts,
                )
                continue
            move.summary = self.env._(
                "%(people)s people, %(accounts)s accounts, %(payments)s payments,"
                " %(differences)s balances that differ.",
                **counts,
            )

    @api.depends("lacks")
    @api.depends_context("lang")
    def _compute_lacks_text(self):
        for move in self:
            lines = (move.lacks or "").splitlines()
            move.lacks_text = "\n".join(shown.term(self.env, one) for one in lines)

    @api.depends("problem_ids.is_undecided")
    def _compute_undecided_count(self):
        counted = dict(
            self.env["wezer.movein.problem"]._read_group(
                [("movein_id", "in", self.ids), ("is_undecided", "=", True)],
                ["movein_id"],
                ["__count"],
            )
        )
        for move in self:
            move.undecided_count = counted.get(move, 0)

    @api.depends("state")
    def _compute_progress(self):
        rows = self.env["wezer.movein.progress"].search(
            [("movein_id", "in", self.ids)], order="id"
        )
        by_move = {row.movein_id.id: row for row in rows}
        for move in self:
            row = by_move.get(move.id)
            importing = move.state == "importing" and row
            move.progress = row._in_words() if importing else False
            move.progress_share = row._share() if importing else 0

    def _compute_seal_id(self):
        seals = self.env["wezer.ledger.seal"].sudo()
        for move in self:
            if not move.last_entry:
                move.seal_id = False
                continue
            move.seal_id = seals.search(
                [
                    ("wezer_currency_id", "=", move.wezer_currency_id.id),
                    ("from_entry_id", "<=", move.last_entry),
                    ("to_entry_id", ">=", move.last_entry),
                ],
                limit=1,
            )

    @api.depends("state", "is_stale", "undecided_count", "backup_waits")
    @api.depends_context("uid")
    def _compute_may(self):
        actions = (
            *("check", "backup", "import", "prove", "take_back", "open", "finish"),
        )
        for move in self:
            for action in actions:
                move[f"may_{action}"] = bool(move.id) and move._may(action)
            move.may_send_letters = move.state == "open"

    # === PERMISSIONS === #

    def _why_not(self, action):
        """Return why the current user may not do ``action``, or None."""
        self.ensure_one()
        return (
            self._administrator_refusal()
            or self._state_refusal(action)
            or self._data_refusal(action)
        )

    @api.model
    def _administrator_refusal(self):
        if self.env.user.has_group("wezer_base.group_administrator"):
            return None
        return NotAllowed(
            self.env._("Only administrators can move a community in."), rule="role"
        )

    @api.model
    def _check_administrator(self):
        if refusal := self._administrator_refusal():
            raise refusal

    def _data_refusal(self, action):
        move = self.sudo()
        if action == "backup":
            return move._backup_refusal()
        if action == "import":
            return move._import_refusal()
        if action == "take_back":
            return taking_back.refusal(move)
        return None

    def _backup_refusal(self):
        if not self.backup_waits:
            return None
        return Refusal(self.env._("A backup is being made already."), rule="backup")

    def _import_refusal(self):
        if self.is_stale:
            return Refusal(
                self.env._(
                    "Something was decided since the last check. Check again, then"
                    " import."
                ),
                rule="stale",
            )
        if count := self.undecided_count:
            return Refusal(
                self.env._(
                    "%(count)s problems need a decision before the import.",
                    count=count,
                ),
                rule="undecided",
                value=str(count),
                limit="0",
            )
        return None

    # === ACTIONS: READING AND CHECKING === #

    @api.model
    def start(self, files: list[list[str]], options: dict | None = None) -> int:
        """Take the files of a community and say what they are; administrators only.

        :param files: pairs of a file's name and its content in base64; one zip, or
            the files that are in it
        :param options: ``system``, ``code``, ``time_zone``, ``currency`` (a code),
            ``currency_name``, where the files do not tell
        :return: id of the move
        :raise Refusal: rules ``files``, ``options``, and the code of what makes the
            files unreadable
        """
        move, _content = self._begin(files, options)
        return move.id

    @api.model
    def _begin(self, files, options):
        """Keep and read the files; return the move (sudo), and what they hold."""
        self._check_administrator()
        given = self._checked_options(options)
        decoded = self._decoded_files(files)
        # Checked above; nobody creates rows but by this.
        move = self.sudo().create(
            {"options": given, "person_id": self.env.user.partner_id.id}
        )
        move.file_ids.create(
            [
                {
                    "movein_id": move.id,
                    "name": name,
                    "data": b64encode(data),
                    "sha256": hashlib.sha256(data).hexdigest(),
                    "size": len(data),
                }
                for name, data in decoded
            ]
        )
        content = move._content()
        checking.keep_reading(move, content)
        return move, content

    @api.model
    def _checked_options(self, options):
        options = {} if options is None else options
        if (
            not isinstance(options, dict)
            or options.keys() - set(OPTIONS)
            or not all(
                isinstance(value, str) and len(value) <= 200 and storable(value)
                for value in options.values()
            )
        ):
            raise Refusal(
                self.env._(
                    "Choose the system, the code, the time zone and the currency only."
                ),
                rule="options",
            )
        return {name: value.strip() for name, value in options.items() if value.strip()}

    @api.model
    def _decoded_files(self, files):
        if not isinstance(files, list | tuple) or not 1 <= len(files) <= FILES_MAX:
            raise Refusal(self.env._("Choose the files first."), rule="files")
        decoded, size = [], 0
        for pair in files:
            if (
                not isinstance(pair, list | tuple)
                or len(pair) != 2
                or not isinstance(pair[0], str)
                or not storable(pair[0])
                or not isinstance(pair[1], str | bytes)
            ):
                raise Refusal(self.env._("Choose the files first."), rule="files")
            size += len(pair[1]) * 3 // 4
            if size > SIZE_MAX:
                raise Refusal(
                    self.env._("These files are too large together."),
                    rule="size",
                    value=str(size),
                    limit=str(SIZE_MAX),
                )
            try:
                decoded.append((pair[0], b64decode(pair[1], validate=True)))
            except ValueError as error:
                raise Refusal(
                    self.env._(
                        "The file “%(name)s” did not arrive whole.", name=pair[0]
                    ),
                    rule="files",
                ) from error
        return decoded

    def _content(self):
        """Return what the files hold; refuse files that changed since the start."""
        self.ensure_one()
        files = self._checked_files()
        if not any(data for _name, data in files):
            raise Refusal(
                self.env._("The contents of these files were deleted already."),
                rule="files",
            )
        return self._read(files, self.options or {})

    @api.model
    def _read(self, files, options):
        """Return the content of ``files``; refuse, in words, what is not readable."""
        try:
            return checking.read(files, options)
        except Unreadable as error:
            raise Refusal(in_words(self.env, error), rule=error.code) from error

    def _replayed(self, content):
        """Return the replay of ``content`` with what was decided so far."""
        self.ensure_one()
        try:
            return checking.replay(content, self._decisions())
        except Unreadable as error:
            # A decision has a value that is none, such as a date.
            raise Refusal(str(error), rule=error.code) from error

    def _decisions(self):
        """Return the decision in force for each key of a problem."""
        decisions: dict[str, dict[str, Any]] = {}
        for decision in self.decision_ids.sorted("id"):
            decisions[decision.key] = {
                "choice": decision.choice,
                "value": decision.value or None,
                "reason": decision.reason or "",
            }
        return decisions

    def action_check(self) -> bool:
        """Replay everything and report; the database keeps nothing else."""
        self.ensure_one()
        self._check_may("check")
        move = self.sudo()
        move._check_content(move._content())
        return True

    def _check_content(self, content):
        """Replay what the files hold, and keep the report (sudo, checked before)."""
        checking.keep_report(self, content, self._replayed(content))

    def action_decide(
        self,
        keys: list[str] | str,
        choice: str,
        reason: str = "",
        value: str | None = None,
    ) -> int:
        """Decide about one or many problems.

        :param keys: keys of problems of this move; a code stands for all its problems
        :param choice: one of the choices of these problems
        :param reason: why, in a sentence
        :param value: a date, an account or a person, where the choice needs it
        :return: how many problems were decided
        :raise Refusal: rules ``state``, ``problem``, ``choice``
        """
        self.ensure_one()
        self._check_administrator()
        problems = self._problems_called(keys)
        reports = problems.filtered("account_id")
        if problems - reports or not reports:
            # Members' reports are answered when the community is here already.
            self._check_may("decide")
        for problem in problems:
            if choice not in (problem.choices or "").split():
                raise Refusal(
                    self.env._(
                        "“%(choice)s” is no choice for the problem “%(code)s”."
                        " Choose one of: %(choices)s.",
                        choice=choice,
                        code=problem.code,
                        choices=problem.choices or self.env._("none"),
                    ),
                    rule="choice",
                    value=str(choice),
                    limit=problem.choices,
                )
        checking.decide(problems, choice, reason, value)
        if problems - reports:
            # Checked above: an administrator decides.
            self.sudo().is_stale = True
        self.env["wezer.notice"]._settle(reports.account_id)
        return len(problems)

    def _problems_called(self, keys):
        """Return the problems (sudo) of these keys or codes; none is left out."""
        keys = [keys] if isinstance(keys, str) else keys
        if not isinstance(keys, list | tuple) or not keys:
            keys = [""]
        problems = self.env["wezer.movein.problem"].sudo()
        # What is no text is the name of no problem.
        keys = [key if isinstance(key, str) else repr(key)[:80] for key in keys]
        texts = [key for key in keys if storable(key)]
        found = problems.search(
            [
                ("movein_id", "=", self.id),
                "|",
                ("key", "in", texts),
                ("code", "in", texts),
            ]
        )
        known = {*found.mapped("key"), *found.mapped("code")}
        for key in keys:
            if key not in known:
                raise Refusal(
                    self.env._("This move has no problem “%(key)s”.", key=key),
                    rule="problem",
                    value=str(key),
                )
        return found

    # === ACTIONS: IMPORT === #

    def action_backup(self) -> bool:
        """Make a backup of database and files soon, by a scheduled action."""
        self.ensure_one()
        self._check_may("backup")
        move = self.sudo()
        move.write({"backup_waits": True, "backup_told": False})
        # Checked just above; the cron belongs to the system.
        self.env.ref("wezer_movein.ir_cron_backup").sudo()._trigger()
        return True

    @api.model
    def _cron_backup(self):
        """Make the backup that administrators asked for."""
        backup_first.make(self.sudo().search([("backup_waits", "=", True)]))

    def action_import(self) -> bool:
        """Import soon, by a scheduled action; nothing is kept of what fails."""
        self.ensure_one()
        self._check_may("import")
        move = self.sudo()
        move._checked_files()
        move.write({"state": "importing", "failure": False, "tries": 0})
        move.env["wezer.movein.progress"].create({"movein_id": move.id})
        # Checked just above; the cron belongs to the system.
        self.env.ref("wezer_movein.ir_cron_import").sudo()._trigger()
        return True

    def _checked_files(self):
        """Return names and contents of the files that were handed over.

        :raise Refusal: rule ``changed``, where one is not what it was
        """
        files = []
        given = self.file_ids.filtered(lambda file: not file.is_inside)
        for file in given.sorted("id"):
            data = b64decode(file.data or b"")
            if data and hashlib.sha256(data).hexdigest() != file.sha256:
                raise Refusal(
                    self.env._(
                        "The file “%(name)s” was changed after it was read. Start"
                        " again with the files of now.",
                        name=file.name,
                    ),
                    rule="changed",
                    value=file.name,
                )
            files.append((file.name, data))
        # Large files stay once in memory, as what was decoded.
        given.invalidate_recordset(["data"])
        return files

    def _import_now(self, progress=None, content=None):
        """Import in this transaction, all of it or nothing (sudo, checked before).

        :param progress: called with what is done, how much of it, and of how much
        :param content: what the files hold, where they were read just before
        """
        self.ensure_one()
        self._check_state("post")
        imports.hold(self.env)
        # Methods of scheduled actions commit what they did: not in the midst of this.
        move = self.with_context(ir_cron_progress_id=None)
        content = content or move._content()
        replay = move._replayed(content)
        CommunityImport(move, content, replay, progress).run()

    @api.model
    def _cron_import(self):
        """Import what waits; each move in a transaction of its own."""
        cron = self.env["ir.cron"]
        waiting = self.sudo().search([("state", "=", "importing")], order="id")
        for place, move in enumerate(waiting):
            move._try_import()
            if self.env.context.get("ir_cron_progress_id"):
                cron._commit_progress(1, remaining=len(waiting) - place - 1)

    def _try_import(self):
        """Import this move; what fails is told, and leaves nothing."""
        if self.tries >= TRIES:
            self._fail(
                self.env._(
                    "The server ended the import before it was complete. Import by"
                    " the command ./wezer movein, which has no limit of time."
                )
            )
            return
        self.tries += 1
        if self.env.context.get("ir_cron_progress_id"):
            # Kept whatever happens next: a server that is killed counts.
            self.env["ir.cron"]._commit_progress()
        try:
            with self.env.cr.savepoint():
                # As the person who started it: what is made is theirs.
                self._import_now(self._progress_writer())
                self._check_treasury()
            self._notify_end(
                _lt("%(name)s was imported. Prove it now.", name=self.name)
            )
        except UserError as error:
            self.env.invalidate_all(flush=False)
            self._fail(str(error.args[0]))
        except Exception as error:
            self.env.invalidate_all(flush=False)
            if isinstance(error, locks.Busy) or locks.is_contention(error):
                _logger.info("move %s: another transaction is in the way", self.id)
                self.env.ref("wezer_movein.ir_cron_import")._trigger()
                return
            _logger.exception("move %s is not imported", self.id)
            self._fail(
                self.env._("An error in the program ended the import: %s", error)
            )

    def _amount_writer(self):
        """Return what writes exact amounts as the reader's language does (sudo).

        Of a move that was only checked, the currency is known by the report.
        """
        found = (self.report or {}).get("currency", {})
        currency = self.wezer_currency_id
        digits = currency.digits if currency else found.get("digits", 0)
        is_time = currency._is_hours() if currency else found.get("is_time", False)
        return partial(shown.amount, self.env, digits=digits, is_time=is_time)

    def _starter(self):
        """Return the user who started this move; the current one, if they have left."""
        return self.person_id.user_ids[:1] or self.env.user

    def _check_treasury(self):
        """Refuse what lets too much leave a treasury in use by one person alone (sudo).

        As for any file that is imported here; what a command imports, the server posts.
        """
        if not self.makes_currency:
            transfers = self.env["wezer.transfer"].with_user(self._starter()).sudo()
            treasury_policy.check_import(transfers, self.batch_number)

    def _progress_writer(self):
        """Return what takes the reports of the import, None where nobody waits."""
        rows = self.env["wezer.movein.progress"].sudo()
        row = rows.search([("movein_id", "=", self.id)], order="id desc", limit=1)
        return row._writer() if row else None

    def action_open_proof(self) -> dict:
        """Open the page of the proof."""
        self.ensure_one()
        self.check_access("read")
        url = f"/wezer/moved-in/{self.id}"
        return {"type": "ir.actions.act_url", "url": url, "target": "new"}

    def _fail(self, reason):
        """Take the move back to what was checked, with the reason."""
        self.write({"state": "checked", "failure": reason, "tries": 0})
        self._notify_end(
            _lt("%(name)s could not be imported. Nothing was kept.", name=self.name)
        )

    def _notify_end(self, message):
        """Tell the administrator who started that the import has ended (sudo)."""
        self.env["wezer.notice"]._leave(
            self.person_id, "moved_in", message, self._url(), self, "import"
        )

    def _url(self):
        return f"/odoo/action-wezer_movein.wezer_movein_action/{self.id}"

    # === ACTIONS: PROOF === #

    def action_prove(self) -> bool:
        """Compare what is here with what was replayed, and keep the proof.

        :raise Refusal: rule ``proof``, where something does not agree
        """
        self.ensure_one()
        self._check_may("prove")
        move = self.sudo()
        if broken := proof.prove(move):
            raise Refusal(
                self.env._(
                    "The proof failed: %(what)s. Take the move back.",
                    what="; ".join(broken[:5]),
                ),
                rule="proof",
                value=str(len(broken)),
            )
        # The seal covers what was imported; a scheduled action makes it.
        self.env.ref("wezer_currency.ir_cron_seal").sudo()._trigger()
        return True

    def proof_file(self) -> str:
        """Return the signed proof as JSON; administrators and moderators."""
        self.ensure_one()
        self.check_access("read")
        # A field of administrators and moderators only.
        if not self.proof:
            raise Refusal(
                self.env._("There is no proof yet. Prove the move first."), rule="state"
            )
        # The key that signs is the system's.
        signed = proof.signed(self.sudo())
        return json.dumps(signed, indent=1, ensure_ascii=False, sort_keys=True)

    def _proof_page_values(self):
        """Return what the page of the proof shows; administrators and moderators."""
        self.ensure_one()
        self.check_access("read")
        # The proof names accounts by number only.
        move = self.sudo()
        return {
            "page_name": "wezer_movein_proof",
            "move": move,
            "proof": move.proof,
            "layout": shown.term(self.env, move.proof["layout"]),
            "numbers": proof.numbers_in_words(move),
            "differing": move.account_ids.filtered("has_difference"),
            "decided": proof.decisions_in_words(move),
            "residuals": proof.readings_in_words(move),
        }

    def action_download_proof(self) -> dict:
        """Open the signed proof as a file."""
        self.ensure_one()
        self.check_access("read")
        url = f"/wezer/moved-in/{self.id}/proof"
        return {"type": "ir.actions.act_url", "url": url, "target": "self"}

    # === ACTIONS: OPENING, TAKING BACK, FINISHING === #

    def action_open(self) -> bool:
        """Let members be seen and pay, and publish what they announced."""
        self.ensure_one()
        self._check_may("open")
        opening.open_community(self.sudo())
        return True

    def action_send_letters(self, account_ids: list[int] | None = None) -> int:
        """Invite the people who moved in and have no login, each once.

        :param account_ids: accounts of this move; all where it is left out
        :return: how many letters are on their way
        :raise Refusal: rule ``state``, before the community is open
        """
        self.ensure_one()
        self._check_administrator()
        if self.sudo().state != "open":
            raise Refusal(
                self.env._("Open the community first, then send the letters."),
                rule="state",
            )
        return opening.send_letters(self, account_ids)

    def action_invite(self) -> dict:
        """Invite all who moved in and have no login, and say how many these are."""
        count = self.action_send_letters()
        return self.env["wezer.invitation"]._invited_action(count)

    def action_take_back(self) -> bool:
        """Put the currency out of use and archive what was made.

        The ledger is append-only: the posted history stays in the archived currency.

        :raise Refusal: rules ``state``, ``shared``, ``used``
        """
        self.ensure_one()
        self._check_may("take_back")
        taking_back.take_back(self.sudo())
        return True

    def action_finish(self) -> bool:
        """Delete the contents of the files; their hashes stay."""
        self.ensure_one()
        self._check_may("finish")
        move = self.sudo()
        move.file_ids.write({"data": False})
        # A member who closed the account over there is no longer named.
        closed = move.account_ids.filtered(lambda row: row.old_state == "closed")
        closed.filtered(lambda row: row.kind == "person").write(
            {"name": False, "people": False}
        )
        # Nor is what a row of the files said, of which the ledger has what moved.
        for problem in move.problem_ids.filtered("details"):
            if "payment" in problem.details:
                problem.details = {
                    name: value
                    for name, value in problem.details.items()
                    if name != "payment"
                }
        move.state = "finished"
        return True

    def _notify_report(self, account):
        """Tell the administrators that a member reported an account (sudo)."""
        administrators = self.env.ref("wezer_base.group_administrator").sudo()
        self.env["wezer.notice"].sudo()._leave(
            administrators.all_user_ids.partner_id,
            "moved_in",
            _lt(
                "%(name)s says that something moved in wrongly.",
                name=account.partner_id,
            ),
            self._url(),
            account,
        )
