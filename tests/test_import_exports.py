"""Exports of GlassFrog, Holaspirit, Maptio and Peerdom become circles and roles.

The samples in `tests/exports` are of our own making, after what is public.
"""

import io
import json
from pathlib import Path

import openpyxl
import pytest

from odoo.tests import TransactionCase, new_test_user, tagged

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal
from odoo.addons.wezer_base.tests.workbook import workbook
from odoo.addons.wezer_fractal_groups.tools import export_files

from launcher import import_groups

SAMPLES = Path(__file__).resolve().parent / "exports"


def sample(name):
    return name, (SAMPLES / name).read_bytes()


def holaspirit_file(sheets):
    """Return name and content of an export of ``{sheet: rows}``."""
    return "holaspirit.xlsx", workbook(sheets)


def holaspirit():
    return holaspirit_file(json.loads((SAMPLES / "holaspirit.json").read_text()))


def read(*files):
    program, found = export_files.read_files(list(files))
    tree = {row["group"]: row["parent"] for row in found.groups}
    kinds = {row["name"]: row.get("kind", "circle") for row in found.groups}
    names = {row["group"]: row["name"] for row in found.groups}
    people = {
        (names.get(row["group"]), row["name"], row["relation"]) for row in found.members
    }
    return program, tree, kinds, people


def test_glassfrog_expanded_roles_are_circles_and_their_fillers_lead_them():
    program, tree, kinds, people = read(sample("glassfrog.json"))
    assert program == "GlassFrog"
    assert tree["glassfrog/circle/2"] == "glassfrog/circle/1"
    assert tree["glassfrog/circle/3"] == "glassfrog/circle/1"
    assert tree["glassfrog/role/14"] == "glassfrog/circle/2"
    assert kinds["Garden"] == "circle" and kinds["Irrigation"] == "role"
    assert ("Garden", "Bo Fern", "lead") in people
    assert ("Lead Link", "Ada Moss", "member") in people
    assert ("Kitchen", "Cy Reed", "member") in people
    # Who is in no circle is a member of the outermost.
    assert ("Village", "Ed Elm", "member") in people
    _program, found = export_files.read_files([sample("glassfrog.json")])
    garden = next(row for row in found.groups if row["name"] == "Garden")
    assert garden["accountabilities"] == "Planning the beds\nSharing the harvest"
    assert garden["domains"] == "The seed store"
    focus = {row["name"]: row.get("focus") for row in found.members}
    assert focus["Di Vine"] in ("Greenhouse", None)
    assert "Greenhouse" in {row.get("focus") for row in found.members}


def test_answers_of_an_api_in_several_files_are_put_together():
    whole = json.loads((SAMPLES / "glassfrog.json").read_text())
    files = [
        (
            f"{name}.json",
            json.dumps({name: whole[name], "linked": whole["linked"]}).encode(),
        )
        for name in ("circles", "roles", "people", "assignments")
    ]
    assert read(*files) == read(sample("glassfrog.json"))
    whole = json.loads((SAMPLES / "peerdom.json").read_text())
    files = [
        (f"peerdom-{name}-1.json", json.dumps(items).encode())
        for name, items in whole.items()
    ]
    assert read(*files) == read(sample("peerdom.json"))


def test_maptio_maps_and_their_csv_give_the_same_circles():
    program, tree, kinds, people = read(sample("maptio.json"))
    assert program == "Maptio"
    assert list(tree) == [
        "maptio/1",
        "maptio/2",
        "maptio/2/baker",
        "maptio/2/driver",
        "maptio/3",
    ]
    assert kinds["Driver"] == "role"
    assert ("Bakery", "Ida Rye", "lead") in people
    assert ("Baker", "Jon Oat", "member") in people
    assert ("Bakery", "Kit Barley", "helper") in people
    program, tree, _kinds, people = read(sample("maptio.csv"))
    assert program == "Maptio"
    assert tree["maptio/Mill House/Bakery/Oven"] == "maptio/Mill House/Bakery"
    assert tree["maptio/Mill House/Shop"] == "maptio/Mill House"
    assert people == {
        ("Bakery", "Ida Rye", "lead"),
        ("Bakery", "Jon Oat", "helper"),
        ("Bakery", "Kit Barley", "helper"),
        ("Shop", "Jon Oat", "lead"),
    }


def test_peerdom_holders_fill_roles_and_who_left_is_a_former_member():
    program, tree, _kinds, people = read(sample("peerdom.json"))
    assert program == "Peerdom"
    assert tree == {
        "peerdom/c-1": "",
        "peerdom/c-2": "peerdom/c-1",
        "peerdom/r-1": "peerdom/c-2",
        "peerdom/r-2": "peerdom/c-2",
    }
    assert people == {
        ("Lead", "Lou Keel", "member"),
        ("Sewing", "Mara Mast", "member"),
        ("Sewing", "Nils Bow", "alumni"),
    }


