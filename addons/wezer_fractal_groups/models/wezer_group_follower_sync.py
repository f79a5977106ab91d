from collections import defaultdict
from datetime import date

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.wezer_base.tools.cron import for_each_due

from ..tools.membership_sql import is_running

MEMBERS = """
      JOIN wezer_group_closure c ON c.ancestor_id = g.id
      JOIN wezer_group_membership m ON m.group_id = c.descendant_id
       AND m.is_guest IS NOT TRUE AND %(running)s
     WHERE r.id = ANY(%(ids)s)"""
# The persons that a record concerns. A project: the members of its team, those of the
# circles inside too. A task: its worker and its reviewer; where that is a group, its
# members. A circle's members do not all review: those who run its projects do.
CONCERNED = {
    "project.project": f"""
    SELECT r.id, m.partner_id FROM project_project r
      JOIN wezer_group g ON g.id = r.team_id {MEMBERS}""",
    "project.task": f"""
    SELECT r.id, r.assignee_partner_id FROM project_task r WHERE r.id = ANY(%(ids)s)
     UNION ALL
    SELECT r.id, r.reviewer_partner_id FROM project_task r WHERE r.id = ANY(%(ids)s)
     UNION ALL
    SELECT r.id, m.partner_id FROM project_task r
      JOIN wezer_group g ON g.partner_id = r.assignee_partner_id {MEMBERS}
     UNION ALL
    SELECT r.id, m.partner_id FROM project_task r
      JOIN wezer_group g ON g.partner_id = r.reviewer_partner_id
       AND g.kind = 'role' {MEMBERS}""",
}
# Nobody needs to follow what is finished.
FINISHED = {
    "project.project": "NOT active OR is_template",
    "project.task": "NOT active OR is_template OR state IN ('1_done', '1_canceled')",
}


