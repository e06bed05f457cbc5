"""Makers of values for the second validation part: numbers with check digits, spoilt cells."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from random import Random
from typing import Any, Final

from tests.classification import digits
from tests.classification.making import Maker
from tests.classification.validation.second.make import words

_WIDE: Final = str.maketrans(
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-",
    "０１２３４５６７８９ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ－",
)
_JUNK: Final = ("/", "无", "不详", "待补", "-", "同上", "0", "见附件", "?", "未填")
_CREDIT: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_MOBILES: Final = (
    "133",
    "135",
    "137",
    "138",
    "139",
    "150",
    "152",
    "158",
    "177",
    "181",
    "186",
    "187",
    "189",
    "193",
    "198",
)
_PROVINCES: Final = "苏浙皖闽鲁鄂湘粤川陕黑辽京沪渝冀"


def num(r: Random, length: int) -> str:
    """Digits, the first not zero."""
    return str(r.randrange(1, 10)) + "".join(str(r.randrange(10)) for _ in range(length - 1))


def born(r: Random, first: int, last: int) -> date:
    return date(first, 1, 1) + timedelta(days=r.randrange((last - first + 1) * 365))


def full_name(r: Random, sex: str) -> str:
    return r.choice(words.SURNAMES) + r.choice(words.MALE if sex == "男" else words.FEMALE)


def home(r: Random, region: str) -> str:
    if r.random() < 0.25:
        return f"{region}{r.choice(words.VILLAGES)}{r.randrange(1, 15)}组{r.randrange(1, 90)}号"
    end = r.choice(
        (
            f"{r.randrange(1, 30)}幢{r.randrange(1, 5)}单元{r.randrange(1, 19)}0{r.randrange(1, 5)}室",
            f"{r.randrange(2, 40)}-{r.randrange(101, 1804)}",
        )
    )
    return f"{region}{r.choice(words.STREETS)}{r.randrange(1, 400)}号{r.choice(words.ESTATES)}{end}"


def mobile(r: Random) -> str:
    return r.choice(_MOBILES) + num(r, 8)


def person(
    first: int = 1946, last: int = 2003, sexes: str = "男女"
) -> Callable[[Random, int], Mapping[str, Any]]:
    """What a row about a person says of them, consistently."""

    def about(r: Random, i: int) -> Mapping[str, Any]:
        sex, day = r.choice(sexes), born(r, first, last)
        code, region = r.choice(words.REGIONS)
        name = r.choice(words.MINORITY_NAMES) if r.random() < 0.06 else full_name(r, sex)
        sequence = f"{r.randrange(10, 400) * 2 + (sex == '男'):03d}"
        return {
            "sex": sex, "born": day, "name": name, "code": code, "region": region, "address": home(r, region),
            "id": digits.resident(f"{code}{day:%Y%m%d}{sequence[-3:]}"), "mobile": mobile(r),
            "latin": r.choice(words.LATIN_NAMES),
        }  # fmt: skip

    return about


def firm(r: Random, i: int) -> Mapping[str, Any]:
    """What a row about an enterprise says of it."""
    code, region = r.choice(words.REGIONS)
    body = digits.organisation("MA" + "".join(r.choice(_CREDIT) for _ in range(6)))
    name = r.choice(words.COMPANY_HEADS) + r.choice(words.COMPANY_BODIES) + r.choice(words.COMPANY_TAILS)
    return {
        "firm": name, "code": code, "region": region, "organisation": body,
        "credit": digits.credit(r.choice(("91", "92", "91", "93")) + code + body),
        "licence": digits.licence(f"{code}{r.randrange(10**8):08d}"),
        "seat": f"{region}{r.choice(words.STREETS)}{r.randrange(1, 300)}号{r.randrange(1, 9)}号楼",
        "name": full_name(r, r.choice("男女")), "mobile": mobile(r),
    }  # fmt: skip


def of(key: str) -> Maker:
    return lambda r, row, i: str(row[key])


def pick(*values: str) -> Maker:
    return lambda r, row, i: r.choice(values)


def number(length: int, prefix: str = "", suffix: str = "") -> Maker:
    return lambda r, row, i: prefix + num(r, length) + suffix


def whole(low: int, high: int, unit: str = "") -> Maker:
    return lambda r, row, i: f"{r.randint(low, high)}{unit}"


def decimal(low: float, high: float, places: int = 1, unit: str = "") -> Maker:
    return lambda r, row, i: f"{r.uniform(low, high):.{places}f}{unit}"


def serial(prefix: str, start: int, width: int = 6) -> Maker:
    return lambda r, row, i: f"{prefix}{start + i:0{width}d}"


def birth(form: str = "%Y-%m-%d") -> Maker:
    return lambda r, row, i: row["born"].strftime(form)


def moment(form: str = "%Y-%m-%d", first: int = 2023, last: int = 2025) -> Maker:
    """A day on which something happened, of nobody's birth."""
    return lambda r, row, i: born(r, first, last).strftime(
        form.replace("%H:%M", f"{r.randrange(8, 20):02d}:{r.randrange(60):02d}")
    )


def other_name(r: Random, row: Mapping[str, Any], i: int) -> str:
    return full_name(r, r.choice("男女"))


def card(*heads: str, length: int = 19) -> Maker:
    """Bank card numbers with Luhn's digit."""
    return lambda r, row, i: digits.luhn((head := r.choice(heads)) + num(r, length - 1 - len(head)))


