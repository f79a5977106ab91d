"""An announcement and a conversation in Arabic, among texts in other languages."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from . import texts

AUTHOR, REPLIER = "Youssef Amrani", "Samira Haddad"
DAYS = 6
TITLE = "دروس في اللغة العربية"
TEXT = "نقرأ ونتحدث معًا حول كأس من الشاي، مرة في الأسبوع."
ANSWER = "مرحبا يا يوسف، أود أن أتعلم القراءة."
TALK = (
    (REPLIER, "متى نبدأ؟ أنا متفرغة يوم السبت."),
    (AUTHOR, "السبت الساعة 10 مناسب، في Le Moulin."),
    (REPLIER, "Merci, à samedi !"),
)


def lessons(simulation: Any) -> Iterator[float | None]:
    """One offers lessons, another answers, and they agree on a day."""
    community = simulation.community
    market = community.as_(simulation.env["wezer.announcement"], AUTHOR)
    city, latitude, longitude = texts.PLACES[1]
    new = market.action_create_own(
        {
            "kind": "offer",
            "title": TITLE,
            "description": TEXT,
            "category_id": community.categories["Learning"].id,
            "visibility": "everyone",
            "places": 4,
            "quantity": 1,
            "unit": "hour",
            "prices": {community.hours.id: "1:00"},
            "claim_mode": "choose",
            "city": city,
            "latitude": latitude,
            "longitude": longitude,
        },
        publish=True,
    )
    yield 1
    deal_id = community.as_(market.browse(new), REPLIER).action_claim(message=ANSWER)
    for name, text in TALK:
        yield 0.1
        simulation.deal(deal_id, name).action_send_message(text)


def plan(simulation: Any, now: Any) -> None:
    """Let it happen a few days before ``now``."""
    simulation.at(now - timedelta(days=DAYS), lessons(simulation))
