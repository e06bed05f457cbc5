"""The people of the city: households in villages, persons in households.

Decides who lives where; what a department's file says about them is decided by the departments.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Final

import numpy as np

from examples.city import codes
from examples.city.places import VILLAGE, villages
from examples.city.table import stream

# The close of the period the first files tell of.
CLOSE: Final = date(2026, 9, 30)
HOUSEHOLDS: Final = 18_000
RESIDENTS: Final = 49_955
# Persons who appear only in the second delivery.
NEWCOMERS: Final = 220

SURNAMES: Final = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕施张孔曹严华金魏陶姜谢邹苏潘葛范彭鲁韦"
GIVEN: Final = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红建国志云春雪梅文斌海燕晨浩宇欣怡子涵"

# Ages in years: lower ends of bands and their shares.
AGE_BANDS: Final = (0, 6, 18, 30, 45, 60, 70, 80, 90, 100)
AGE_SHARES: Final = (0.06, 0.12, 0.17, 0.22, 0.20, 0.12, 0.065, 0.036, 0.009)


@dataclass(frozen=True)
class People:
    """Every person, residents first, then newcomers; all arrays have one entry per person.

    Attributes:
        identity: 18-character identity numbers, all different.
        names: as printed.
        male: sex.
        births: days of birth as ``yyyymmdd``.
        household: index of the household.
        village: 12-digit code of the village.
        mobile: 11 digits.
        household_numbers: one entry per household.
        head: one entry per household: the index of the person who heads it.
        household_village: one entry per household.
    """

    identity: list[str]
    names: list[str]
    male: np.ndarray
    births: np.ndarray
    household: np.ndarray
    village: list[str]
    mobile: list[str]
    household_numbers: list[str]
    head: np.ndarray
    household_village: list[str]

    def ages(self, day: date = CLOSE) -> np.ndarray:
        """Whole years of age on ``day``."""
        today: np.ndarray = (day.year * 10_000 + day.month * 100 + day.day - self.births) // 10_000
        return today

    def birth_text(self, person: int) -> str:
        """Day of birth as ``1990-01-31``."""
        digits = str(self.births[person])
        return f"{digits[:4]}-{digits[4:6]}-{digits[6:]}"


@cache
def people() -> People:
    """The people of the city, always the same."""
    rng = stream("people")
    places = np.array(villages())
    at = rng.integers(0, len(places), HOUSEHOLDS)
    # The village that data flows back to is never empty.
    at[:60] = int(np.flatnonzero(places == VILLAGE)[0])
    household = np.sort(np.r_[np.arange(HOUSEHOLDS), rng.integers(0, HOUSEHOLDS, RESIDENTS - HOUSEHOLDS)])
    head = np.searchsorted(household, np.arange(HOUSEHOLDS))
    # The first five newcomers join the first five households, which are in that village.
    household = np.r_[household, np.arange(5), rng.integers(60, HOUSEHOLDS, NEWCOMERS - 5)]
    count = RESIDENTS + NEWCOMERS
    is_head = np.zeros(count, dtype=bool)
    is_head[head] = True
    ages = _ages(rng, count, is_head)
    births = _births(rng, ages)
    male = rng.random(count) < 0.51
    village = places[at][household]
    # One person in nine was registered elsewhere first, and keeps that region in the number.
    regions = np.where(rng.random(count) < 0.11, rng.integers(990201, 990206, count), _district(village))
    sequences = codes.distinct_sequences(regions, births, male)
    return People(
        identity=codes.identity_numbers(regions, births, sequences),
        names=_names(rng, count),
        male=male,
        births=births,
        household=household,
        village=village.tolist(),
        # 154 is a prefix no carrier has been given.
        mobile=[f"154{n:08d}" for n in (rng.permutation(10**5)[:count] * 997).tolist()],
        household_numbers=[f"{places[v][:6]}{h + 10_000_001}" for h, v in enumerate(at.tolist())],
        head=head,
        household_village=places[at].tolist(),
    )


def _ages(rng: np.random.Generator, count: int, is_head: np.ndarray) -> np.ndarray:
    band = rng.choice(len(AGE_SHARES), size=count, p=AGE_SHARES)
    # A household is headed by an adult.
    band = np.where(is_head & (band < 2), 3, band)
    low, high = np.array(AGE_BANDS)[band], np.array(AGE_BANDS)[band + 1]
    ages: np.ndarray = rng.integers(low, high)
    ages[RESIDENTS:] = rng.integers(20, 78, NEWCOMERS)
    return ages


def _births(rng: np.random.Generator, ages: np.ndarray) -> np.ndarray:
    # Nobody was born in the last month of the period: registration takes some weeks.
    days = ages * 365.25 + rng.integers(31, 365, len(ages))
    born = np.datetime64(CLOSE) - days.astype("timedelta64[D]")
    digits = np.char.replace(born.astype("datetime64[D]").astype(str), "-", "")
    whole: np.ndarray = digits.astype(np.int64)
    return whole


def _district(village: np.ndarray) -> np.ndarray:
    district: np.ndarray = village.astype(np.int64) // 10**6
    return district


def _names(rng: np.random.Generator, count: int) -> list[str]:
    first = rng.integers(0, len(SURNAMES), count).tolist()
    second = rng.integers(0, len(GIVEN), count).tolist()
    third = rng.integers(-len(GIVEN) // 3, len(GIVEN), count).tolist()
    return [
        SURNAMES[a] + GIVEN[b] + (GIVEN[c] if c >= 0 else "")
        for a, b, c in zip(first, second, third, strict=True)
    ]
