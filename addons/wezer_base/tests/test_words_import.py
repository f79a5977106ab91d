import json
from base64 import b64encode
from pathlib import Path
from unittest import skipUnless

from odoo.tests import tagged

from ..exceptions import NotAllowed, Refusal
from ..tools import file_rows
from ..tools.tables import TableError
from ..tools.vocabulary import KIND, read_words
from .common import WezerCommon

# Data that nobody of us wrote, beside the repository; never a part of it.
SHARED = Path(__file__).resolve().parents[4] / "shared" / "data"
ESCO = SHARED / "esco" / "ict_occupations_91.json"

ROWS = [
    {
        "name": "Zzbaker",
        "synonyms": "zzboulanger, zzbäcker",
        "skills": "zzkneading; Zzbaking",
        "parent": "Zzfood",
        "uri": "http://example.org/baker",
    },
    {"name": "Zzcook", "skills": ["ZZBAKING", "zzcooking"], "parent": "zzfood"},
    {"name": " "},
]


def rows_of(content):
    """Return the rows of a file as the form takes them."""
    table = read_words(content)
    chosen = file_rows.chosen_columns(table.headings, KIND.columns)
    return list(file_rows.rows_of(table.records, chosen, KIND))


@tagged("post_install", "-at_install")
class TestWordsImport(WezerCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.categories = cls.env["wezer.category"].with_user(cls.ada)

    def test_categories_come_with_their_branch_synonyms_and_skills(self):
        report = self.categories.import_vocabulary(ROWS)
        self.assertEqual(
            report,
            {
                "categories": 3,
                "skills": 3,
                "links": 4,
                "same": 0,
                "refused": [{"row": 3, "reason": "the name is missing"}],
            },
        )
        baker = self.categories._find("zzbacker")
        self.assertEqual(baker.complete_name, "Zzfood / Zzbaker")
        self.assertEqual(
            sorted(baker.skill_ids.mapped("name")), ["Zzbaking", "zzkneading"]
        )
        baking = self.env["wezer.skill"]._find("zzbaking")
        self.assertEqual(baking.category_ids, baker | self.categories._find("zzcook"))
        self.assertEqual(baking.category_id, baker)

    def test_importing_again_changes_nothing(self):
        self.categories.import_vocabulary(ROWS)
        self.categories._find("zzbaker").name = "Zzbakery"
        report = self.categories.import_vocabulary(ROWS)
        self.assertEqual(
            [report[key] for key in ("categories", "skills", "links", "same")],
            [0, 0, 0, 2],
        )
        self.assertEqual(self.categories._find("zzbakery").parent_id.name, "Zzfood")

    def test_a_dry_run_says_the_same_and_changes_nothing(self):
        dry = self.categories.import_vocabulary(ROWS, dry_run=True)
        self.assertFalse(self.categories._find("zzbaker"))
        self.assertFalse(self.env["wezer.skill"]._find("zzbaking"))
        self.assertEqual(dry, self.categories.import_vocabulary(ROWS))

    def test_importing_keeps_what_people_wrote(self):
        skill = self.env["wezer.skill"].create(
            {"name": "Zzbake things", "synonyms": "zzbaking"}
        )
        self.categories.import_vocabulary(ROWS)
        self.assertIn(skill, self.categories._find("zzbaker").skill_ids)
        self.assertEqual(skill.name, "Zzbake things")

    def test_only_administrators_import(self):
        for user in (self.anna, self.cora, self.mo, self.public):
            with self.subTest(user=user.name), self.assertRaises(NotAllowed):
                self.env["wezer.category"].with_user(user).import_vocabulary(ROWS)
            with self.assertRaises(NotAllowed):
                self.env["wezer.category"].with_user(user).import_vocabulary(
                    ROWS, dry_run=True
                )

    def test_a_file_that_is_no_vocabulary_is_refused(self):
        for rows in (None, "rows", {"name": "x"}):
            with self.assertRaises(Refusal):
                self.categories.import_vocabulary(rows)
        self.assertEqual(
            len(self.categories.import_vocabulary([1, [], "x"])["refused"]), 3
        )
        for content in (b"\xff\xfe\x00", b"[1", b"", b"name\n"):
            with self.subTest(content=content), self.assertRaises(TableError):
                if not read_words(content).records:
                    raise TableError("empty")

    def test_files_are_csv_with_any_separator_or_json(self):
        wanted = [{"name": "Zza", "skills": "zzb,zzc"}]
        for content in (
            'name;skills\nZza;"zzb,zzc"\n',
            'name,skills\nZza,"zzb,zzc"\n',
            "name\tskills\nZza\tzzb,zzc\n",
            json.dumps(wanted),
            json.dumps({"rows": wanted}),
        ):
            rows = rows_of(content.encode("utf-8-sig"))
            found = [{name: row[name] for name in wanted[0]} for row in rows]
            self.assertEqual(found, wanted, content)

    def test_cells_that_are_not_understood_are_refused_with_their_value(self):
        bad = ["Zo\ufffd;a", "Zz\u202ea;b", f"{'Zz' * 200};c", f"Zzd;{'e' * 300}", ";f"]
        text = "\n".join(["Nom;Compétences", *bad, "Zzgood;zzskill"])
        rows = rows_of(text.encode())
        report = self.categories.import_vocabulary(rows)
        self.assertEqual([one["row"] for one in report["refused"]], [1, 2, 3, 4, 5])
        reasons = [one["reason"] for one in report["refused"]]
        values = ("Zo\ufffd", "Zz␣a", "ZzZz", "eee", "name")
        for value, reason in zip(values, reasons, strict=True):
            self.assertIn(value, reason)
        self.assertEqual(report["categories"], 1)

    def test_the_form_looks_first_and_imports_then(self):
        above = self.env["wezer.category"].create({"name": "Zz trades"})
        for content in (json.dumps(ROWS), "Nom;Compétences;padre\nZza;zzb, zzc;Zzd\n"):
            form = (
                self.env["wezer.file.import"]
                .with_user(self.ada)
                .create(
                    {
                        "kind": "vocabulary",
                        "file": b64encode(content.encode()),
                        "parent_id": above.id,
                    }
                )
            )
            form.action_read()
            self.assertFalse(form.not_read)
            form.action_check()
            self.assertIn("New skills: ", form.summary)
            self.assertFalse(above.child_ids.filtered(lambda one: one.name == "Zzd"))
            if content[0] == "[":
                self.assertIn("JSON", form.reading)
                self.assertEqual(
                    [(one.row, one.reason) for one in form.line_ids],
                    [(3, "the name is missing")],
                )
                self.assertFalse(self.categories._find("zzbaker"))
            form.action_import()
            self.assertEqual(form.step, "done")
        self.assertEqual(self.categories._find("zzbaker").parent_id.parent_id, above)
        self.assertEqual(self.categories._find("zza").parent_id.name, "Zzd")
        with self.assertRaises(Refusal):
            form.create({"kind": "vocabulary"}).action_read()

    @skipUnless(ESCO.exists(), "shared data are absent")
    def test_the_91_occupations_of_esco_come_in_whole(self):
        content = ESCO.read_bytes()
        occupations = json.loads(content)
        parent = self.env["wezer.category"].create({"name": "Zz ICT"})
        rows = rows_of(content)
        report = self.categories.import_vocabulary(rows, parent.id)
        self.assertEqual((report["categories"], report["refused"]), (91, []))
        self.assertEqual(parent.child_ids.mapped("uri").count(False), 0)
        self.assertEqual(len(parent.child_ids), 91)
        self.assertGreaterEqual(
            len(parent.child_ids.skill_ids),
            len({s for o in occupations for s in o["skill"]}),
        )
        by_uri = {one.uri: one for one in parent.child_ids}
        for one in occupations:
            category = by_uri[one["uri"]]
            self.assertEqual(category.name, one["label"])
            self.assertEqual(len(category.skill_ids), len(set(one["skill"])))
            for label in one["altLabel"]:
                found = self.categories.search([("display_name", "=", label)])
                self.assertIn(category, found, label)
        again = self.categories.import_vocabulary(rows, parent.id)
        self.assertEqual(
            [again[key] for key in ("categories", "skills", "links", "same")],
            [0, 0, 0, 91],
        )
        suggested = self.env["wezer.skill"].with_user(self.public)._suggest("cyber")
        self.assertTrue(suggested)
