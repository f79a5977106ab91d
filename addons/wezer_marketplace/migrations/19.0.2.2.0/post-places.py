"""Places of announcements are kept to about a hundred metres, as pages show them."""

from odoo.tools import SQL


def migrate(cr, version):
    """Round what programs wrote more exactly; positions of the map move with it."""
    cr.execute(
        SQL(
            """UPDATE wezer_announcement
                  SET latitude = round(latitude::numeric, 3),
                      longitude = round(longitude::numeric, 3),
                      map_x = 6371.0088 * radians(round(longitude::numeric, 3)::float),
                      map_y = 6371.0088 * asinh(tan(radians(
                          least(85, greatest(-85, round(latitude::numeric, 3)))::float
                      )))
                WHERE located
                  AND (latitude::numeric <> round(latitude::numeric, 3)
                       OR longitude::numeric <> round(longitude::numeric, 3))"""
        )
    )
