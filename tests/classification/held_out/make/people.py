"""An invented person or enterprise of a row, so that its cells agree with each other."""

import random
from datetime import date, timedelta

from . import digits, words


class Person:
    """Name, sex, birth, seat and numbers that agree."""

    def __init__(self, rng: random.Random, ages: tuple[int, int], seat: str = "", sex: str = "男女") -> None:
        self.sex = rng.choice(sex)
        self.born = date(2026, 6, 1) - timedelta(days=rng.randint(ages[0] * 365 + 3, ages[1] * 365 + 360))
        elsewhere = rng.choice(list(words.REGIONS))
        self.seat = seat if seat and rng.random() < 0.95 else elsewhere
        self.region = self.seat if rng.random() < 0.75 else elsewhere
        given = words.GIVEN_M if self.sex == "男" else words.GIVEN_F
        self.name = rng.choice(words.SURNAMES) + rng.choice(given)
        seq = rng.randrange(1, 499) * 2 + (1 if self.sex == "男" else 0)
        self.tail = f"{self.born:%Y%m%d}{seq:03d}"
        self.id = digits.identity(self.region + self.tail)
        self.mobile = rng.choice(["137", "158", "186", "199", "173", "150", "188", "131"]) + digit_string(
            rng, 8
        )
        self.address = address(rng, self.seat)
        self.lon, self.lat = words.REGIONS[self.seat][4:]
        self.lon += rng.uniform(-0.06, 0.06)
        self.lat += rng.uniform(-0.06, 0.06)


class Firm:
    """Name, codes and seat of an enterprise."""

    def __init__(self, rng: random.Random, seat: str) -> None:
        self.region = seat if rng.random() < 0.85 else rng.choice(list(words.REGIONS))
        place = words.REGIONS[self.region][1]
        city = place[place.index("市") - 2 : place.index("市")]
        end = rng.choice(["有限公司", "有限责任公司", "股份有限公司", "合作社", "经营部", "厂"])
        self.head = rng.choice([city, city + "市"]) + rng.choice(words.BRANDS)
        self.name = self.head + rng.choice(words.TRADES) + end
        body = digit_string(rng, 6)
        self.org = digits.organisation("MA" + body if rng.random() < 0.5 else digit_string(rng, 8))
        self.uscc = digits.uscc(rng.choice(["91", "91", "92", "93"]) + self.region + self.org)
        self.licence = digits.licence(self.region + rng.choice("0126") + digit_string(rng, 7))
        self.address = f"{place}{rng.choice(words.ROADS)}路{rng.randint(1, 600)}号"
        self.address += rng.choice(["", "2幢", "A座3层", "厂区"])


def digit_string(rng: random.Random, n: int) -> str:
    """Some digits."""
    return "".join(rng.choice("0123456789") for _ in range(n))


def address(rng: random.Random, region: str) -> str:
    """Where somebody lives."""
    place = words.REGIONS[region][1]
    road, estate = rng.choice(words.ROADS), rng.choice(words.ESTATES)
    room = f"{rng.randint(1, 32)}{rng.choice(['栋', '幢', '号楼'])}{rng.randint(1, 4)}单元"
    room += f"{rng.randint(1, 18)}0{rng.randint(1, 4)}"
    return rng.choice(
        [
            f"{place}{road}路{rng.randint(1, 400)}号{estate}{room}",
            f"{estate}{room}{rng.choice(['室', ''])}",
            f"{place}{road}镇{rng.choice(words.SURNAMES)}家村{rng.randint(1, 12)}组{rng.randint(1, 90)}号",
            f"{road}街{rng.randint(1, 99)}弄{rng.randint(1, 40)}-{rng.randint(101, 604)}",
        ]
    )