def test_holaspirit_workbooks_name_the_circle_around_a_row():
    program, tree, kinds, people = read(holaspirit())
    assert program == "Holaspirit"
    assert tree == {
        "holaspirit/r-1": "",
        "holaspirit/r-2": "holaspirit/r-1",
        "holaspirit/r-3": "holaspirit/r-2",
    }
    assert kinds == {"Stoneworks": "circle", "Quarry": "circle", "Blasting": "role"}
    assert people == {
        ("Blasting", "Sam Stone", "member"),
        ("Quarry", "Tia Slate", "member"),
        ("Quarry", "Tia Slate", "admin"),
        ("Blasting", "Uwe Marl", "member"),
    }


def test_two_holaspirit_circles_of_one_name_refuse_what_is_inside():
    sheets = json.loads((SAMPLES / "holaspirit.json").read_text())
    sheets["Circles & Roles"].append(
        [
            "k-0",
            "Stoneworks",
            "r-9",
            "Quarry",
            "TRUE",
            None,
            0,
            "TRUE",
            None,
            None,
            None,
        ]
    )
    _program, found = export_files.read_files([holaspirit_file(sheets)])
    problems = {row["name"]: row.get("problem") for row in found.groups}
    assert problems["Blasting"] == ("two_circles", "Quarry")
    assert problems["Quarry"] is None


def test_answers_of_holaspirit_are_read_as_far_as_they_are_understood():
    answers = {
        "circles": [
            {"id": "k1", "name": "Works", "parentCircle": None, "role": "r1"},
            {
                "id": "k2",
                "name": None,
                "parentCircle": "k1",
                "role": "r2",
                "lead": "m1",
            },
        ],
        "roles": [
            {"id": "r1", "name": "Works", "purpose": "All", "circle": None},
            {"id": "r2", "name": "Yard", "purpose": "<b>Order</b>", "circle": "k1"},
            {
                "id": "r3",
                "name": "Sweeping",
                "purpose": None,
                "circle": "k2",
                "accountabilities": [{"body": "Every night"}],
                "members": ["m1", {"id": "m2", "displayName": "Vi Sand"}],
            },
        ],
        "members": [
            {"id": "m1", "displayName": "Wim Clay", "email": "wim@hola.example"}
        ],
    }
    files = [
        (f"{name}.json", json.dumps({"data": items}).encode())
        for name, items in answers.items()
    ]
    program, tree, kinds, people = read(*files)
    assert program == "Holaspirit"
    assert tree == {
        "holaspirit/k1": "",
        "holaspirit/k2": "holaspirit/k1",
        "holaspirit/r3": "holaspirit/k2",
    }
    assert kinds == {"Works": "circle", "Yard": "circle", "Sweeping": "role"}
    assert people == {
        ("Yard", "Wim Clay", "lead"),
        ("Sweeping", "Wim Clay", "member"),
        ("Sweeping", "Vi Sand", "member"),
    }


def test_circles_of_a_list_that_are_inside_each_other_are_refused_later():
    text = "Circle,Parent Circle,Role,Purpose\nA,B,x,\nB,A,y,\n"
    _program, tree, _kinds, _people = read(("list.csv", text.encode()))
    assert (tree["circle/A"], tree["circle/B"]) == ("circle/B", "circle/A")


def test_a_list_of_roles_is_read_by_its_usual_headings():
    program, tree, kinds, people = read(sample("role_list.csv"))
    assert program == "a list of roles"
    assert tree["circle/Ferry"] == "circle/Harbour"
    assert kinds == {
        "Harbour": "circle",
        "Ferry": "circle",
        "Pilot": "role",
        "Deck hand": "role",
        "Treasurer": "role",
    }
    assert ("Ferry", "Olga Oar", "lead") in people
    assert ("Deck hand", "Rod Rope", "member") in people


def test_files_of_our_own_are_no_exports(tmp_path):
    own = tmp_path / "groups.csv"
    own.write_text("group,parent,purpose\nGarden,,\n")
    assert not import_groups.is_export([own])
    for name in ("maptio.csv", "role_list.csv", "peerdom.json"):
        assert import_groups.is_export([SAMPLES / name])


def test_a_sheet_with_a_cell_far_away_is_refused():
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Role ID", "Role", "IsCircle"])
    sheet.append([1, "Village", "Yes"])
    sheet.cell(row=3000, column=16384, value="far")
    file = io.BytesIO()
    book.save(file)
    with pytest.raises(export_files.ExportError, match=r"far\.xlsx: .*columns"):
        export_files.read_files([("far.xlsx", file.getvalue())])


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("x.json", b'{"circles": ['),
        ("x.json", b"[" * 100_000 + b"]" * 100_000),
        ("x.json", b'{"circles": 1' + b"0" * 10_000 + b"}"),
        ("x.json", b'{"something": [{"id": 1}]}'),
        ("x.json", b"\xff\xfe[\x00"),
        ("x.csv", b""),
        ("x.csv", b"a,b\n1,2\n"),
        ("x.xlsx", b"PK\x03\x04 no archive"),
        ("x.csv", b"\xff\xfe\x00\xd8\x00\xd8"),
    ],
)
def test_a_broken_or_unknown_file_is_refused_with_its_name_or_what_it_holds(name, data):
    with pytest.raises(export_files.ExportError) as refusal:
        export_files.read_files([(name, data)])
    assert name in str(refusal.value) or "No known export" in str(refusal.value)


