"""A field that remembers the answer to a question until the data behind it change."""

from typing import Any

from odoo import fields, models


class Memo(fields.Json):
    """What was computed once in a transaction, kept in the ORM's cache.

    Odoo drops it with everything else it has cached: at the end of the transaction,
    when a savepoint is rolled back, and by ``invalidate_all()``. Whatever changes the
    answer calls ``invalidate_model()`` on the field or is one of its ``depends``.

    Unlike with ``Json`` the value is handed out as it is, of any Python type, and is
    not copied: nobody changes it. The field is never stored and belongs to no user
    (``groups=fields.NO_ACCESS``): code reads it with ``sudo()``.
    """

    def convert_to_cache(
        self, value: Any, record: models.Model, validate: bool = True
    ) -> Any:
        """Keep the value as it is."""
        return value

    def convert_to_record(self, value: Any, record: models.Model) -> Any:
        """Hand out the value as it is."""
        return value

    def convert_to_read(
        self, value: Any, record: models.Model, use_display_name: bool = True
    ) -> bool:
        """Return nothing: the field is for code only."""
        return False
