"""The worker and the reviewer of a task in a stage, inherited from wider levels."""


def in_force(defaults: dict, *levels: list[tuple]) -> dict:
    """Return the partner of each duty, the nearer level before the wider one.

    A line adds a person (or another one) to a stage's duty, or takes what is
    inherited away; what was taken away stays away further down, unless a nearer
    level adds it again.

    :param dict defaults: ``{key: partner}`` that stages say themselves; a key is
        any pair of stage and duty
    :param levels: lists of ``(key, action, partner)``, the widest first; action is
        ``add`` or ``remove``
    :return: ``{key: partner}``, without the keys that nobody has
    """
    found = {key: partner for key, partner in defaults.items() if partner}
    for lines in levels:
        for key, action, partner in lines:
            if action == "remove":
                found.pop(key, None)
            elif partner:
                found[key] = partner
    return found
