from odoo import api, models


class WezerCheck(models.AbstractModel):
    _inherit = "wezer.check"

    @api.model
    def _checks(self):
        return super()._checks() + [
            (
                self.env._("Every assessment that counts has its scores"),
                self._check_assessment_lines,
            ),
            (
                self.env._("Nobody assesses himself, nor twice"),
                self._check_assessment_sides,
            ),
        ]

    def _check_assessment_lines(self):
        self.env.flush_all()
        self.env.cr.execute(
            """SELECT a.id FROM wezer_assessment a
                LEFT JOIN wezer_assessment_line l ON l.assessment_id = a.id
                WHERE a.state = 'revealed' GROUP BY a.id HAVING count(l.id) = 0"""
        )
        return self.env.cr.fetchall()

    def _check_assessment_sides(self):
        self.env.flush_all()
        self.env.cr.execute(
            """SELECT id FROM wezer_assessment
                WHERE assessor_id = assessed_id OR person_id = assessed_id"""
        )
        return self.env.cr.fetchall()