def landline(r: Random, row: Mapping[str, Any], i: int) -> str:
    area, length = r.choice(
        (("0512", 8), ("0574", 8), ("010", 8), ("0592", 7), ("0532", 8), ("028", 8), ("0871", 8))
    )
    return f"{area}-{r.choice('2345678')}{num(r, length - 1)}"


def plate(r: Random, row: Mapping[str, Any], i: int) -> str:
    head = r.choice(_PROVINCES) + r.choice("ABCDEF")
    letters = "ABCDEFGHJKLMNPQRSTUVWXYZ"
    if r.random() < 0.25:
        return f"{head}{r.choice('DF')}{r.randrange(10000, 99999)}"
    return f"{head}{r.randrange(10)}{r.choice(letters)}{r.randrange(100, 1000)}"


def vin(r: Random, row: Mapping[str, Any], i: int) -> str:
    head = r.choice(("LSVAA49J", "LFV3A23C", "LGBH52E0", "LVSHCAMB", "LBEHDAEB", "LRW3E7FA"))
    return digits.vehicle(f"{head}0{r.choice('KLMNPR')}{r.choice('2GFYC')}{r.randrange(10**6):06d}")


def imei(r: Random, row: Mapping[str, Any], i: int) -> str:
    return digits.luhn("86" + r.choice(("7190", "5231", "4873")) + num(r, 8))


def mac(separator: str = ":") -> Maker:
    return lambda r, row, i: separator.join(f"{r.randrange(256):02X}" for _ in range(6))


def ip(*heads: str) -> Maker:
    return lambda r, row, i: f"{r.choice(heads)}.{r.randrange(1, 255)}.{r.randrange(1, 255)}"


def file_ref(pattern: str) -> Maker:
    """File names with a number in place of ``#``."""
    return lambda r, row, i: pattern.replace("#", num(r, 8))


def template(length: int = 44) -> Maker:
    """The text form of a biometric template."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    return lambda r, row, i: "Rk1S" + "".join(r.choice(letters) for _ in range(length)) + "=="


def place(longitude: float, latitude: float, spread: float = 0.06) -> tuple[Maker, Maker, Maker]:
    """Makers of longitude, of latitude and of both in one cell, about a town."""

    def one(r: Random, middle: float) -> str:
        return f"{middle + r.uniform(-spread, spread):.6f}"

    return (
        lambda r, row, i: one(r, longitude),
        lambda r, row, i: one(r, latitude),
        lambda r, row, i: f"{one(r, longitude)},{one(r, latitude)}",
    )


def legal_permit(r: Random, row: Mapping[str, Any], i: int) -> str:
    """A residence permit of persons from Hong Kong, Macao or Taiwan."""
    return digits.resident(
        f"{r.choice(('810000', '820000', '830000'))}{row['born']:%Y%m%d}{r.randrange(1, 999):03d}"
    )


def foreign_permit(r: Random, row: Mapping[str, Any], i: int) -> str:
    """A permanent residence permit of a foreigner, of the kind of 2023."""
    state = r.choice(("840", "124", "392", "410", "276"))
    return digits.resident(f"9{row['code'][:2]}{state}{row['born']:%Y%m%d}{r.randrange(1, 999):03d}")


def passport(r: Random, row: Mapping[str, Any], i: int) -> str:
    return r.choice(("E" + num(r, 8), "G" + num(r, 8), "E" + r.choice("ABCDEJKM") + num(r, 7)))


def hidden(make: Maker, first: int, last: int, mark: str = "*") -> Maker:
    """Show only the first and last characters."""

    def masked(r: Random, row: Mapping[str, Any], i: int) -> str:
        value = make(r, row, i)
        return value[:first] + mark * max(1, len(value) - first - last) + (value[-last:] if last else "")

    return masked


def wide(make: Maker) -> Maker:
    """In full-width characters."""
    return lambda r, row, i: make(r, row, i).translate(_WIDE)


def dirty(make: Maker, share: float = 0.3) -> Maker:
    """Spoil a share of the cells as hands and exports do."""

    def spoilt(r: Random, row: Mapping[str, Any], i: int) -> str:
        value = make(r, row, i)
        if r.random() >= share:
            return value
        ways = (
            lambda: r.choice(_JUNK), lambda: f" {value}\u3000", lambda: f"'{value}", lambda: value[:-1],
            lambda: f"{value}（{r.choice(('本人', '新', '待核'))}）",
            lambda: " ".join(value[k : k + 4] for k in range(0, len(value), 4)), lambda: f"{value}.0",
        )  # fmt: skip
        return r.choice(ways)()

    return spoilt


def mixed(main: Maker, *others: Maker, share: float = 0.35) -> Maker:
    """Some of the cells hold other things."""
    return lambda r, row, i: (r.choice(others) if r.random() < share else main)(r, row, i)


def only(count: int, make: Maker) -> Maker:
    """The first few rows hold values, the others none."""
    return lambda r, row, i: make(r, row, i) if i < count else ""


def blank(r: Random, row: Mapping[str, Any], i: int) -> str:
    return ""


def phrase(*patterns: str) -> Maker:
    """Sentences with what the row says and fresh numbers in their gaps."""

    def said(r: Random, row: Mapping[str, Any], i: int) -> str:
        fresh = {
            "other": full_name(r, r.choice("男女")), "phone": mobile(r), "n": r.randrange(2, 40),
            "street": r.choice(words.STREETS),
            "estate": r.choice(words.ESTATES), "plate": plate(r, row, i), "card": card("622848",
            "621700")(r, row, i),
        }  # fmt: skip
        return r.choice(patterns).format(**{**row, **fresh})

    return said
