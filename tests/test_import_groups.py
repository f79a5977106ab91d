"""Files of groups, among them those of a real organisation."""

from pathlib import Path

import pytest

from odoo.tests import TransactionCase, tagged

from launcher import import_groups, maps
from launcher.cli import parser
from launcher.console import Failure

DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data" / "k8s-org"
MAP = maps.own_map("groups")

# What is counted by one plain query over the files' own rows, without our tables.
INHERITED = """
    WITH RECURSIVE up (organisation, "group") AS (
        SELECT "group", "group" FROM plain_groups WHERE parent = ''
        UNION ALL
        SELECT up.organisation, g."group" FROM plain_groups g
          JOIN up ON g.parent = up."group")
    SELECT DISTINCT up.organisation, m.person
      FROM up JOIN plain_members m USING ("group")"""
STRONGEST = """
    WITH RECURSIVE down (holder, "group") AS (
        SELECT "group", "group" FROM plain_groups
        UNION ALL
        SELECT down.holder, g."group" FROM plain_groups g
          JOIN down ON g.parent = down."group")
    SELECT m.person, r.resource,
           (ARRAY['read', 'triage', 'write', 'maintain', 'admin'])[
               max(array_position(
                   ARRAY['read', 'triage', 'write', 'maintain', 'admin'], r.level))]
      FROM plain_rights r JOIN down ON down.holder = r."group"
      JOIN plain_members m ON m."group" = down."group"
     GROUP BY 1, 2"""


def files():
    return {
        kind: import_groups.read(DATA / name, kind, MAP[kind])
        for kind, name in zip(
            import_groups.FILES,
            ("groups.csv", "members.csv", "repo_permissions.csv"),
            strict=True,
        )
    }


def test_missing_columns_are_named(tmp_path):
    path = tmp_path / "groups.csv"
    path.write_text("name;inside\nGarden;Village\n")
    with pytest.raises(Failure, match="lacks columns for group"):
        import_groups.read(path, "groups", MAP["groups"])


def test_semicolons_and_other_headings_are_understood(tmp_path):
    path = tmp_path / "rights.csv"
    path.write_text("Groupe;repo;permission\nGarden;shed;write\n")
    rows = import_groups.read(path, "rights", MAP["rights"])
    assert rows == [
        {"row": 1, "line": 2, "group": "Garden", "resource": "shed", "level": "write"}
    ]


def test_cells_that_are_not_understood_refuse_their_row_with_the_value(tmp_path):
    path = tmp_path / "members.csv"
    bad = ["soon", "03/04/2026", "31/02/2026", "Zo\ufffd", "=TODAY()", "0000-00-00"]
    lines = [f"Garden;Anna;{cell}" for cell in bad]
    path.write_text("\n".join(["Groupe;Personne;Depuis", *lines]))
    rows = import_groups.read(path, "members", MAP["members"])
    assert [row["problem"][1] for row in rows] == bad
    # One date decides for all: the fourth of March would be another day.
    path.write_text(
        "\n".join(["Groupe;Personne;Depuis", lines[1], "Garden;Luc;31/1/26"])
    )
    rows = import_groups.read(path, "members", MAP["members"])
    assert [row["since"] for row in rows] == ["2026-04-03", "2026-01-31"]


def test_the_commands_parse_their_arguments():
    words = ["import", "groups", "g.csv", "m.csv", "r.csv", "--dry-run", "--json"]
    options = parser().parse_args(words)
    assert (options.kind, len(options.files), options.dry_run) == ("groups", 3, True)
    words = ["export", "memberships", "out.csv", "--inherited"]
    assert parser().parse_args(words).inherited
    assert parser().parse_args(["export", "rights", "out.csv"]).kind == "rights"


@tagged("post_install", "-at_install")
@pytest.mark.skipif(not DATA.exists(), reason="shared data are absent")
class TestRealOrganisation(TransactionCase):
    """838 groups and 6,281 memberships of the Kubernetes organisations."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.files = files()
        cls.admin = cls.env.ref("base.user_admin")
        cls.model = cls.env["wezer.group"].with_user(cls.admin)
        cls.report = cls.model._wezer_import(**cls.files)
        cls.env.flush_all()
        # As the database does by itself once an import is committed.
        cls.env.cr.execute("ANALYZE wezer_group_membership, wezer_group_closure")
        cls._plain("groups", "group", "parent")
        cls._plain("members", "group", "person")
        cls._plain("rights", "group", "resource", "level")

    @classmethod
    def _plain(cls, name, *columns):
        """Load the rows of a file into a table of their own."""
        listed = ", ".join(f'"{column}" text' for column in columns)
        cls.env.cr.execute(f"CREATE TEMP TABLE plain_{name} ({listed}) ON COMMIT DROP")
        values = [tuple(row[one] for one in columns) for row in cls.files[name]]
        cls.env.cr.execute_values(
            f"INSERT INTO plain_{name} VALUES %s", values, page_size=5000
        )

    def _query(self, query):
        self.env.cr.execute(query)
        return set(self.env.cr.fetchall())

    def test_every_row_is_taken_and_a_second_import_finds_all(self):
        self.assertEqual({row["state"] for row in self.report}, {"created"})
        self.assertEqual(len(self.report), 838 + 6281 + 631)
        again = self.model._wezer_import(**self.files)
        self.assertEqual({row["state"] for row in again}, {"same"})

    def test_inherited_members_match_a_plain_query(self):
        wanted = self._query(INHERITED)
        tops = {group for group, _person in wanted}
        exported = {
            (group, person)
            for group, person, _relation in self.model._file_rows(inherited=True)
            if group in tops
        }
        self.assertGreater(len(wanted), 1500)
        self.assertEqual(exported, wanted)
        for top in tops:
            group = self.model.search([("reference", "=", top)])
            names = set(group.sudo().effective_members().mapped("name"))
            self.assertEqual(
                names, {p for organisation, p in wanted if organisation == top}
            )

    def test_the_strongest_right_of_each_person_matches_a_plain_query(self):
        wanted = self._query(STRONGEST)
        rights = self.env["wezer.group.permission"].with_user(self.admin)
        exported = {tuple(row) for row in rights._file_rows()}
        exported.discard(("person", "resource", "right"))
        self.assertGreater(len(wanted), 1500)
        self.assertEqual(exported, wanted)

    def test_a_permission_outside_opens_nothing_here(self):
        person = self.env["res.partner"].search(
            [("name", "=", self.files["members"][0]["person"])]
        )
        self.assertFalse(person.user_ids)
        held = self.env["wezer.group.permission"].search([], limit=1)
        self.assertNotIn("wezer.group.permission", held.group_id._fields)
