"""Makers of identity numbers, names, dates and places; each takes (rng, row, argument)."""

import random
from collections.abc import Callable
from datetime import date, timedelta

from . import digits, words
from .people import Firm, Person, address, digit_string


class Row:
    """The persons and firms of a row, made when asked for."""

    def __init__(self, rng: random.Random, ages: tuple[int, int], number: int, seat: str) -> None:
        self.rng, self.ages, self.number, self.seat = rng, ages, number, seat
        self.people: dict[str, Person] = {}
        self.firms: dict[str, Firm] = {}

    def person(self, key: str) -> Person:
        """The row's own person, or with a digit in `key` another, grown up."""
        k = "".join(c for c in key if c in "23456")
        if k not in self.people:
            sex = {"3": "女", "4": "男"}.get(k, "男女")  # the third is a mother or wife, the fourth a father
            self.people[k] = Person(self.rng, self.ages if not k else (24, 60), self.seat, sex)
        return self.people[k]

    def firm(self, key: str) -> Firm:
        """The row's enterprise, or with a digit in `key` another."""
        k = "".join(c for c in key if c.isdigit())
        if k not in self.firms:
            self.firms[k] = Firm(self.rng, self.seat)
        return self.firms[k]


Maker = Callable[[random.Random, Row, str], str]


def name(rng: random.Random, row: Row, arg: str) -> str:
    n = row.person(arg).name
    if "mask" in arg:
        return rng.choice([n[0] + "*" * (len(n) - 1), n[0] + "*" + (n[-1] if len(n) > 2 else "")])
    if "foreign" in arg:
        return rng.choice(words.FOREIGN)
    if "pinyin" in arg:
        return rng.choice(words.PINYIN)
    if "ethnic" in arg:
        return rng.choice([*words.MINORITY, n])
    if "multi" in arg:
        others = [Person(rng, (5, 70), row.seat).name for _ in range(rng.randint(0, 3))]
        return rng.choice(["、", "；", ","]).join([n, *others])
    if "tag" in arg:
        return n + rng.choice(
            ["", "", "（代）", "(本人)", " ", "女士" if row.person(arg).sex == "女" else "先生"]
        )
    if "phone" in arg:
        return n + rng.choice(["", " ", "/", "："]) + row.person(arg).mobile
    return n


def identity(rng: random.Random, row: Row, arg: str) -> str:
    p = row.person(arg)
    if "mask" in arg:
        wide = [p.id[:6] + "*" * 8 + p.id[14:], p.id[:3] + "*" * 11 + p.id[-4:]]
        return rng.choice(wide) if "wide" in arg else p.id[:10] + "****" + p.id[14:]
    if "dis" in arg:
        return p.id + rng.choice("1234567") + rng.choice("1234") + rng.choice(["", "", "", "B1"])
    if "mixed" in arg:
        roll = rng.random()
        other = [passport, hk, taiwan, permit][rng.randrange(4)]
        return p.id if roll < 0.7 else other(rng, row, "")
    if "old" in arg and rng.random() < 0.3:
        return p.id[:6] + p.id[8:17]
    if "dirty" in arg:
        return rng.choice(
            [p.id, p.id.lower(), "'" + p.id, f"{p.id[:6]} {p.id[6:14]} {p.id[14:]}", p.id + " ", p.id[:-1]]
        )
    if "typed" in arg:
        return rng.choice(["居民身份证:", "身份证/", "01|"]) + p.id
    return p.id


def permit(rng: random.Random, row: Row, arg: str) -> str:
    p = row.person(arg)
    n = digits.identity(rng.choice(["810000", "820000", "830000"]) + p.tail)
    return n[:6] + "********" + n[14:] if "mask" in arg else n


def foreign_permit(rng: random.Random, row: Row, arg: str) -> str:
    p = row.person(arg)
    if "old" in arg or ("both" in arg and rng.random() < 0.5):
        return (
            rng.choice(["SWE", "POL", "VNM", "JPN", "KOR", "DEU"])
            + p.region[:4]
            + f"{p.born:%y%m%d}"
            + digit_string(rng, 2)
        )
    return digits.identity(
        "9" + p.region[:2] + rng.choice(["752", "616", "704", "392", "410", "276"]) + p.tail
    )


def hk(rng: random.Random, row: Row, arg: str) -> str:
    if "out" in arg:
        return (
            rng.choice(["C", "C", "W"]) + digit_string(rng, 8)
            if rng.random() < 0.5
            else "C" + rng.choice("ABCD") + digit_string(rng, 7)
        )
    n = rng.choice("HM") + digit_string(rng, 8) + (rng.choice(["", "00", "01"]) if "long" in arg else "")
    return n[:3] + "****" + n[7:] if "mask" in arg else n


