"""A file of members, imported with skills and circles."""

import json
from base64 import b64encode

import pytest

from odoo.tests import TransactionCase, tagged

from odoo.addons.wezer_base.tests.workbook import workbook

from launcher import import_members, maps
from launcher.cli import parser
from launcher.console import Failure

MAP = maps.own_map("members")
FILE = """name,email,skills,languages,place,group
Nina Neu,nina@new.example,"juggling, cooking",fr;en,Lausanne,Garden
"Paul, on paper",,,,,garden
,,,,,
Omar,omar@new.example,cooking,English,,Nowhere
"""


def test_columns_are_found_by_their_usual_names():
    rows = import_members.read(FILE, MAP)
    assert [row["name"] for row in rows] == ["Nina Neu", "Paul, on paper", "Omar"]
    assert rows[0]["skills"] == ["juggling", "cooking"]
    assert rows[0]["languages"] == ["fr", "en"]
    assert rows[1]["email"] == "" and rows[1]["skills"] == []


def test_a_name_in_two_columns_and_semicolons_are_understood():
    text = "Prénom;Nom;Courriel;Ville\nAnne;Dupont;anne@x.example;Genève\n"
    columns = {**MAP["columns"], "name": ["Prénom + Nom"]}
    rows = import_members.read(text, {"columns": columns})
    assert rows[0]["name"] == "Anne Dupont"
    assert (rows[0]["email"], rows[0]["place"]) == ("anne@x.example", "Genève")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("NOM;EMAIL;VILLE\nAnne;anne@x.example;Genève\n", "Anne"),
        ("sep=;\nNom;E-Mail;Ville\nAnne;anne@x.example;Genève\n", "Anne"),
        (
            "Prénom\tNom\tcourriel\tville\nAnne\tRay\tanne@x.example\tGenève\n",
            "Anne Ray",
        ),
        ("Vorname;Nachname;E-Mail;Ort\nAnne;Ray;anne@x.example;Genève\n", "Anne Ray"),
        (
            "nombre,apellidos,correo,ciudad\nAnne,Ray,anne@x.example,Genève\n",
            "Anne Ray",
        ),
        ("Nom,Cognoms,Correu,Població\nAnne,Ray,anne@x.example,Genève\n", "Anne Ray"),
        ("Nom et prénom;Mail;Commune\nAnne Ray;anne@x.example;Genève\n", "Anne Ray"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_lists_of_office_programs_are_read(text, name, encoding):
    rows = import_members.read(text.encode(encoding), MAP)
    assert len(rows) == 1
    assert (rows[0]["name"], rows[0]["email"]) == (name, "anne@x.example")
    assert rows[0]["place"] == "Genève"


def test_a_row_whose_letters_were_lost_is_refused_with_its_value():
    rows = import_members.read("name,place\nZo\ufffd,Nyon\nLuc,Nyon\n", MAP)
    assert rows[0]["problem"] == ("lost", "Zo\ufffd")
    assert "problem" not in rows[1]


def test_a_mapped_column_missing_in_the_file_is_reported():
    with pytest.raises(Failure, match="lacks the columns Wo"):
        import_members.read("name\nA\n", {"columns": {"name": "name", "place": "Wo"}})
    with pytest.raises(Failure, match="a column for the name"):
        import_members.read("colour\nred\n", MAP)


def test_invitations_are_sent_only_with_the_mail_option():
    options = parser().parse_args(["import", "members", "a.csv", "--dry-run"])
    assert (options.kind, options.mail, options.dry_run) == ("members", False, True)
    assert parser().parse_args(["import", "members", "a.csv", "--mail"]).mail


def test_the_report_names_refused_rows_and_ends_with_one_line(capsys):
    options = parser().parse_args(["import", "members", "a.csv", "--dry-run"])
    rows = [
        {"row": 1, "id": 5, "state": "created", "reason": ""},
        {"row": 2, "id": False, "state": "refused", "reason": "no name"},
    ]
    assert import_members.print_report({"rows": rows}, options) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "row 2: refused: no name"
    assert lines[-1] == "2 rows: 1 created, 1 refused (nothing kept: a dry run)."
    options.json = True
    import_members.print_report({"rows": rows}, options)
    assert json.loads(capsys.readouterr().out)["rows"] == rows


@tagged("post_install", "-at_install")
class TestImportMembers(TransactionCase):
    def test_imported_people_join_their_circles(self):
        group = self.env["wezer.group"].create({"name": "Garden"})
        rows = import_members.read(FILE, MAP)
        admin = self.env.ref("base.user_admin")
        imports = self.env["wezer.member.import"].with_user(admin)
        report = imports._import_rows(rows)
        self.assertEqual([row["state"] for row in report], ["created"] * 3)
        self.assertIn("no single circle called “Nowhere”", report[2]["reason"])
        members = group._direct_members()
        self.assertEqual(set(members.mapped("name")), {"Nina Neu", "Paul, on paper"})
        again = imports._import_rows(rows)
        self.assertEqual([row["state"] for row in again], ["same"] * 3)

    def test_a_household_is_a_circle_whose_wallet_each_may_use(self):
        text = "name,email\nAna,home@new.example\nBen,home@new.example\n"
        admin = self.env.ref("base.user_admin")
        form = (
            self.env["wezer.file.import"]
            .with_user(admin)
            .create({"file": b64encode(text.encode()), "household": "circle"})
        )
        form.action_read()
        form.action_check()
        self.assertFalse(self.env["wezer.profile"].search([("name", "=", "Ben")]))
        form.action_import()
        ana, ben = (
            self.env["wezer.profile"].search([("name", "=", name)]).partner_id
            for name in ("Ana", "Ben")
        )
        self.assertEqual((ana.email, ben.email), ("home@new.example", False))
        home = self.env["wezer.group"].search([("name", "=", "Household of Ana, Ben")])
        self.assertEqual(home._direct_members(), ana | ben)
        self.assertTrue(home.role_ids.right_wallet)
        self.assertEqual(home.role_ids._direct_members(), ana | ben)
        count = self.env["wezer.group"].search_count([])
        imports = self.env["wezer.member.import"].with_user(admin)
        again = imports._import_rows(import_members.read(text, MAP), household="circle")
        self.assertEqual([row["state"] for row in again], ["same"] * 2)
        self.assertEqual(self.env["wezer.group"].search_count([]), count)
        user = self.env["res.users"].create(
            {
                "name": "Ana",
                "login": "home@new.example",
                "partner_id": ana.id,
                "group_ids": [(6, 0, [self.env.ref("base.group_portal").id])],
            }
        )
        self.assertTrue(user._acts_for(home.partner_id, "wallet"))

    def test_households_without_their_address_do_not_become_one(self):
        admin = self.env.ref("base.user_admin")
        imports = self.env["wezer.member.import"].with_user(admin).sudo()
        names = ["Eva", "Fay", "Gil", "Hal"]
        report = imports._import_rows([{"name": name} for name in names])
        # The row that has the address was refused: its member left, for instance.
        homes = {
            row: (9, "Gone", "one@new.example" if row < 3 else "two@new.example")
            for row in range(1, 5)
        }
        imports._import_links(homes, report)
        found = self.env["wezer.group"].search([("name", "=like", "Household of %")])
        members = [sorted(one._direct_members().mapped("name")) for one in found]
        self.assertEqual(sorted(members), [names[:2], names[2:]])


def test_a_workbook_is_a_file_of_members():
    people = [["Nom", "Courriel"], ["Zoé Neu", "zoe@new.example"], [], ["=1+1"]]
    rows = import_members.read(workbook({"Sheet": people}), MAP)
    assert [row["name"] for row in rows] == ["Zoé Neu", "=1+1"]
    assert rows[1]["problem"] == ("formula", "=1+1")
