"""What lists of announcements show of each, asked of the database for all at once."""

from .matchmaking import format_distance, helper_side, reasons_for_user


def cards(announcements, centre=None) -> list[dict]:
    """Return what the card of each announcement shows to the user.

    :param centre: where distances are counted from, ``(latitude, longitude)``; for a
        member their own place where left out
    :return: dicts ``announcement``, ``name``, ``profile``, ``score``, ``reason`` and
        ``km``
    """
    env = announcements.env
    public = env.user._is_public()
    authors = announcements.sudo().author_id
    scores = {} if public else authors._wezer_scores()
    helper = None if public else helper_side(env)
    reasons = {} if public else reasons_for_user(announcements, helper, near=False)
    centre = centre or (helper and helper.place)
    shown = shown_authors(announcements)
    profiles = {
        profile.sudo().partner_id.id: profile
        for profile in env["wezer.profile"].search([("partner_id", "in", shown.ids)])
    }
    result = []
    for announcement in announcements:
        author = announcement.sudo().author_id
        # Not ``author & shown``: names are read for all authors at once.
        seen = author if author in shown else author.browse()
        result.append(
            {
                "announcement": announcement,
                # The display name guards the names of private groups.
                "name": seen.display_name or "",
                "profile": profiles.get(seen.id),
                "score": scores.get(author.id),
                "reason": reasons.get(announcement.id, ""),
                "km": format_distance(announcement, centre),
            }
        )
    return result


def shown_authors(announcements):
    """Return the authors (sudo) whose names the user may read here.

    Visitors read names only where the community says so, or where the author is the
    community itself or a group that visitors see.
    """
    env = announcements.env
    authors = announcements.sudo().author_id
    company = env.company.sudo()
    if not env.user._is_public() or company.wezer_visitors_see_members:
        return authors
    groups = env["wezer.group"].search([("partner_id", "in", authors.ids)])
    return authors & (company.partner_id | groups.sudo().partner_id)