def taiwan(rng: random.Random, row: Row, arg: str) -> str:
    if "out" in arg:
        return rng.choice("LT") + digit_string(rng, 8)
    return str(rng.randint(0, 2)) + digit_string(rng, 7)


def passport(rng: random.Random, row: Row, arg: str) -> str:
    if "foreign" in arg:
        return rng.choice(
            [
                "C" + digit_string(rng, 7),
                digit_string(rng, 9),
                "TR" + digit_string(rng, 7),
                "M" + digit_string(rng, 8),
            ]
        )
    n = rng.choice(["E", "E", "EA", "EH", "G", "EJ"])
    n += digit_string(rng, 9 - len(n))
    return n[:2] + "****" + n[6:] if "mask" in arg else n


def military(rng: random.Random, row: Row, arg: str) -> str:
    head = rng.choice(["军", "士", "文", "武", "南", "北"])
    n = digit_string(rng, rng.choice([7, 8]))
    if "plain" in arg:
        return head + rng.choice(["", "字第"]) + n
    return f"{head}字第{n[:2] + '***' + n[5:] if 'mask' in arg else n}号"


def insurance(rng: random.Random, row: Row, arg: str) -> str:
    if "card" in arg:
        n = rng.choice("ABCDEFGHM") + digit_string(rng, 8)
        return n[:3] + "***" + n[6:] if "mask" in arg else n
    if "number" in arg:
        return row.person(arg).region + "00" + digit_string(rng, 8)
    return "10" + digit_string(rng, 8)


def birth(rng: random.Random, row: Row, arg: str) -> str:
    return written(rng, row.person(arg).born, arg)


def written(rng: random.Random, day: date, arg: str) -> str:
    forms = {
        "c": "%Y%m%d",
        "s": "%Y/%m/%d",
        "z": "%Y年%m月%d日",
        "d": "%d/%m/%Y",
        "t": "%Y-%m-%d 00:00:00",
        "m": "%Y-%m",
        "p": "%Y.%m.%d",
        "y": "%Y",
        "i": "%Y-%m-%d",
    }
    if "x" in arg:
        return str((day - date(1899, 12, 30)).days)
    keys = [c for c in arg if c in forms] or ["i"]
    return day.strftime(forms[rng.choice(keys)])


def day(rng: random.Random, row: Row, arg: str) -> str:
    first = date(1986, 1, 1) if "h" in arg else date(2023, 1, 1)
    text = written(rng, first + timedelta(days=rng.randint(0, 9000 if "h" in arg else 1200)), arg)
    clock = f"{rng.randint(6, 22):02d}:{rng.randrange(60):02d}:{rng.randrange(60):02d}"
    return text.replace("00:00:00", clock)


def age(rng: random.Random, row: Row, arg: str) -> str:
    years = (date(2026, 6, 1) - row.person("").born).days // 365
    if "m" in arg:
        return f"{years}岁{rng.randint(0, 11)}月"
    return f"{years}岁" if "s" in arg else str(years)


def home(rng: random.Random, row: Row, arg: str) -> str:
    p = row.person(arg)
    if "birthplace" in arg:
        return words.REGIONS[p.region][1]
    if "mask" in arg:
        return p.address[:8] + "****"
    return address(rng, p.seat) if "other" in arg else p.address


def place(rng: random.Random, row: Row, arg: str) -> str:
    """Coordinates, written in one of several ways."""
    p = row.person(arg)
    lon, lat = p.lon, p.lat
    if "lon" in arg:
        return f"{lon:.{rng.choice([4, 5, 6])}f}"
    if "lat" in arg:
        return f"{lat:.{rng.choice([4, 5, 6])}f}"
    if "wkt" in arg:
        return f"POINT({lon:.6f} {lat:.6f})"
    if "dms" in arg:
        east, north = (f"{int(v)}°{int(v % 1 * 60)}′{rng.randint(0, 59)}″" for v in (lon, lat))
        return f"东经{east}，北纬{north}"
    if "track" in arg:
        steps = range(rng.randint(2, 5))
        return ";".join(f"{lon + i * 0.0013:.5f},{lat - i * 0.0009:.5f}" for i in steps)
    if "int" in arg:
        return str(round((lon if "e" in arg else lat) * 1_000_000))
    return f"{lon:.6f},{lat:.6f}"
