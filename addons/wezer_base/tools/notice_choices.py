"""Choices about notices of before version 19.0.2.4.0, which were made kind by kind."""

from typing import Any

from .notice_look import PLAIN


def take_over(env: Any) -> None:
    """Write the choices by group from those by kind.

    A group gets the frequency that its person chose for all mails; where the person
    refused all its kinds, never. Single kinds that were refused stay refused.
    """
    notices = env["wezer.notice"]
    kinds, looks = notices._kinds(), notices._looks()
    of_group: dict[str, list[str]] = {word: [] for word in notices._groups()}
    for kind, (_label, sent) in kinds.items():
        if sent:
            of_group[looks.get(kind, PLAIN).group].append(kind)
    env.cr.execute(
        """SELECT partner_id, company_id, frequency,
                  COALESCE(array_agg(kind) FILTER (WHERE NOT in_digest), '{}')
             FROM wezer_notice_choice_before GROUP BY 1, 2, 3"""
    )
    env["wezer.notice.choice"].create(
        [
            _choice(before, group, group_kinds, group in notices._groups_at_once())
            for before in env.cr.fetchall()
            for group, group_kinds in of_group.items()
            if group_kinds
        ]
    )


def leave_unsent(env: Any) -> None:
    """Keep out of the new digests what no former digest was to contain.

    A digest came every week at the latest: what is older waited for none, and nothing
    did where neither the person nor the community wanted digests.
    """
    env.flush_all()
    env.cr.execute(
        """UPDATE wezer_notice notice SET date_mailed = notice.date
             FROM res_company company
            WHERE company.id = notice.company_id AND notice.date_mailed IS NULL
              AND (notice.date < now() AT TIME ZONE 'UTC' - INTERVAL '8 days'
                   OR COALESCE(company.wezer_digest, 'never') = 'never'
                      AND NOT EXISTS (
                          SELECT FROM wezer_notice_choice_before chosen
                           WHERE chosen.partner_id = notice.partner_id))"""
    )
    env["wezer.notice"].invalidate_model(["date_mailed"])


def _choice(
    before: tuple[int, int, str, list[str]], group: str, kinds: list[str], push: bool
) -> dict:
    partner_id, company_id, frequency, refused = before
    without = [kind for kind in kinds if kind in refused]
    every = len(without) == len(kinds)
    return {
        "partner_id": partner_id,
        "company_id": company_id,
        "notice_group": group,
        "frequency": "never" if every else frequency,
        "push": push,
        "refused_kinds": False if every else " ".join(without) or False,
    }
