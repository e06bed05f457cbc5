"""Makers of cells of the validation sources."""

# One line a column or word list reads best.
# ruff: noqa: E501

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

from tests.classification import digits
from tests.classification.making import Maker
from tests.classification.validation.first.make import words

Row = Mapping[str, Any]


def one(values: Sequence[str]) -> Maker:
    """One of some words."""
    return lambda r, p, i: r.choice(values)


def of(key: str, shape: str = "{}") -> Maker:
    """What the row says of its person under ``key``."""
    return lambda r, p, i: shape.format(p[key])


def number(length: int, front: str = "") -> Maker:
    """Digits of one length."""
    return lambda r, p, i: front + num(r, length - len(front))


def between(low: float, high: float, places: int = 0) -> Maker:
    """A number in a range."""
    return lambda r, p, i: f"{r.uniform(low, high):.{places}f}"


def count_from(first: int, step: int = 1, shape: str = "{}") -> Maker:
    """A running number."""
    return lambda r, p, i: shape.format(first + i * step)


def day(first: str, days: int, shape: str = "%Y-%m-%d") -> Maker:
    """A day of a span."""
    start = date.fromisoformat(first)
    return lambda r, p, i: (start + timedelta(r.randrange(days))).strftime(shape)


def birth(shape: str) -> Maker:
    """The row's date of birth in a form of writing."""
    return lambda r, p, i: p["birth"].strftime(shape)


def either(*makers: Maker, weights: Sequence[int] = ()) -> Maker:
    """Now one maker, now another."""
    return lambda r, p, i: r.choices(makers, weights or None)[0](r, p, i)


def written(make: Maker, shape: str) -> Maker:
    """A maker's value inside other text."""
    return lambda r, p, i: shape.format(make(r, p, i))


def full_width(make: Maker) -> Maker:
    """Letters and digits in full width."""
    wide = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
    return lambda r, p, i: make(r, p, i).translate(wide)


def num(r: Random, length: int) -> str:
    """Digits that do not begin with 0."""
    return str(r.randrange(1, 10)) + "".join(r.choice(string.digits) for _ in range(length - 1))


def name(r: Random) -> str:
    """A Chinese personal name."""
    given = (
        r.choice(words.ONE) if r.random() < 0.3 else r.choice(words.GIVEN_FIRST) + r.choice(words.GIVEN_LAST)
    )
    return r.choice(words.SURNAMES) + given


def mobile(r: Random) -> str:
    """A mobile number."""
    return (
        r.choice(("134", "136", "139", "151", "158", "177", "180", "186", "189", "198", "131"))
        + num(r, 9)[1:]
    )


def address(r: Random, *, whole: bool = True) -> str:
    """Where somebody lives."""
    province, city, district = r.choice(words.CITIES)
    front = f"{province}{city}{district}" if whole else r.choice((district, city + district, ""))
    if r.random() < 0.25:
        return f"{front}{r.choice(words.TOWNS)}{r.choice(words.VILLAGES)}{r.randrange(1, 12)}组{r.randrange(1, 90)}号"
    road = f"{r.choice(words.ROADS)}{r.randrange(1, 400)}号"
    return f"{front}{road}{r.choice(words.ESTATES)}{r.randrange(1, 30)}幢{r.randrange(1, 4)}单元{r.randrange(1, 30)}0{r.randrange(1, 5)}室"


def firm(r: Random) -> str:
    """Name of an enterprise."""
    if r.random() < 0.2:
        return f"{r.choice(words.CITIES)[2]}{r.choice(words.MARKS)}{r.choice(words.SHOPS)}"
    return f"{r.choice(words.CITIES)[1][:2]}{r.choice(words.MARKS)}{r.choice(words.TRADES)}{r.choice(words.FORMS)}"


def organisation(r: Random) -> str:
    """An organisation code."""
    return digits.organisation(r.choice(("MA", "MB", "58", "69", "72")) + num(r, 6))


def credit(r: Random) -> str:
    """A unified social credit code."""
    return digits.credit(
        f"{r.choice(('91', '91', '92', '93', '52'))}{r.choice(words.REGIONS)}{organisation(r)}"
    )


def bank_card(r: Random) -> str:
    """A bank card."""
    return digits.luhn(r.choice(("621700", "622848", "621661", "622588", "621226", "625912")) + num(r, 12))


def plate(r: Random) -> str:
    """A number plate."""
    letters = "ABCDEFGHJKLMNPQRSTUVWXYZ"
    front = r.choice(words.PROVINCE_SIGNS) + r.choice("ABCDEFGH")
    if r.random() < 0.2:
        return front + "D" + num(r, 5)
    return front + "".join(
        r.choice(string.digits + letters) if k < 3 else r.choice(string.digits) for k in range(5)
    )


def vin(r: Random) -> str:
    """A vehicle identification number."""
    letters = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"
    return digits.vehicle(
        r.choice(("LSV", "LFV", "LGB", "LVS", "LBE", "LDC"))
        + "".join(r.choice(letters) for _ in range(8))
        + num(r, 6)
    )


def imei(r: Random) -> str:
    """A device's IMEI."""
    return digits.luhn("86" + num(r, 12))


def mail(r: Random) -> str:
    """An e-mail address."""
    user = r.choice(("lin", "wang.fei", "zhao_y", "sunny", "chen", "hxm", "dong.qi", "liu88")) + str(
        r.randrange(10, 9999)
    )
    return f"{user}@{r.choice(words.MAIL)}"


def ip(r: Random) -> str:
    """An IPv4 address."""
    return f"{r.choice((36, 58, 114, 120, 183, 221))}.{r.randrange(256)}.{r.randrange(256)}.{r.randrange(1, 255)}"


def mac(r: Random, mark: str = ":") -> str:
    """A MAC address."""
    return mark.join(f"{r.randrange(256):02X}" for _ in range(6))


def person(r: Random, i: int, *, born: tuple[int, int] = (1938, 2006)) -> dict[str, Any]:
    """Somebody who does not exist."""
    sex = r.choice("男女")
    start = date(born[0], 1, 1)
    birthday = start + timedelta(r.randrange((date(born[1], 12, 31) - start).days))
    serial = r.randrange(1, 500) * 2 - (sex == "男")
    region = r.choice(words.REGIONS)
    return {
        "name": name(r),
        "sex": sex,
        "birth": birthday,
        "region": region,
        "id": digits.resident(f"{region}{birthday:%Y%m%d}{serial:03d}"),
        "mobile": mobile(r),
        "address": address(r),
        "age": str(2026 - birthday.year),
    }


def child(r: Random, i: int) -> dict[str, Any]:
    """A child under 14 and who looks after it."""
    return {**person(r, i, born=(2013, 2020)), "guardian": name(r)}


def fresh(make: Any) -> Maker:
    """A maker that looks at nothing but its random numbers."""
    return lambda r, p, i: str(make(r))
