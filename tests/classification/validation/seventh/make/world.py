"""What a row is about: a person with kin, and a firm with its head; and makers that read it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from random import Random
from typing import Any, Final

from tests.classification import digits
from tests.classification.making import Maker
from tests.classification.validation.seventh.make import words
from tests.classification.validation.seventh.make.plain import Row, of, written

_TODAY: Final = date(2025, 9, 1)
_HEADS: Final = (
    "133", "135", "137", "138", "139", "150", "152", "158", "159", "177", "182", "186", "188", "199",
)  # fmt: skip
# Telephone areas with numbers of seven digits.
_SEVEN: Final = ("0951", "0351", "0971", "0991", "0891", "0471")
_CREDIT: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def named(r: Random, sex: str) -> str:
    if r.random() < 0.04:
        return r.choice(words.OTHERS)
    given = words.BOYS if sex == "男" else words.GIRLS
    surname: str = r.choice(words.SURNAMES)
    return surname + "".join(r.sample(given, 1 if r.random() < 0.25 else 2))


def numbered(r: Random) -> str:
    return r.choice(_HEADS) + f"{r.randrange(10**8):08d}"


def _birth(r: Random, ages: tuple[int, int]) -> date:
    return _TODAY - timedelta(days=int(365.25 * r.randint(*ages)) + r.randrange(1, 360))


def _resident(r: Random, place: str, born: date, sex: str) -> str:
    order = r.randrange(1, 490) * 2 + (1 if sex == "男" else 0)
    return digits.resident(f"{place}{born:%Y%m%d}{order:03d}")


def _someone(r: Random, front: str, area: str, ages: tuple[int, int]) -> dict[str, Any]:
    sex, born = r.choice("男女"), _birth(r, ages)
    place = area if r.random() < 0.7 else r.choice(sorted(words.AREAS))
    return {
        front + "name": named(r, sex),
        front + "sex": sex,
        front + "born": born,
        front + "age": (_TODAY - born).days * 4 // 1461,
        front + "place": place,
        front + "rid": _resident(r, place, born, sex),
        front + "mobile": numbered(r),
    }


def _firm(r: Random, area: str) -> dict[str, Any]:
    _, city, district, *_ = words.AREAS[area]
    town = (city or words.AREAS[area][0])[:-1]
    if r.random() < 0.25:
        name = f"{district}{r.choice(words.BRANDS)}{r.choice(words.SHOPS)}"
    else:
        name = f"{town}{r.choice(words.BRANDS)}{r.choice(words.LINES)}{r.choice(words.FORMS)}"
    newer = "MA" + "".join(r.choice(_CREDIT) for _ in range(6))
    organ = digits.organisation(newer if r.random() < 0.6 else f"{r.randint(10**7, 8 * 10**7)}")
    return {
        "firm": name,
        "org": organ,
        "uscc": digits.credit("91" + area + organ),
        "licence": digits.licence(f"{area}{r.randrange(10**8):08d}"),
    }


def world(area: str, ages: tuple[int, int] = (19, 72)) -> Callable[[Random, int], Mapping[str, Any]]:
    """A person and kin, a firm and its head, all of one district.

    Args:
        area: division code.
        ages: youngest and oldest, in years.
    """

    def about(r: Random, i: int) -> Mapping[str, Any]:
        row = _someone(r, "", area, ages)
        row |= _someone(r, "kin_", area, (24, 60))
        row |= _someone(r, "kid_", area, (3, 12))
        row |= _someone(r, "boss_", area, (26, 66))
        row |= _firm(r, area)
        row["area"] = area
        row["street"] = f"{r.choice(words.STREETS)}{r.randint(1, 380)}号"
        return row

    return about


NAME: Final = of("name")
KIN: Final = of("kin_name")
KID: Final = of("kid_name")
BOSS: Final = of("boss_name")
RID: Final = of("rid")
MOBILE: Final = of("mobile")
FIRM: Final = of("firm")
USCC: Final = of("uscc")


def clerk(r: Random, row: Row, i: int) -> str:
    """Somebody of the office."""
    return named(r, r.choice("男女"))


def phone(r: Random, row: Row, i: int) -> str:
    """A mobile number of nobody else in the row."""
    return numbered(r)


def sex(man: str, woman: str, key: str = "sex") -> Maker:
    return lambda r, row, i: man if row[key] == "男" else woman


def born(form: str, key: str = "born") -> Maker:
    return lambda r, row, i: written(row[key], form)


def trade(*lines: str) -> Maker:
    """A firm of a trade."""

    def make(r: Random, row: Row, i: int) -> str:
        province, city, district, *_ = words.AREAS[row["area"]]
        town = r.choice(((city or province)[:-1], (city or province)[:-1], district))
        return f"{town}{r.choice(words.BRANDS)}{r.choice(lines)}{r.choice(words.FORMS)}"

    return make


def tel(between: str = "-", eight: bool = False) -> Maker:
    """A landline of the district."""

    def make(r: Random, row: Row, i: int) -> str:
        area = words.AREAS[row["area"]][3]
        local = f"{r.randint(2, 8)}{r.randrange(10**7):07d}"[: 7 if area in _SEVEN else 8]
        return local if eight else f"({area}){local}" if between == "()" else f"{area}{between}{local}"

    return make


def home(style: str = "full") -> Maker:
    """An address of somebody: full, short, village, estate or room."""

    def make(r: Random, row: Row, i: int) -> str:
        province, city, district, *_ = words.AREAS[row["area"]]
        street, estate = f"{r.choice(words.STREETS)}{r.randint(1, 380)}号", r.choice(words.ESTATES)
        room = f"{r.randint(1, 42)}幢{r.randint(1, 4)}单元{r.randint(1, 30)}{r.randint(1, 4):02d}室"
        village = f"{r.choice(words.TOWNS)}{r.choice(words.VILLAGES)}{r.randint(1, 14)}组{r.randint(1, 96)}号"
        forms = {
            "full": f"{province}{city}{district}{street}{estate}{room}",
            "short": f"{district}{street}",
            "village": f"{city or province}{district}{village}",
            "estate": f"{estate}{room}",
            "room": f"{estate}{r.randint(1, 42)}-{r.randint(1, 4)}-{r.randint(101, 2804)}",
            "hukou": f"{province}{city}{district}{village}",
        }
        return forms[style]

    return make


def seat(r: Random, row: Row, i: int) -> str:
    """An address of a firm or an office."""
    province, city, district, *_ = words.AREAS[row["area"]]
    front = r.choice((city, city + district, province + city + district, district))
    house = r.choice(("", f"{r.randint(1, 28)}楼", f"{r.choice('ABC')}座{r.randint(3, 20)}层", "沿街商铺"))
    return f"{front}{r.choice(words.STREETS)}{r.randint(1, 900)}号{house}"


def plate(green: float = 0.3) -> Maker:
    """A plate of the district's city; a share of six-character green ones."""

    def make(r: Random, row: Row, i: int) -> str:
        front = words.AREAS[row["area"]][4]
        tail = "".join(r.choice("0123456789ABCDEFGHJKLMNPQRSTUVWXYZ") for _ in range(2))
        tail += f"{r.randrange(1000):03d}"
        return front + (r.choice("DF") + f"{r.randrange(10**5):05d}" if r.random() < green else tail)

    return make


