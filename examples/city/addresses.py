"""Messy addresses of the city, as people at counters write them, and the street each really lies in.

Decides how an address is spelt; the standard address list is the one the city's bureau of civil affairs would
keep: divisions, roads with their house numbers, compounds, other names and former names. The truth is the
village the generator put the home in, whatever the text says. Nobody's spelling is made for a reader.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np

from examples.city.places import CITY_NAME, DISTRICTS, STREET_NAMES, divisions, villages
from examples.city.table import FULL_WIDTH, stream

# One road of this name runs through two neighbouring streets of a district; the numbers divide it.
ROADS: Final = ("滨河路", "人民路", "解放街", "文化巷", "新华大街", "育才路")
COMPOUNDS: Final = ("锦绣花园", "阳光家园", "翠竹苑", "金桂公寓", "康乐新村", "书香门第")
# Two characters that make a compound's name its own.
PLACES_IN: Final = "东西南北中上下左右里外前后"
HOMES: Final = 20_000


@dataclass(frozen=True, slots=True)
class Home:
    """One address.

    Attributes:
        text: as written.
        village: 12-digit code of where it really lies.
        kind: how it is written.
    """

    text: str
    village: str
    kind: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A name of the standard address list; columns as ``ybz places enter names`` reads them."""

    name: str
    code: str
    kind: str
    low: str = ""
    high: str = ""


