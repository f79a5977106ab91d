from odoo import models

from odoo.addons.wezer_base.exceptions import NotAllowed

PAGE = 5000


class WezerReputation(models.Model):
    """Scores as a file (``./wezer export reputation``)."""

    _inherit = "wezer.reputation"

    def _export_rows(self):
        """Yield every score by criterion, overall ones first: section 7's columns.

        Who is new has no number there either.
        """
        if not self.env.user.has_group("wezer_base.group_administrator"):
            raise NotAllowed(
                self.env._("Administrators write scores to files."), rule="role"
            )
        yield "partner criterion score lower evidence".split()
        kinds = [("skill_id", "=", False), ("group_partner_id", "=", False)]
        for criterion in ("=", "!="):
            domain = [*kinds, ("criterion_id", criterion, False)]
            last = 0
            # Administrators see every score; only people's addresses are closed.
            while page := self.sudo().search(
                [*domain, ("id", ">", last)], order="id", limit=PAGE
            ):
                last = page[-1].id
                yield from page._file_rows()
                self.env.invalidate_all()

    def _file_rows(self):
        slugs = {
            profile.partner_id.id: profile.slug
            for profile in self.partner_id._wezer_profile()
        }
        for row in self:
            shown = not row.is_new
            yield [
                slugs.get(row.partner_id.id) or row.partner_id.name,
                row.criterion_id.name or "",
                f"{row.score:.6f}" if shown else "",
                f"{row.lower:.6f}" if shown else "",
                f"{row.evidence:.6f}",
            ]
