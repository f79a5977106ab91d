"""What a new community can begin with: a currency, categories, skills, terms of use.

The words are marked for translation here; a set is written in every language of the
website that has them.
"""

from typing import Any, NamedTuple

from odoo.tools import LazyTranslate

_lt = LazyTranslate(__name__)


class Branch(NamedTuple):
    """A category with its look and the words below it."""

    name: Any
    icon: str
    tint: int
    words: tuple


class StarterSet(NamedTuple):
    """One way to begin.

    :param currency: values of the currency, all but its name and code
    """

    currency: dict
    name: Any
    code: str
    branches: tuple


SERVICES = (
    Branch(
        _lt("Garden"),
        "fa-leaf",
        1,
        (
            _lt("Pruning"),
            _lt("Composting"),
            _lt("Growing vegetables"),
            _lt("Mowing and hedges"),
            _lt("Watering plants"),
            _lt("Looking after animals"),
        ),
    ),
    Branch(
        _lt("Repairs"),
        "fa-wrench",
        3,
        (
            _lt("Carpentry"),
            _lt("Repairing bicycles"),
            _lt("Sewing and mending"),
            _lt("Electrical repairs"),
            _lt("Plumbing"),
            _lt("Painting walls"),
            _lt("Assembling furniture"),
        ),
    ),
    Branch(
        _lt("Care and errands"),
        "fa-heart",
        2,
        (
            _lt("Visits and company"),
            _lt("Looking after children"),
            _lt("Shopping for someone"),
            _lt("Driving someone"),
            _lt("Going along to an appointment"),
            _lt("Housework"),
            _lt("Moving house"),
        ),
    ),
    Branch(
        _lt("Kitchen"),
        "fa-cutlery",
        5,
        (
            _lt("Cooking"),
            _lt("Baking"),
            _lt("Preserving food"),
            _lt("Cooking for many"),
            _lt("Serving at events"),
        ),
    ),
    Branch(
        _lt("Learning and computers"),
        "fa-book",
        4,
        (
            _lt("Conversation in a language"),
            _lt("Help with homework"),
            _lt("Mathematics"),
            _lt("Playing an instrument"),
            _lt("Singing"),
            _lt("Help with computers"),
            _lt("Help with phones"),
            _lt("Photography"),
        ),
    ),
    Branch(
        _lt("Community and paperwork"),
        "fa-users",
        6,
        (
            _lt("Writing and correcting"),
            _lt("Translating"),
            _lt("Accounting"),
            _lt("Filling in forms"),
            _lt("Drawing and design"),
            _lt("Organising events"),
            _lt("Running meetings"),
        ),
    ),
)
THINGS = (
    Branch(
        _lt("Tools"),
        "fa-wrench",
        3,
        (
            _lt("Drills and screwdrivers"),
            _lt("Saws"),
            _lt("Ladders"),
            _lt("Sanding machines"),
            _lt("Painting tools"),
            _lt("Sewing machines"),
            _lt("Bicycle tools"),
        ),
    ),
    Branch(
        _lt("Garden tools"),
        "fa-leaf",
        1,
        (
            _lt("Lawn mowers"),
            _lt("Hedge trimmers"),
            _lt("Wheelbarrows"),
            _lt("Shredders"),
            _lt("Spades and forks"),
            _lt("Seeds and plants"),
        ),
    ),
    Branch(
        _lt("Kitchen and parties"),
        "fa-cutlery",
        5,
        (
            _lt("Large pots"),
            _lt("Fruit presses"),
            _lt("Dishes for many"),
            _lt("Tables and benches"),
            _lt("Tents and awnings"),
            _lt("Loudspeakers"),
            _lt("Projectors"),
        ),
    ),
    Branch(
        _lt("Children and games"),
        "fa-child",
        2,
        (
            _lt("Children's clothes"),
            _lt("Prams and car seats"),
            _lt("Toys"),
            _lt("Board games"),
            _lt("Costumes"),
            _lt("Cots and high chairs"),
        ),
    ),
    Branch(
        _lt("Books and music"),
        "fa-book",
        4,
        (
            _lt("Books"),
            _lt("Films"),
            _lt("Musical instruments"),
            _lt("Cameras"),
            _lt("Computers and tablets"),
            _lt("Telescopes"),
        ),
    ),
    Branch(
        _lt("Transport and travel"),
        "fa-bicycle",
        7,
        (
            _lt("Cars"),
            _lt("Vans"),
            _lt("Trailers"),
            _lt("Cargo bicycles"),
            _lt("Bicycles"),
            _lt("Roof boxes and carriers"),
            _lt("Camping equipment"),
            _lt("Suitcases"),
        ),
    ),
)

SETS = {
    "time_bank": StarterSet(
        {
            "kind": "mutual_credit",
            "unit_kind": "hour",
            "has_lower": True,
            "lower_limit": -20 * 60,
            "has_upper": True,
            "upper_limit": 60 * 60,
            "hours_per_unit": 1.0,
        },
        _lt("Hours"),
        "h",
        SERVICES,
    ),
    "lets": StarterSet(
        {
            "kind": "mutual_credit",
            "unit_kind": "decimal",
            "digits": 2,
            "has_lower": True,
            "lower_limit": -20_000,
            "has_upper": True,
            "upper_limit": 60_000,
        },
        _lt("Units"),
        "u",
        SERVICES,
    ),
    "sharing_club": StarterSet(
        {
            "kind": "mutual_credit",
            "unit_kind": "decimal",
            "digits": 0,
            "has_lower": True,
            "lower_limit": -20,
            "has_upper": True,
            "upper_limit": 100,
        },
        _lt("Points"),
        "p",
        THINGS,
    ),
}

TERMS = (
    _lt("We help each other as neighbours. Nobody has to accept a request."),
    _lt(
        "Say what you can really do, come when you promised, and tell the other"
        " person early if you cannot come."
    ),
    _lt(
        "Thanks in our own currency is not money: nobody has a right to exchange it"
        " for euros or other legal tender."
    ),
    _lt(
        "Do only work that you know how to do safely. Each person is responsible for"
        " their own insurance and taxes."
    ),
    _lt(
        "Treat what you learn about others as private. What members see of you is your"
        " choice, on the page of your profile."
    ),
    _lt(
        "If two people cannot agree, moderators of the community listen to both and"
        " decide."
    ),
    _lt("You can leave at any time and take your data with you."),
)