def post(r: Random, row: Row, i: int) -> str:
    """A postcode of the district, mostly."""
    code = words.AREAS[row["area"]][5]
    return code if r.random() < 0.5 else f"{code[:4]}{r.randrange(60):02d}"


def division(figures: int = 6) -> Maker:
    """A division code of the district, of 6, 9 or 12 figures."""

    def make(r: Random, row: Row, i: int) -> str:
        town, village = f"{r.randint(1, 14):03d}", f"{r.randint(1, 30):03d}"
        near = row["area"][:4] + f"{r.randint(2, 9):02d}"
        front = str(row["area"]) if r.random() < 0.4 else near
        return (front + town + village)[:figures]

    return make


def point(low_e: float, low_n: float, which: str = "both", places: int = 6) -> Maker:
    """Coordinates near a place: both, lon or lat, or a well-known text."""

    def make(r: Random, row: Row, i: int) -> str:
        east, north = low_e + r.uniform(0, 0.3), low_n + r.uniform(0, 0.25)
        if which == "lon":
            return f"{east:.{places}f}"
        if which == "lat":
            return f"{north:.{places}f}"
        if which == "wkt":
            return f"POINT({east:.{places}f} {north:.{places}f})"
        return f"{east:.{places}f},{north:.{places}f}"

    return make
