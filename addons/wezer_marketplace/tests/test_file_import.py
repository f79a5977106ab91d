from base64 import b64encode

from odoo.tests import TransactionCase, tagged

from odoo.addons.wezer_base.exceptions import Refusal


@tagged("post_install", "-at_install")
class TestFileImport(TransactionCase):
    """Tasks, circles and members of circles are files of the same form."""

    def start(self, kind, text, **vals):
        form = (
            self.env["wezer.file.import"]
            .with_user(self.env.ref("base.user_admin"))
            .create({"kind": kind, "file": b64encode(text.encode()), **vals})
        )
        form.action_read()
        return form

    def test_tasks_are_read_as_people_write_hours_and_dates(self):
        text = (
            "Titre;Durée;Début\n"
            "Pain;2,5;03/04/2026\n"
            "Jardin;2:30;31/12/2026\n"
            "Toit;1 h 30;\n"
            "Mur;90 min;\n"
            "Banc;2 Std.;\n"
            "Porte;beaucoup;\n"
            "Clé;1;bientôt\n"
            "Feu;Zo\ufffd;\n"
        )
        form = self.start("tasks", text)
        with self.assertRaises(Refusal):
            form.action_check()
        form.project_name = "Zz chantier"
        form.action_check()
        reasons = [line.reason for line in form.line_ids]
        self.assertEqual(form.line_ids.mapped("row"), [6, 7, 8])
        for value, reason in zip(
            ("beaucoup", "bientôt", "Zo\ufffd"), reasons, strict=True
        ):
            self.assertIn(value, reason)
        self.assertFalse(
            self.env["project.project"].search([("name", "=", "Zz chantier")])
        )
        form.action_import()
        tasks = self.env["project.task"].search(
            [("project_id.name", "=", "Zz chantier")], order="id"
        )
        self.assertEqual(tasks.mapped("allocated_hours"), [2.5, 2.5, 1.5, 1.5, 2])
        self.assertEqual(
            (tasks[0].wezer_date_start.month, tasks[0].wezer_date_start.year), (4, 2026)
        )

    def test_circles_and_their_members_come_from_two_files(self):
        form = self.start(
            "circles", "Groupe;Dans;Nom\nzz-v;;Village\nzz-g;zz-v;Jardin\n"
        )
        form.action_import()
        garden = self.env["wezer.group"].search([("reference", "=", "zz-g")])
        self.assertEqual(garden.parent_id.name, "Village")
        form = self.start(
            "memberships", "Groupe;Personne;Depuis\nzz-g;Zoé Neu;31/1/2026\nzz-x;Luc;\n"
        )
        form.action_check()
        self.assertEqual(form.line_ids.mapped("row"), [2])
        self.assertIn("zz-x", form.line_ids.reason)
        form.action_import()
        self.assertEqual(garden._direct_members().mapped("name"), ["Zoé Neu"])
