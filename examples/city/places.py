"""Divisions of 云州市: one city, five districts, thirty streets, one hundred and eighty villages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

CITY: Final = "990100"
CITY_NAME: Final = "云州市"
DISTRICTS: Final = {
    "990101": "云湖区",
    "990102": "云岭区",
    "990103": "云浦区",
    "990104": "云川区",
    "990105": "云峰县",
}
STREET_NAMES: Final = ("清波", "望湖", "石桥", "松林", "河畔", "南门")
VILLAGE_NAMES: Final = ("东升", "西苑", "朝阳", "和平", "新安", "柳荫")

# The two bodies that data flows back to.
STREET: Final = "990101001"
VILLAGE: Final = "990102002003"


@dataclass(frozen=True, slots=True)
class Division:
    """One administrative division.

    Attributes:
        code: 6 digits for city and district, 9 for a street or town, 12 for a village or community.
        name: as printed.
        level: ``市``, ``区县``, ``乡镇街道`` or ``村居``.
        parent: code of the division above; empty for the city.
    """

    code: str
    name: str
    level: str
    parent: str


def divisions() -> tuple[Division, ...]:
    """Every division, from the city down."""
    found = [Division(CITY, CITY_NAME, "市", "")]
    for district, name in DISTRICTS.items():
        found.append(Division(district, name, "区县", CITY))
        for s, street_name in enumerate(STREET_NAMES, start=1):
            street = f"{district}{s:03d}"
            kind = "镇" if district == "990105" else "街道"
            found.append(Division(street, street_name + kind, "乡镇街道", district))
            for v, village_name in enumerate(VILLAGE_NAMES, start=1):
                what = "村" if district == "990105" else "社区"
                found.append(Division(f"{street}{v:03d}", village_name + what, "村居", street))
    return tuple(found)


def villages() -> tuple[str, ...]:
    """Codes of all villages and communities."""
    return tuple(d.code for d in divisions() if d.level == "村居")


def address_of(village: str, names: dict[str, str]) -> str:
    """The part of an address that names the divisions, e.g. ``云湖区清波街道东升社区``."""
    return names[village[:6]] + names[village[:9]] + names[village]
