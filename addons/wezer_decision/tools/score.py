"""Points, choices and dates: sums for each option."""

from collections.abc import Mapping
from fractions import Fraction


def points(tallies: Mapping[str, int], n: int) -> tuple[list[int], list[int]]:
    """Return the points of each option, and how many voters gave it any (0 too)."""
    sums, voters = [0] * n, [0] * n
    for text, times in tallies.items():
        if not text:
            continue
        for option, cell in enumerate(text.split(",")):
            if cell:
                sums[option] += int(cell) * times
                voters[option] += times
    return sums, voters


def means(sums: list[int], voters: list[int]) -> list[Fraction]:
    """Return the mean of each option over those who did not leave it blank."""
    return [
        Fraction(points, people) if people else Fraction(0)
        for points, people in zip(sums, voters, strict=True)
    ]


def picks(tallies: Mapping[str, int], n: int) -> list[int]:
    """Return how many voters chose each option."""
    votes = [0] * n
    for text, times in tallies.items():
        for cell in text.split(",") if text else ():
            votes[int(cell) - 1] += times
    return votes


def dates(tallies: Mapping[str, int], n: int) -> tuple[list[int], list[int]]:
    """Return how many can come at each date, if need be included, and who said yes."""
    can, yes = [0] * n, [0] * n
    for text, times in tallies.items():
        for option, cell in enumerate(text.split(",") if text else ()):
            if cell in ("y", "m"):
                can[option] += times
            if cell == "y":
                yes[option] += times
    return can, yes
