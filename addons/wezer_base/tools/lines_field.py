"""A one2many field whose records are read together with their ids."""

from collections import defaultdict

from odoo import fields, models


class Lines(fields.One2many):
    """Records that are always shown or asked together: lines of a price, a profile.

    Odoo asks for the ids first, and for the fields when one is used. For lists of a
    few small records this asks for both at once, in one query for all records that
    are read.
    """

    def read(self, records: models.Model) -> None:
        """Read the lines of ``records`` whole; else as Odoo does."""
        comodel = records.env[self.comodel_name].with_context(
            **{"active_test": False, **self.context}
        )
        domain = self.get_comodel_domain(records)
        domain &= fields.Domain(self.inverse_name, "in", records.ids)
        ids = defaultdict(list)
        for line in comodel.search_fetch(domain):
            owner = line[self.inverse_name]
            ids[owner if isinstance(owner, int) else owner.id].append(line.id)
        self._insert_cache(records, [tuple(ids[number]) for number in records._ids])
