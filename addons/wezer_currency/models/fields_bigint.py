from odoo import fields

# The first whole number whose neighbours a float cannot tell apart.
FLOAT_EXACT = 2**53


class BigInteger(fields.Integer):
    """An exact column of whole numbers: minor units of money, up to 38 digits.

    Odoo reads every ``numeric`` of the database as a float, which rounds numbers of
    16 digits and more. Where such a number is read, this field reads it again, as
    text; ordinary amounts cost nothing more. Other columns are not concerned.

    Amounts leave the server as text: a float of JavaScript rounds, too.
    """

    _column_type = ("numeric", "numeric(38,0)")
    # Amounts of different currencies are never summed by a view.
    aggregator = None

    def _insert_cache(self, records, values):
        values = [None if value is None else int(value) for value in values]
        rounded = [
            record_id
            for record_id, value in zip(records._ids, values, strict=True)
            if value is not None and abs(value) >= FLOAT_EXACT
        ]
        if rounded:
            exact = self._read_exact(records, rounded)
            values = [
                exact.get(record_id, value)
                for record_id, value in zip(records._ids, values, strict=True)
            ]
        return super()._insert_cache(records, values)

    def _read_exact(self, records, ids):
        """Return ``{record id: number}`` of these rows, read as text."""
        table = records.env[self.model_name]._table
        records.env.cr.execute(
            f'SELECT id, "{self.name}"::text FROM "{table}" WHERE id = ANY(%s)',
            [list(ids)],
        )
        return {row[0]: int(row[1]) for row in records.env.cr.fetchall()}

    def convert_to_record(self, value, record):
        return int(value or 0)

    def convert_to_read(self, value, record, use_display_name=True):
        return str(value or 0)