class WezerGroupFollowerSync(models.Model):
    """A person that follows a project or a task because of a group they belong to.

    Internal users become Odoo's followers, members (portal) are left a notice. A row
    here lets both end together with the reason, and leaves alone those who followed
    before, or unfollowed by themselves.
    """

    _name = "wezer.group.follower.sync"
    _description = "Follower of a project or task through a group"
    _inherit = ["wezer.record.mixin"]
    _log_access = False

    partner_id = fields.Many2one(
        "res.partner", string="Contact", required=True, ondelete="cascade"
    )
    res_model = fields.Char(required=True)
    res_id = fields.Many2oneReference(model_field="res_model", required=True)
    how = fields.Selection(
        [
            ("subscribed", "Added as follower"),
            ("existing", "Followed before"),
            ("notified", "Received a notice"),
        ],
        required=True,
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )

    _record_uniq = models.UniqueIndex("(res_model, res_id, partner_id)")
    _person_idx = models.Index("(partner_id)")

    # === CONCERNED PERSONS === #

    @api.model
    def _concerned_sql(self, model, ids, since=None):
        """Return the SELECT of id, partner_id, inside (Odoo's internal user).

        Persons who can log in, because of places that run on ``since`` (today).
        """
        # The text is a constant of this file.
        whom = SQL(
            CONCERNED[model], ids=list(ids), running=is_running(self.env, since=since)
        )
        return SQL(
            """SELECT who.id, who.partner_id, bool_or(NOT u.share) AS inside
                 FROM (%s) who(id, partner_id)
                 JOIN res_users u ON u.partner_id = who.partner_id AND u.active
                GROUP BY 1, 2""",
            whom,
        )

    @api.model
    def _differences(self, model, ids, partner_ids=None):
        """Return ``(id, partner id, inside, how)`` wherever the two do not agree.

        ``inside`` is None for persons whom it concerns no longer, ``how`` for those
        whom it concerns now.
        """
        self.env.flush_all()
        only = SQL("TRUE")
        if partner_ids is not None:
            only = SQL("coalesce(w.partner_id, f.partner_id) = ANY(%s)", partner_ids)
        return self.env.execute_query(
            SQL(
                """SELECT coalesce(w.id, f.res_id) AS id,
                          coalesce(w.partner_id, f.partner_id), w.inside, f.how
                     FROM (%s) w FULL JOIN (
                          SELECT partner_id, res_id, how FROM wezer_group_follower_sync
                           WHERE res_model = %s AND res_id = ANY(%s)) f
                       ON f.res_id = w.id AND f.partner_id = w.partner_id
                    WHERE (f.how IS NULL OR w.id IS NULL
                           OR w.inside = (f.how = 'notified')) AND %s
                    ORDER BY 1, 2""",
                self._concerned_sql(model, ids),
                model,
                list(ids),
                only,
            )
        )

    # === KEPT IN STEP === #

    @api.model
    def _keep_in_step(self, records, partner_ids=None):
        """Let exactly the persons whom ``records`` concern follow them.

        :param records: projects or tasks
        :param partner_ids: look at these persons only; at all when None
        """
        # Followers and notices are ours to keep, whoever moves the card.
        records = records.sudo().exists()
        if not records:
            return
        changes = self._differences(records._name, records.ids, partner_ids)
        if not changes:
            return
        finished = self._finished(records)
        by_record = defaultdict(list)
        for number, *row in changes:
            by_record[number].append(row)
        for record in records.filtered(lambda record: record.id in by_record):
            rows = by_record[record.id]
            self._stop_following(record, [who for who, _inside, how in rows if how])
            if record in finished:
                continue
            for inside in (True, False):
                people = [who for who, here, _how in rows if here is inside]
                self._start_following(record, people, inside)

    @api.model
    def _finished(self, records):
        """Return those that are closed, archived or templates."""
        query = SQL(
            "SELECT id FROM %s WHERE id = ANY(%s) AND (%s)",
            SQL.identifier(records._table),
            records.ids,
            SQL(FINISHED[records._name]),
        )
        return records.browse([row[0] for row in self.env.execute_query(query)])

    @api.model
    def _start_following(self, record, partner_ids, inside):
        """Let these persons follow, or notify them."""
        if not partner_ids:
            return
        already = set(record.message_partner_ids.ids)
        hows = {
            who: "existing" if who in already else "subscribed" for who in partner_ids
        }
        if not inside:
            hows = dict.fromkeys(partner_ids, "notified")
        self.env.execute_query(
            SQL(
                """INSERT INTO wezer_group_follower_sync
                          (partner_id, res_model, res_id, how, company_id)
                   SELECT who, %s, %s, how, %s FROM unnest(%s, %s) new(who, how)
                   ON CONFLICT DO NOTHING RETURNING id""",
                record._name,
                record.id,
                (record.company_id or self.env.company).id,
                list(hows),
                list(hows.values()),
            )
        )
        if inside:
            new = [who for who, how in hows.items() if how == "subscribed"]
            record.message_subscribe(partner_ids=new)
        else:
            record._wezer_notify_following(self.env["res.partner"].browse(partner_ids))

    @api.model
    def _stop_following(self, record, partner_ids):
        """Let these persons no longer follow what they followed because of a group."""
        if not partner_ids:
            return
        rows = self.env.execute_query(
            SQL(
                """DELETE FROM wezer_group_follower_sync
                    WHERE res_model = %s AND res_id = %s AND partner_id = ANY(%s)
                RETURNING partner_id, how""",
                record._name,
                record.id,
                partner_ids,
            )
        )
        gone = [who for who, how in rows if how == "subscribed"]
        kept = self._followed_inside(record, gone)
        record.message_unsubscribe(gone)
        for task, people in kept.items():
            task.message_subscribe(partner_ids=people)
        notified = [who for who, how in rows if how == "notified"]
        if notified:
            # The matter is no longer theirs; for others it may go on.
            self.env["wezer.notice"].sudo().search(
                [
                    ("res_model", "=", record._name),
                    ("res_id", "=", record.id),
                    ("partner_id", "in", notified),
                    ("settled", "=", False),
                ]
            ).write({"settled": True})

    @api.model
    def _followed_inside(self, record, partner_ids):
        """Return ``{task: partner ids}`` that stay when a project is left.

        Odoo lets a person who leaves a project leave its tasks: those that are theirs,
        or their roles', concern them still.
        """
        if record._name != "project.project" or not partner_ids:
            return {}
        rows = self.env.execute_query(
            SQL(
                """SELECT f.res_id, f.partner_id FROM wezer_group_follower_sync f
                     JOIN project_task t ON t.id = f.res_id AND t.project_id = %s
                     JOIN mail_followers m ON m.res_model = f.res_model
                      AND m.res_id = f.res_id AND m.partner_id = f.partner_id
                    WHERE f.res_model = 'project.task' AND f.partner_id = ANY(%s)""",
                record.id,
                partner_ids,
            )
        )
        kept = {}
        for task, who in rows:
            kept.setdefault(self.env["project.task"].sudo().browse(task), []).append(
                who
            )
        return kept

    @api.model
    def _purge_records(self, records):
        """Drop what is remembered of records that are deleted."""
        self.env.execute_query(
            SQL(
                """DELETE FROM wezer_group_follower_sync
                    WHERE res_model = %s AND res_id = ANY(%s) RETURNING id""",
                records._name,
                records.ids,
            )
        )

    # === WHEN GROUPS CHANGE === #

    @api.model
    def _on_groups_moved(self, groups, followed):
        """Let members follow the projects of the circles that are now above.

        :param followed: what :meth:`_records_of` returned before ``groups`` moved
        """
        after = self._records_of(groups)
        records = [old | new for old, new in zip(followed, after, strict=True)]
        if any(records):
            self._keep_groups_in_step(records, groups._effective_member_ids())

    @api.model
    def _records_of(self, groups):
        """Return the projects and tasks (sudo) that members of ``groups`` follow.

        Those of the circles above too: members flow up.
        """
        projects = self.env["project.project"].sudo()
        tasks = self.env["project.task"].sudo()
        if not groups:
            return projects, tasks
        self.env.flush_all()
        above = SQL(
            """SELECT g.id, g.partner_id FROM wezer_group_closure c
                 JOIN wezer_group g ON g.id = c.ancestor_id
                WHERE c.descendant_id = ANY(%s)""",
            groups.ids,
        )
        rows = self.env.execute_query(
            SQL(
                """WITH above AS (%s)
                   SELECT id, NULL FROM project_project
                    WHERE team_id IN (SELECT id FROM above)
                    UNION SELECT NULL, id FROM project_task
                    WHERE assignee_partner_id IN (SELECT partner_id FROM above)
                    UNION SELECT NULL, id FROM project_task
                    WHERE reviewer_partner_id IN (SELECT partner_id FROM above)""",
                above,
            )
        )
        return (
            projects.browse([project for project, _task in rows if project]),
            tasks.browse([task for _project, task in rows if task]),
        )

    @api.model
    def _keep_groups_in_step(self, records, partner_ids):
        """Keep these persons in step with what :meth:`_records_of` returned.

        Projects first: a person who stops following one stops following its tasks in
        Odoo, and takes those up again that concern them for another reason.
        """
        projects, tasks = records
        if not partner_ids:
            return
        mine = self.env.execute_query(
            SQL(
                """SELECT res_model, res_id FROM wezer_group_follower_sync
                    WHERE partner_id = ANY(%s)""",
                list(partner_ids),
            )
        )
        if not (projects or tasks or mine):
            return
        projects |= projects.browse(i for name, i in mine if name == projects._name)
        tasks |= tasks.browse(i for name, i in mine if name == tasks._name)
        self._keep_in_step(projects, list(partner_ids))
        self._keep_in_step(tasks, list(partner_ids))

    # === REPAIRED BY NIGHT === #

    @api.model
    def _out_of_step(self):
        """Return ``(model, id, partner id, what is wrong)``, for check and repair."""
        rows = []
        for model in CONCERNED:
            every = self.env.execute_query(
                SQL(
                    """SELECT id FROM %s WHERE NOT (%s)
                        UNION SELECT res_id FROM wezer_group_follower_sync
                        WHERE res_model = %s""",
                    SQL.identifier(self.env[model]._table),
                    SQL(FINISHED[model]),
                    model,
                )
            )
            ids = [row[0] for row in every]
            finished = set(self._finished(self.env[model].browse(ids)).ids)
            # A term that ended today is ended by its own scheduled action.
            lasting = {
                row[:2]
                for row in self.env.execute_query(
                    self._concerned_sql(model, ids, date.min)
                )
            }
            for record, who, inside, how in self._differences(model, ids):
                if how and inside is None and (record, who) in lasting:
                    continue
                if inside is not None and record in finished:
                    continue
                wrong = "is not told" if not how else "is told no longer"
                rows.append((model, record, who, wrong))
        return rows

    @api.model
    def _cron_keep_in_step(self):
        """Repair what two changes at once, or a new coordinator, left behind."""
        wrong = {}
        for model, record, _who, _what in self._out_of_step():
            wrong.setdefault(model, set()).add(record)
        for model, ids in sorted(wrong.items()):
            domain = [("id", "in", sorted(ids))]
            if not for_each_due(self.env[model].sudo(), domain, self._keep_in_step):
                return
