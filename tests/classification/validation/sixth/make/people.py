"""Invented persons, and how their marks are written out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from tests.classification.digits import resident
from tests.classification.validation.sixth.make import words


@dataclass(frozen=True, slots=True)
class Someone:
    """A person of a row."""

    name: str
    female: bool
    born: date
    number: str


def someone(r: Random, regions: tuple[str, ...], first: int, last: int) -> Someone:
    """A person born between two years, registered in one of the counties."""
    female = r.random() < 0.5
    born = date(first, 1, 1) + timedelta(days=r.randrange(365 * (last - first + 1)))
    serial = r.randrange(5, 480) * 2 + (0 if female else 1)
    return Someone(called(r, female), female, born, resident(f"{r.choice(regions)}{born:%Y%m%d}{serial:03d}"))


def called(r: Random, female: bool) -> str:
    """A name: one surname in forty is of two characters."""
    first = r.choice(words.DOUBLE) if r.random() < 0.025 else r.choice(words.SURNAMES)
    own = words.WOMEN if female else words.MEN
    shape = r.random()
    if shape < 0.22:
        return first + r.choice(own)
    if shape < 0.62:
        return first + r.choice(words.NEUTRAL) + r.choice(own)
    return first + r.choice(own) + r.choice(own)


def folk(
    regions: str = "", born: tuple[int, int] | None = None, child: bool = False
) -> Callable[[Random, int], Mapping[str, Any]]:
    """Rows about a person `a`, with two others `b` and `c`; a child has grown-up others."""
    counties = tuple(regions.split()) or tuple(words.REGIONS)

    def row(r: Random, i: int) -> Mapping[str, Any]:
        first, last = born or ((2014, 2020) if child else (1946, 2003))
        others = (1979, 1994) if child else (1950, 2000)
        return {
            "a": someone(r, counties, first, last),
            "b": someone(r, counties, *others),
            "c": someone(r, counties, *others),
        }

    return row


def mobile(r: Random) -> str:
    """An eleven-digit number of a mobile network."""
    return r.choice(
        [
            "134",
            "135",
            "136",
            "137",
            "138",
            "139",
            "150",
            "151",
            "152",
            "158",
            "159",
            "178",
            "182",
            "187",
            "188",
            "130",
            "132",
            "155",
            "186",
            "133",
            "153",
            "180",
            "189",
            "199",
        ]
    ) + "".join(r.choices("0123456789", k=8))


def address(r: Random, form: str) -> str:
    """Where somebody lives: `full`, `town`, `flat`, `village` or `short`."""
    street, number = r.choice(words.STREETS), r.randrange(1, 499)
    estate = r.choice(words.ESTATES) + r.choice(words.ESTATE_ENDS)
    flat = f"{r.randrange(1, 40)}幢{r.randrange(1, 5)}单元{r.randrange(1, 28)}{r.randrange(1, 5):02d}室"
    if form == "full":
        return f"{r.choice(words.CITIES)}{street}路{number}号{estate}{flat}"
    if form == "town":
        return f"{street}街道{r.choice(words.STREETS)}社区{estate}{flat}"
    if form == "flat":
        return f"{estate}{r.randrange(1, 40)}-{r.randrange(1, 5)}-{r.randrange(1, 28)}{r.randrange(1, 5):02d}"
    if form == "village":
        return f"{street}镇{r.choice(words.VILLAGES)}村{r.randrange(1, 15)}组{r.randrange(1, 90)}号"
    return f"{street}路{number}弄{r.randrange(1, 60)}号{r.randrange(1, 7)}0{r.randrange(1, 5)}"


def when(born: date, form: str) -> str:
    """A date as a system writes it; `serial` is a spreadsheet's number of days."""
    return str((born - date(1899, 12, 30)).days) if form == "serial" else born.strftime(form)
