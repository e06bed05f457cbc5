"""The rows of the safety city: persons, enterprises, tickets and an operator's customers, by a fixed seed.

Decides what is planted for the corpora: one person everybody knows, groups too small to show, sums one
payer dominates, a category with one ticket. Nothing in it is a person's.
"""

from __future__ import annotations

import csv
import itertools
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np

from contracts.codes import resident_check, uscc_check

SEED: Final = 20_260_924
PERSONS: Final = 100_000
ENTERPRISES: Final = 8_000
TICKETS: Final = 60_000
CUSTOMERS: Final = 3_000
# Customers of the operator who live in the city.
KNOWN: Final = 2_700

DISEASES: Final = tuple(f"D{number:02d}" for number in range(1, 61))
# The three districts the corpora name, then as many as make three hundred.
REGIONS: Final = tuple(f"{city}{county:02d}" for city in (1101, 1102, 1103, 1104) for county in range(1, 76))
CATEGORIES: Final = ("噪声", *(f"类别{number:02d}" for number in range(1, 39)), "孤例")
INDUSTRIES: Final = tuple(f"{number:02d}" for number in range(1, 98))
SEGMENTS: Final = tuple(f"S{number:02d}" for number in range(1, 13))
FIRST_HOUR: Final = datetime(2024, 1, 1)
HOURS: Final = 25_296  # up to 2026-11-19 23:00

# Groups below ten units: the last five regions, the last three diseases.
_SMALL_REGIONS: Final = dict(zip(REGIONS[-5:], (9, 7, 5, 3, 1), strict=True))
_SMALL_DISEASES: Final = dict(zip(DISEASES[-3:], (8, 6, 4), strict=True))
_WITHOUT_DISEASE: Final = 4
_LARGE_PAYERS: Final = 20

Table = dict[str, list[Any]]


def tables() -> dict[str, Table]:
    """Columns of every table by name; empty text where a value is missing."""
    person = _persons(np.random.default_rng([SEED, 1]))
    return {
        "person": person,
        "enterprise": _enterprises(np.random.default_rng([SEED, 2])),
        "hotline": _tickets(np.random.default_rng([SEED, 3])),
        "op_customers": _customers(np.random.default_rng([SEED, 4]), person["id_card"]),
    }


def write(folder: Path, name: str, table: Table) -> Path:
    """Write a table as CSV."""
    path = folder / f"{name}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(table)
        writer.writerows(zip(*table.values(), strict=True))
    return path


def _persons(draw: np.random.Generator) -> Table:
    days = np.datetime64("1920-01-01") + draw.integers(0, 38_716, PERSONS)
    births = [str(day) for day in days]
    births[0] = "1990-03-07"
    regions = _skewed(draw, REGIONS[:-5], PERSONS)
    diseases = _skewed(draw, DISEASES[:-3], PERSONS, power=1.2)
    place = itertools.count(1_000)
    for label, count in _SMALL_REGIONS.items():
        for _ in range(count):
            regions[next(place)] = label
    for label, count in _SMALL_DISEASES.items():
        for _ in range(count):
            diseases[next(place)] = label
    for _ in range(_WITHOUT_DISEASE):
        diseases[next(place)] = ""
    income = np.minimum(draw.lognormal(11.1, 0.7, PERSONS), 999_999).astype(int).tolist()
    person: Table = {
        "id_card": _identity(births),
        "name": [a + b for a, b in zip(_of(draw, "赵钱孙李周吴"), _of(draw, "伟芳娜敏静丽"), strict=True)],
        "gender": draw.choice(["F", "M"], PERSONS).tolist(),
        "birth_date": births,
        "region_code": regions,
        "income": income,
        "disease": diseases,
    }
    known = {"name": "张三", "gender": "F", "region_code": "110105", "disease": DISEASES[58]}
    for column, value in {**known, "income": 1_000_000}.items():
        person[column][0] = value
    return person


def _enterprises(draw: np.random.Generator) -> Table:
    serials = [f"91990101MA{number:07d}" for number in range(ENTERPRISES)]
    tax = np.minimum(draw.lognormal(11, 1.1, ENTERPRISES), 4_000_000).astype(int)
    industry = draw.choice(INDUSTRIES, ENTERPRISES).tolist()
    region = _skewed(draw, REGIONS[:-5], ENTERPRISES)
    for payer in range(_LARGE_PAYERS):  # one payer holds nearly all of its cell
        tax[payer], industry[payer] = 99_000_000, INDUSTRIES[payer]
    return {
        "uscc": [serial + uscc_check(serial) for serial in serials],
        "name": [f"云州第{number}有限公司" for number in range(ENTERPRISES)],
        "industry_code": industry,
        "region_code": region,
        "employees": np.minimum(draw.lognormal(3, 1.3, ENTERPRISES), 10_000).astype(int).tolist(),
        "tax_paid": tax.tolist(),
    }


def _tickets(draw: np.random.Generator) -> Table:
    category = _skewed(draw, CATEGORIES[:-1], TICKETS, power=0.7)
    category[-1] = CATEGORIES[-1]
    hours = draw.integers(0, HOURS, TICKETS).tolist()
    return {
        "ticket_id": [f"T{number:07d}" for number in range(TICKETS)],
        "region_code": _skewed(draw, REGIONS[:-5], TICKETS),
        "category": category,
        "created_at": [f"{FIRST_HOUR + timedelta(hours=hour):%Y-%m-%d %H:%M:%S}" for hour in hours],
        "content": ["来电反映，请处理"] * TICKETS,
    }


def _customers(draw: np.random.Generator, residents: list[str]) -> Table:
    strangers = [f"9901021985{month:02d}11{number:03d}" for month in range(1, 13) for number in range(100)]
    known = [residents[int(place)] for place in draw.permutation(PERSONS - 1)[:KNOWN] + 1]
    known[0] = residents[0]
    others = [serial + resident_check(serial) for serial in strangers[: CUSTOMERS - KNOWN]]
    segment = draw.choice(SEGMENTS[:-2], CUSTOMERS).tolist()
    segment[0] = SEGMENTS[-2]  # a segment of one known person and a few others
    segment[1:4] = [SEGMENTS[-1]] * 3
    segment[KNOWN : KNOWN + 5] = [SEGMENTS[-2]] * 5
    return {
        "customer_id": [f"C{number:06d}" for number in range(CUSTOMERS)],
        "id_card": known + others,
        "segment": segment,
    }


def _identity(births: list[str]) -> list[str]:
    """Resident numbers of a division no place has, one for each day of birth, all different."""
    seen: dict[str, int] = {}
    made = []
    for birth in births:
        day = birth.replace("-", "")
        order = seen[day] = seen.get(day, -1) + 1
        serial = f"990101{day}{order:03d}"
        made.append(serial + resident_check(serial))
    return made


def _skewed(draw: np.random.Generator, labels: tuple[str, ...], rows: int, power: float = 0.8) -> list[str]:
    """Labels drawn so that the first are common and the last are not, each far more than ten times."""
    weights = np.array([1 / (place + 1) ** power for place in range(len(labels))])
    weights = 0.85 * weights / weights.sum() + 0.15 / len(labels)
    chosen: list[str] = draw.choice(labels, rows, p=weights).tolist()
    return chosen


def _of(draw: np.random.Generator, letters: str) -> list[str]:
    pick: Callable[..., Any] = draw.choice
    return [str(letter) for letter in pick(list(letters), PERSONS)]
