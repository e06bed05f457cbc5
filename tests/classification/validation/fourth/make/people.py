"""Persons and rows: what the makers of values draw from."""

import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

from . import checks, words

TODAY = date(2025, 6, 30)


def digits(rng: random.Random, count: int) -> str:
    """So many digits."""
    return "".join(rng.choice("0123456789") for _ in range(count))


@dataclass
class Person:
    """One invented person."""

    rng: random.Random
    low: int
    high: int
    male: bool = False
    birth: date = field(default=TODAY)

    def __post_init__(self) -> None:
        """Draw sex and birthday."""
        self.male = self.rng.random() < 0.5
        self.birth = TODAY - timedelta(days=self.rng.randint(self.low * 365 + 90, self.high * 365 + 300))

    @cached_property
    def name(self) -> str:
        """A name with one or two characters after the surname."""
        given = words.MALE if self.male else words.FEMALE
        if self.birth.year < 1975:
            given = given[:8] + words.OLD
        surname = self.rng.choice(words.TWO_SURNAMES if self.rng.random() < 0.02 else words.SURNAMES)
        return surname + "".join(self.rng.sample(given, 1 if self.rng.random() < 0.25 else 2))

    def _eighteen(self, place: str) -> str:
        order = self.rng.randint(0, 499) * 2 + (1 if self.male else 0)
        body = f"{place}{self.birth:%Y%m%d}{order:03d}"
        return body + checks.mod11_2(body)

    @cached_property
    def idno(self) -> str:
        """The number of the identity card."""
        near = self.rng.random() < 0.8
        return self._eighteen(
            self.rng.choice(words.COUNTIES)[0] if near else self.rng.choice(words.ELSEWHERE)
        )

    @cached_property
    def permit(self) -> str:
        """The number of the residence permit of somebody from Hong Kong, Macao or Taiwan."""
        return self._eighteen(self.rng.choice(["810000", "820000", "830000"]))

    @cached_property
    def foreign(self) -> str:
        """The number of a foreigner's permanent residence card, of the new form or the old."""
        letters, number = self.rng.choice(words.NATIONS)
        if self.rng.random() < 0.6:
            body = f"942{number}{self.birth:%Y%m%d}{digits(self.rng, 3)}"
            return body + checks.mod11_2(body)
        body = f"{letters}4210{self.birth:%y%m%d}{self.rng.randint(1, 3)}"
        return body + checks.icao(body)

    @cached_property
    def mobile(self) -> str:
        """A mobile number."""
        return self.rng.choice(
            ["139", "138", "137", "150", "152", "158", "186", "189", "177", "133", "199", "166"]
        ) + digits(self.rng, 8)

    @cached_property
    def address(self) -> str:
        """Where the person lives, in one of the ways clerks write."""
        county, rng = self.rng.choice(words.COUNTIES), self.rng
        flat = f"{rng.randint(1, 30)}栋{rng.randint(1, 3)}单元{rng.randint(1, 26)}0{rng.randint(1, 4)}室"
        short = flat.replace("栋", "-").replace("单元", "-").replace("室", "")
        road, town = rng.choice(words.ROADS), rng.choice(words.TOWNS)
        return rng.choice(
            [
                f"湖北省荆州市{county[1]}{road}{rng.randint(1, 300)}号{rng.choice(words.ESTATES)}{flat}",
                f"荆州市{county[1]}{rng.choice(words.ESTATES)}{short}",
                f"{county[1]}{town}{rng.choice(words.VILLAGES)}{rng.randint(1, 12)}组{rng.randint(1, 90)}号",
                f"{road}{rng.randint(1, 200)}号",
            ]
        )


class Row:
    """One row: its person, a second one, an enterprise's seed and a day of record."""

    def __init__(self, rng: random.Random, number: int, ages: tuple[int, int]) -> None:
        """Draw what all columns of the row share."""
        self.rng, self.number = rng, number
        self.p = Person(rng, *ages)
        self.q = Person(rng, 26, 58)
        self.q.male = not self.p.male
        self.county = rng.choice(words.COUNTIES)
        self.day = TODAY - timedelta(days=rng.randint(1, 900))
        self.firm = self._firm()

    def _firm(self) -> str:
        rng = self.rng
        place = rng.choice(["荆州市", "荆州", "湖北", self.county[1], ""])
        if rng.random() < 0.12:
            return f"{self.county[1]}{rng.choice(words.SURNAMES)}记{rng.choice(words.SHOPS)}"
        return (
            place
            + rng.choice(words.FIRM_HEADS)
            + rng.choice(words.FIRM_TRADES)
            + rng.choice(words.FIRM_TAILS)
        )