def test_texts_that_cannot_be_kept_refuse_their_row():
    whole = json.loads((SAMPLES / "peerdom.json").read_text())
    whole["circles"][1]["name"] = "Sa\u0000ils"
    whole["roles"][0]["name"] = "Le\ud800ad"
    data = json.dumps(whole).encode()
    _program, found = export_files.read_files([("peerdom.json", data)])
    problems = {row["group"]: row.get("problem") for row in found.groups}
    assert problems["peerdom/c-2"][0] == "control"
    assert problems["peerdom/r-1"][0] == "lost"
    assert problems["peerdom/c-1"] is None


def test_two_people_of_one_name_without_an_address_are_not_put_together():
    whole = json.loads((SAMPLES / "peerdom.json").read_text())
    whole["peers"].append({"id": "p-9", "firstName": "Mara", "lastName": "Mast"})
    whole["holders"].append({"id": "h-9", "roleId": "r-1", "peerId": "p-9"})
    data = json.dumps(whole).encode()
    _program, found = export_files.read_files([("peerdom.json", data)])
    problems = [row.get("problem") for row in found.members if "Mara" in row["name"]]
    assert problems.count(("namesake", "Mara Mast")) == 1


def test_a_formula_without_a_value_refuses_its_row():
    sheets = json.loads((SAMPLES / "holaspirit.json").read_text())
    sheets["Circles & Roles"][3][8] = "=1+1"
    _program, found = export_files.read_files([holaspirit_file(sheets)])
    # No program has computed its value: nothing is left out without a word.
    assert found.groups[2]["problem"] == ("formula", "=1+1")
    assert found.groups[1].get("problem") is None


@tagged("post_install", "-at_install")
class TestImportExports(TransactionCase):
    def setUp(self):
        super().setUp()
        self.admin = self.env.ref("base.user_admin")
        self.groups = self.env["wezer.group"].with_user(self.admin)

    def take(self, *files, **options):
        return self.groups._wezer_import_export(list(files), **options)

    def group(self, reference):
        return self.env["wezer.group"].search([("reference", "=", reference)])

    def test_each_export_is_imported_and_found_again(self):
        for file in (
            sample("glassfrog.json"),
            sample("maptio.json"),
            sample("maptio.csv"),
            sample("peerdom.json"),
            sample("role_list.csv"),
            holaspirit(),
        ):
            with self.subTest(file=file[0]):
                _program, dry = self.take(file, dry_run=True)
                program, report = self.take(file)
                self.assertEqual(dry, report)
                wrong = [row for row in report if row["state"] != "created"]
                self.assertEqual(wrong, [])
                self.assertTrue(all(row["where"] for row in report))
                again = self.take(file)
                self.assertEqual(again[0], program)
                self.assertEqual({row["state"] for row in again[1]}, {"same"})

    def test_leads_of_exports_manage_and_count_above(self):
        self.take(sample("glassfrog.json"))
        lead = self.group("glassfrog/role/11")
        self.assertEqual((lead.name, lead.link), ("Lead Link", "lead"))
        self.assertTrue(lead.right_manage)
        representative = self.group("glassfrog/role/15")
        self.assertEqual(representative.link, "representative")
        term = representative.membership_ids
        self.assertEqual(str(term.date_to), "2030-06-30")
        village = self.group("glassfrog/circle/1").membership_ids
        self.assertIn("Di Vine", village.partner_id.mapped("name"))
        self.take(sample("peerdom.json"))
        self.assertEqual(self.group("peerdom/r-1").link, "lead")
        self.assertEqual(
            self.group("peerdom/r-1").accountabilities, "Plans the work\nCalls meetings"
        )
        nils = self.group("peerdom/r-2").membership_ids.filtered(
            lambda place: place.state == "left"
        )
        self.assertEqual(nils.partner_id.name, "Nils Bow")

    def test_a_map_changes_what_leads_may_do(self):
        relations = {"lead": {"role": "Lead", "permissions": [], "link": "lead"}}
        self.take(sample("peerdom.json"), relations=relations)
        self.assertFalse(self.group("peerdom/r-1").right_manage)

    def test_what_is_no_export_is_refused_and_only_administrators_import(self):
        with self.assertRaises(Refusal) as refusal:
            self.take(("x.json", b"{"))
        self.assertEqual(refusal.exception.rule, "file")
        member = new_test_user(
            self.env, login="exports_member", groups="base.group_portal"
        )
        with self.assertRaises(NotAllowed):
            self.groups.with_user(member)._wezer_import_export([sample("maptio.csv")])

    def test_a_tree_of_a_hundred_levels_is_cut_at_the_depth_and_reported(self):
        node = {"id": 100, "name": "Level 100", "children": [], "helpers": []}
        for number in range(99, 0, -1):
            node = {
                "id": number,
                "name": f"Level {number}",
                "children": [node],
                "helpers": [],
            }
        _program, report = self.take(("deep.json", json.dumps(node).encode()))
        states = [row["state"] for row in report]
        self.assertEqual(states, ["created"] * 32 + ["refused"] * 68)
