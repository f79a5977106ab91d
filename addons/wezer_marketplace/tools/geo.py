"""Places on the map: distances in km, and a plane to search on.

The plane is Mercator's, in km at the equator. It keeps angles: near a place all
directions are stretched alike, by 1 / cos(latitude), so that a circle stays a circle
and "nearest first" on the plane is nearest first on the ground. Within 100 km of the
centre the radius is off by less than 3 % below the 60th latitude.
"""

import math

from odoo.addons.wezer_base.tools.place_cells import Place

EARTH_KM = 6371.0088
# Mercator has no poles.
LATITUDE_MAX = 85.0


def plane(latitude: float, longitude: float) -> tuple[float, float]:
    """Return ``(x, y)`` of a place, in km at the equator.

    >>> plane(0, 0)
    (0.0, 0.0)
    """
    latitude = max(-LATITUDE_MAX, min(LATITUDE_MAX, float(latitude)))
    x = EARTH_KM * math.radians(float(longitude))
    y = EARTH_KM * math.asinh(math.tan(math.radians(latitude)))
    return x, y


def on_plane(km: float, latitude: float) -> float:
    """Return how long ``km`` at this latitude are on the plane."""
    latitude = max(-LATITUDE_MAX, min(LATITUDE_MAX, float(latitude)))
    return km / math.cos(math.radians(latitude))


def distance(start: Place, end: Place) -> float:
    """Return the km between two ``(latitude, longitude)`` by the haversine formula.

    >>> round(distance((46.2044, 6.1432), (46.5197, 6.6323)))
    51
    """
    (lat1, lon1), (lat2, lon2) = (map(math.radians, place) for place in (start, end))
    half = (
        math.sin((lat2 - lat1) / 2) ** 2
        + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    )
    return 2 * EARTH_KM * math.asin(min(1.0, math.sqrt(half)))
