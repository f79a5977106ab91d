from odoo import api, fields, models

from odoo.addons.wezer_base.tools import days

from .group_importer import GroupImporter

FILES = ("groups", "members", "rights")


class WezerGroup(models.Model):
    """Groups, members and permissions from files, and back into files."""

    _inherit = "wezer.group"

    reference = fields.Char(
        copy=False,
        groups="wezer_base.group_administrator",
        help="What files call this group; with it an import finds it again.",
    )

    _reference_uniq = models.UniqueIndex(
        "(company_id, reference) WHERE reference IS NOT NULL",
        "Another group is called so in files.",
    )

    # === IMPORT === #

    @api.model
    def _wezer_import(self, groups, members=(), rights=(), dry_run=False):
        """Take groups in, who is in them, and what they hold; administrators only.

        Repeatable: a group is found by its reference, a person by e-mail or, on
        paper, by name. Nobody is written to. Rows that cannot stand are refused
        one by one, the others are taken.

        :param list groups: dicts with ``group`` (its reference), ``parent`` and
            some of ``name``, ``visibility``, ``purpose``, ``row`` (its number)
        :param list members: dicts with ``group``, ``person`` and ``relation``:
            ``admin`` fills a role *Admins* that carries ``manage``; another word
            than ``member`` is kept as what the person looks after
        :param list rights: dicts with ``group``, ``resource``, ``level``
        :param bool dry_run: report, and keep nothing
        :return: one dict a row: ``file`` (groups, members, rights), ``row``,
            ``state`` (created, updated, same, refused), ``reason``
        """
        self.env["wezer.profile"]._check_administrator()
        # Checked just above; the rows are an administrator's.
        importer = GroupImporter(self.sudo())
        with self.env.cr.savepoint() as everything:
            report = importer.refuse_unread("groups", groups)
            report += importer.groups(_numbered(groups))
            report += importer.refuse_unread("members", members)
            report += importer.members(_numbered(members))
            report += importer.refuse_unread("rights", rights)
            report += importer.rights(_numbered(rights))
            report.sort(key=lambda one: (FILES.index(one["file"]), one["row"]))
            if dry_run:
                everything.rollback()
                self.env.invalidate_all(flush=False)
        self.env.ref("wezer_fractal_groups.ir_cron_count").sudo()._trigger()
        return report

    # === EXPORT === #

    @api.model
    def _export_rows(self, inherited=False):
        """Yield who is in which circle: ``group, person, relation``.

        :param bool inherited: with those who are counted from below, each once
        """
        self.env["wezer.profile"]._check_administrator()
        yield ["group", "person", "relation"]
        circles = self.sudo().search(
            [("kind", "=", "circle"), ("company_id", "=", self.env.company.id)],
            order="id",
        )
        rows = circles._export_direct()
        if inherited:
            rows += circles._export_inherited(rows)
        people = self.env["res.partner"].sudo().browse({row[1] for row in rows})
        names = people._wezer_file_names()
        titles = {circle.id: circle.reference or circle.slug for circle in circles}
        for group, person, relation in sorted(rows):
            yield [titles[group], names[person], relation]

    def _export_direct(self):
        """Return ``(circle id, person id, relation)`` of members and role fillers."""
        self.env["wezer.group.membership"].flush_model()
        self.flush_model()
        self.env.cr.execute(
            """SELECT g.id, m.partner_id, coalesce(nullif(m.focus, ''), 'member')
                 FROM wezer_group_membership m JOIN wezer_group g ON g.id = m.group_id
                WHERE g.id = ANY(%(ids)s) AND m.state = 'active'
                  AND m.is_guest IS NOT TRUE
                  AND (m.date_to IS NULL OR m.date_to >= %(today)s)
                UNION
               SELECT r.parent_id, m.partner_id,
                      CASE WHEN r.reference LIKE '%%#admin' THEN 'admin'
                           ELSE r.name END
                 FROM wezer_group_membership m JOIN wezer_group r ON r.id = m.group_id
                WHERE r.kind = 'role' AND r.active AND r.parent_id = ANY(%(ids)s)
                  AND m.state = 'active'
                  AND (m.date_to IS NULL OR m.date_to >= %(today)s)""",
            {"ids": self.ids, "today": days.today(self.env)},
        )
        return self.env.cr.fetchall()

    def _export_inherited(self, direct):
        """Return who is counted from below and is not in ``direct``."""
        have = {(group, person) for group, person, _relation in direct}
        self.env.cr.execute(
            """SELECT DISTINCT c.ancestor_id, m.partner_id
                 FROM wezer_group_membership m
                 JOIN wezer_group_closure c ON c.descendant_id = m.group_id
                WHERE c.ancestor_id = ANY(%s) AND m.state = 'active'
                  AND m.is_guest IS NOT TRUE
                  AND (m.date_to IS NULL OR m.date_to >= %s)""",
            [self.ids, days.today(self.env)],
        )
        return [
            (group, person, "inherited")
            for group, person in self.env.cr.fetchall()
            if (group, person) not in have
        ]


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _wezer_file_names(self):
        """Return ``{id: what a file calls this person}``, so that an import finds him.

        His address where he has one, else his name, else (two of one name) the
        address of his profile.
        """
        partners = self.sudo()
        seen = {}
        for partner in partners:
            seen.setdefault(partner.name, []).append(partner.id)
        return {
            partner.id: partner.user_ids[:1].login
            or partner.email
            or (
                partner.name
                if len(seen[partner.name]) == 1
                else partner._wezer_profile().slug or str(partner.id)
            )
            for partner in partners
        }


def _numbered(rows):
    """Return the rows that could be read, each with its number."""
    return [
        {**row, "row": row.get("row", n)}
        for n, row in enumerate(rows, start=1)
        if not row.get("problem")
    ]
