"""The persons and firms a row is about."""

import copy
import datetime
from random import Random

from . import numbers, words

TODAY = datetime.date(2024, 9, 1)


class Person:
    """Somebody who does not exist."""

    def __init__(self, g: Random, ages: tuple[int, int]):
        days = g.randint(ages[0] * 365 + 10, ages[1] * 365 + 300)
        self.birth = TODAY - datetime.timedelta(days=days)
        self.age = days * 100 // 36525
        self.man = g.random() < 0.5
        self.origin = g.choice(words.DIVISIONS)[0] if g.random() < 0.8 else g.choice(words.ORIGINS)
        self.sequence = f"{g.randint(0, 49) * 2 + g.randint(1, 3) * 100 + self.man:03d}"
        self.id = numbers.mod_11_2(f"{self.origin}{self.birth:%Y%m%d}{self.sequence}")
        draw = g.random()
        self.surname = g.choice(
            words.COMMON if draw < 0.6 else words.DOUBLE if draw > 0.98 else words.SURNAMES
        )
        given = words.GIVEN_M if self.man else words.GIVEN_F
        self.name = self.surname + "".join(g.choice(given) for _ in range(1 if g.random() < 0.25 else 2))
        if g.random() < 0.02:
            self.name = g.choice(words.MINORITY)
        self.foreign = g.choice(words.FOREIGN)
        heads = ("138", "139", "135", "136", "150", "151", "158", "186", "189", "133", "177", "199")
        self.mobile = g.choice(heads) + numbers.some_digits(g, 8)
        code, self.region = g.choice(words.DIVISIONS)
        self.division = code
        self.home = (
            f"{g.choice(words.ROADS)}{g.randint(1, 188)}号"
            + (f"{g.choice(words.ESTATES)}" if g.random() < 0.5 else "")
            + f"{g.randint(1, 28)}栋{g.randint(1, 3)}单元{g.randint(1, 28)}0{g.randint(1, 6)}"
        )
        if g.random() < 0.2:
            self.home = f"{g.choice(words.COMMUNITIES)}{g.randint(1, 9)}组{g.randint(1, 96)}号"


class Firm:
    """An enterprise that does not exist."""

    def __init__(self, g: Random):
        self.division, self.region = g.choice(words.DIVISIONS)
        place = g.choice(("宜昌市", "宜昌", "湖北", self.region[6:8] if g.random() < 0.5 else "宜昌市"))
        self.name = place + g.choice(words.MARKS) + g.choice(words.TRADES) + g.choice(words.FORMS)
        self.organ = numbers.organisation_code(g)
        self.uscc = numbers.uscc(g, self.division, self.organ)
        self.licence = numbers.licence(g, self.division)
        self.seat = f"{self.region}{g.choice(words.ROADS)}{g.randint(1, 220)}号"
        self.phone = f"0717-{g.choice('6')}{numbers.some_digits(g, 6)}"


class Row:
    """What a row is made of: chance, its number, somebody, somebody else and a firm."""

    def __init__(self, g: Random, i: int, ages: tuple[int, int]):
        self.g = g
        self.i = i
        self.p = Person(g, ages)
        self.q = Person(g, (26, 66))
        self.f = Firm(g)

    def other(self) -> "Row":
        """The row seen from the somebody else."""
        row = copy.copy(self)
        row.p, row.q = self.q, self.p
        return row