def standard_names() -> tuple[Listed, ...]:
    """The names the bureau keeps beside the divisions."""
    found: list[Listed] = []
    for street in _streets():
        number = int(street[-3:]) - 1
        # Streets 1 and 2, 3 and 4, 5 and 6 of a district share two roads.
        for road in ROADS[number // 2 * 2 : number // 2 * 2 + 2]:
            low, high = (1, 199) if number % 2 == 0 else (200, 399)
            found.append(Listed(road, street, "place", str(low), str(high)))
        found.append(Listed(_former(street), street, "former"))
        found.append(Listed(_nickname(street), street, "alias"))
    found += [Listed(_compound(village), village, "place") for village in villages()]
    return tuple(found)


def homes(count: int = HOMES) -> tuple[Home, ...]:
    """Messy addresses, always the same."""
    rng = stream("addresses")
    places = villages()
    return _written([places[at] for at in rng.integers(0, len(places), count).tolist()], rng)


def written_of(places: Sequence[str], name: str) -> tuple[Home, ...]:
    """The addresses somebody wrote of homes in these villages (12-digit codes) in the table of that name."""
    return _written(places, stream(f"{name}/addresses"))


def _written(places: Sequence[str], rng: np.random.Generator) -> tuple[Home, ...]:
    kinds = list(WRITTEN)
    chances = np.array([share for share, _ in WRITTEN.values()])
    drawn = rng.choice(kinds, size=len(places), p=chances / chances.sum()).tolist()
    names = {d.code: d.name for d in divisions()}
    made = []
    for village, kind in zip(places, drawn, strict=True):
        made.append(Home(_scribbled(WRITTEN[kind][1](_Writer(village, names, rng)), rng), village, kind))
    return tuple(made)


def write_lists(folder: Path) -> None:
    """Write the lists ``ybz places enter`` reads: ``divisions.csv`` and ``names.csv``."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "divisions.csv").open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(("区划代码", "区划名称", "上级代码"))
        writer.writerows((d.code, d.name, d.parent) for d in divisions())
    with (folder / "names.csv").open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(("名称", "区划代码", "类型", "起始门牌号", "终止门牌号"))
        words = {"place": "地名", "former": "曾用名", "alias": "别名"}
        writer.writerows((n.name, n.code, words[n.kind], n.low, n.high) for n in standard_names())


@dataclass(frozen=True)
class _Writer:
    """Somebody who writes the address of a home in a village."""

    village: str
    names: dict[str, str]
    rng: np.random.Generator

    @property
    def street(self) -> str:
        return self.village[:9]

    @property
    def district_name(self) -> str:
        return self.names[self.village[:6]]

    @property
    def street_name(self) -> str:
        return self.names[self.street]

    @property
    def village_name(self) -> str:
        return self.names[self.village]

    def door(self) -> str:
        """A house, a building, a door."""
        n = int(self.rng.integers(1, 60))
        forms = (
            f"{n}号",
            f"{n}号楼{n % 5 + 1}单元{n % 18 + 1}01室",
            f"{n}-{n % 6 + 1}-{n % 18 + 1}02",
            f"{n % 9 + 1}组",
            f"{n % 20 + 1}栋",
        )
        return forms[int(self.rng.integers(0, len(forms)))]

    def road(self) -> str:
        """A road of the street with a number that lies in it."""
        number = int(self.street[-3:]) - 1
        road = ROADS[number // 2 * 2 + int(self.rng.integers(0, 2))]
        low = 1 if number % 2 == 0 else 200
        return f"{road}{low + int(self.rng.integers(0, 199))}号"

    def other_street(self) -> str:
        """Another street of the same district."""
        others = [code for code in _streets() if code[:6] == self.village[:6] and code != self.street]
        return others[int(self.rng.integers(0, len(others)))]


def _full(w: _Writer) -> str:
    return f"{w.district_name}{w.street_name}{w.village_name}{w.door()}"


def _with_city(w: _Writer) -> str:
    return f"{CITY_NAME}{_full(w)}"


def _no_endings(w: _Writer) -> str:
    names = (w.district_name[:-1], w.street_name.removesuffix("街道").removesuffix("镇"))
    return f"{names[0]}{names[1]}{w.village_name.removesuffix('社区').removesuffix('村')}{w.door()}"


def _committee(w: _Writer) -> str:
    ending = "村委会" if w.village_name.endswith("村") else "居委会"
    stem = w.village_name.removesuffix("社区").removesuffix("村")
    return f"{w.district_name}{w.street_name}{stem}{ending}{w.door()}"


def _by_road(w: _Writer) -> str:
    return f"{w.district_name}{w.road()}"


def _street_and_road(w: _Writer) -> str:
    return f"{CITY_NAME}{w.district_name}{w.street_name}{w.road()}附{w.door()}"


def _by_compound(w: _Writer) -> str:
    return f"{_compound(w.village)}{w.door()}"


def _district_and_compound(w: _Writer) -> str:
    return f"{w.district_name}{_compound(w.village)}小区{w.door()}"


def _by_former_name(w: _Writer) -> str:
    return f"{w.district_name}{_former(w.street)}{w.village_name}{w.door()}"


def _by_nickname(w: _Writer) -> str:
    return f"{w.district_name}{_nickname(w.street)}{w.door()}"


def _remarked(w: _Writer) -> str:
    return f"{w.district_name}{w.street_name}{w.village_name}（原{_former(w.other_street())}宿舍）{w.door()}"


def _road_of_another_name(w: _Writer) -> str:
    # Roads that nobody listed and that are called like streets.
    return f"{w.district_name}{w.street_name}{STREET_NAMES[int(w.village[-1]) % 6]}东路{w.door()}"


def _no_district(w: _Writer) -> str:
    return f"{w.street_name}{w.village_name}{w.door()}"


def _village_alone(w: _Writer) -> str:
    return f"{w.village_name}{w.door()}"


def _district_alone(w: _Writer) -> str:
    return f"{w.district_name}{w.door()}"


def _unlisted(w: _Writer) -> str:
    return f"{w.district_name}机械厂家属院{w.door()}"


def _twice(w: _Writer) -> str:
    return f"{w.district_name}{w.street_name}{w.district_name}{w.street_name}{w.village_name}{w.door()}"


def _slip(w: _Writer) -> str:
    # One character of the street's name is another: 请波街道.
    wrong = "请旺时松何男"["清望石松河南".index(w.street_name[0])]
    return f"{w.district_name}{wrong}{w.street_name[1:]}{w.village_name}{w.door()}"


def _wrong_street(w: _Writer) -> str:
    # The writer is mistaken: the text names another street of the district.
    return f"{w.district_name}{w.names[w.other_street()]}{w.door()}"


# Share of the addresses that are written so, and how.
WRITTEN: Final[dict[str, tuple[float, Callable[[_Writer], str]]]] = {
    "full": (0.20, _full),
    "with_city": (0.12, _with_city),
    "no_endings": (0.08, _no_endings),
    "committee": (0.06, _committee),
    "street_and_road": (0.08, _street_and_road),
    "road": (0.09, _by_road),
    "compound": (0.06, _by_compound),
    "district_and_compound": (0.06, _district_and_compound),
    "former_name": (0.04, _by_former_name),
    "nickname": (0.03, _by_nickname),
    "remarked": (0.04, _remarked),
    "road_of_another_name": (0.03, _road_of_another_name),
    "no_district": (0.03, _no_district),
    "village_alone": (0.02, _village_alone),
    "district_alone": (0.02, _district_alone),
    "unlisted": (0.015, _unlisted),
    "twice": (0.015, _twice),
    "slip": (0.015, _slip),
    "wrong_street": (0.005, _wrong_street),
}


def _scribbled(text: str, rng: np.random.Generator) -> str:
    """What a hand and an input method add: blanks, full width, commas, a province before it."""
    chance = rng.random()
    if chance < 0.06:
        cut = int(rng.integers(1, len(text)))
        return f"{text[:cut]} {text[cut:]}"
    if chance < 0.12:
        return text.translate(FULL_WIDTH)
    if chance < 0.15:
        return f"某省{text}"
    if chance < 0.18:
        return text.replace("街道", "街道，", 1)
    if chance < 0.20:
        return text.replace("号楼", "#楼")
    return text


@cache
def _streets() -> tuple[str, ...]:
    return tuple(d.code for d in divisions() if d.level == "乡镇街道")


def _former(street: str) -> str:
    stems = ("红旗", "跃进", "东风", "胜利", "前进", "星火")
    return f"{stems[int(street[-3:]) - 1]}{'公社' if street.startswith('990105') else '街道'}"


def _nickname(street: str) -> str:
    place = list(DISTRICTS).index(street[:6])
    return f"{'老新大小北'[place]}{STREET_NAMES[int(street[-3:]) - 1][0]}关"


@cache
def _compound(village: str) -> str:
    number = villages().index(village)
    ahead = PLACES_IN[number % len(PLACES_IN)] + PLACES_IN[number // len(PLACES_IN) % len(PLACES_IN)]
    return f"{ahead}{COMPOUNDS[int(village[-1]) % len(COMPOUNDS)]}"
