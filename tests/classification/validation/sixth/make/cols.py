"""Columns of the kinds that hold something of persons."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from random import Random
from typing import Any

from tests.classification.making import Col
from tests.classification.validation.sixth.make import people, words
from tests.classification.validation.sixth.make.people import Someone
from tests.classification.validation.sixth.make.plain import choose, fill
from tests.classification.validation.sixth.make.twists import Twist

Give = Callable[[Random, Someone], str]


def of(heading: str, kind: str, give: Give, who: str = "a", twist: Twist | None = None, **extra: Any) -> Col:
    """A column about somebody of the row, changed by a twist."""

    def make(r: Random, row: Mapping[str, Any], i: int) -> str:
        value = give(r, row[who])
        return twist.change(r, value) if twist and value else value

    if twist:
        extra.setdefault("challenge", twist.challenge)
    return Col(heading, kind, make, **extra)


def pick(heading: str, kind: str, options: str, **extra: Any) -> Col:
    """A column of a kind with values from `a|b*3`."""
    return of(heading, kind, lambda r, p: choose(r, options), **extra)


def code(heading: str, kind: str, pattern: str, **extra: Any) -> Col:
    """A column of a kind whose values follow a pattern."""
    return of(heading, kind, lambda r, p: fill(r, pattern), **extra)


def name(heading: str, who: str = "a", **extra: Any) -> Col:
    """Names of persons."""
    return of(heading, "person_name", lambda r, p: p.name, who, **extra)


def staff(heading: str, **extra: Any) -> Col:
    """Names of a few clerks that come again and again."""
    few = [people.called(Random(f"{heading}{k}"), k % 2 == 0) for k in range(7)]
    return of(heading, "person_name", lambda r, p: r.choice(few), **extra)


def rid(heading: str, who: str = "a", **extra: Any) -> Col:
    """Identity numbers."""
    return of(heading, "resident_id", lambda r, p: p.number, who, **extra)


def old_rid(heading: str, who: str = "a", **extra: Any) -> Col:
    """Identity numbers of which half have the fifteen digits of before 1999."""

    def give(r: Random, p: Someone) -> str:
        return p.number[:6] + p.number[8:17] if r.random() < 0.5 and p.born.year < 1985 else p.number

    return of(heading, "resident_id", give, who, **extra)


def papers(heading: str, who: str = "a", **extra: Any) -> Col:
    """Numbers of documents of several sorts, most of them identity numbers."""

    def give(r: Random, p: Someone) -> str:
        return (
            p.number
            if r.random() < 0.8
            else fill(r, "E########|H########|M########|########|@@@############")
        )

    return of(heading, "resident_id", give, who, challenge="mixed", **extra)


def mobile(heading: str, form: str = "{}", **extra: Any) -> Col:
    """Mobile telephone numbers."""
    return of(heading, "mobile", lambda r, p: form.format(people.mobile(r)), **extra)


def reach(heading: str, who: str = "b", **extra: Any) -> Col:
    """A name with a mobile number behind it."""
    return of(
        heading,
        "mobile",
        lambda r, p: p.name + r.choice(("", " ", ":")) + people.mobile(r),
        who,
        challenge="mixed",
        **extra,
    )


def tel(heading: str, pattern: str = "0571-8#######", **extra: Any) -> Col:
    """Telephone numbers of fixed lines."""
    return code(heading, "landline", pattern, **extra)


def home(heading: str, form: str = "full", **extra: Any) -> Col:
    """Where somebody lives."""
    return of(heading, "address", lambda r, p: people.address(r, form), **extra)


def seat(heading: str, form: str = "short", **extra: Any) -> Col:
    """Where an office, a shop or a thing is."""
    return home(heading, form, **{"personal": False, "sensitive": False, **extra})


def sex(heading: str, options: str = "男|女", who: str = "a", **extra: Any) -> Col:
    """Sex, as man's word and woman's word."""
    man, woman = options.split("|")
    return of(heading, "sex", lambda r, p: woman if p.female else man, who, **extra)


def born(heading: str, form: str = "%Y-%m-%d", who: str = "a", **extra: Any) -> Col:
    """Dates of birth of grown-ups."""
    return of(heading, "date_of_birth", lambda r, p: people.when(p.born, form), who, **extra)


def child(heading: str, form: str = "%Y-%m-%d", **extra: Any) -> Col:
    """Dates of birth of children."""
    return of(heading, "minor", lambda r, p: people.when(p.born, form), **extra)


def years(heading: str, form: str = "{}", at: int = 2024, months: bool = False, **extra: Any) -> Col:
    """Ages of children, in years or months."""

    def give(r: Random, p: Someone) -> str:
        days = max((date(at, 9, 1) - p.born).days, 200)
        return form.format(days // 30 if months else days // 365)

    return of(heading, "minor", give, **extra)


def age(heading: str, form: str = "{}", at: int = 2024, **extra: Any) -> Col:
    """Ages of grown-ups, which no class names."""
    return of(heading, "none", lambda r, p: form.format(at - p.born.year), personal=True, **extra)


def ethnic(heading: str, options: str = "", **extra: Any) -> Col:
    """Ethnic groups."""
    return pick(
        heading, "ethnic_group", options or "汉族*9|汉族*9|回族*2|畲族|苗族|壮族|满族|土家族", **extra
    )


def school(heading: str, options: str = "", **extra: Any) -> Col:
    """Education."""
    usual = "小学*2|初中*5|高中*3|中专*2|大专*4|本科*4|硕士研究生"
    return pick(heading, "education", options or usual, **extra)


def wed(heading: str, options: str = "", **extra: Any) -> Col:
    """Marital status."""
    return pick(heading, "marital_status", options or "未婚*3|已婚*7|离异*2|丧偶", **extra)


def party(heading: str, options: str = "", **extra: Any) -> Col:
    """Political status."""
    usual = "群众*8|中共党员*4|共青团员*3|民革党员|中共预备党员"
    return pick(heading, "political_status", options or usual, **extra)


def faith(heading: str, options: str = "", **extra: Any) -> Col:
    """Religion."""
    return pick(heading, "religion", options or "无*8|佛教*3|基督教*2|伊斯兰教|天主教|道教", **extra)


def ill(heading: str, **extra: Any) -> Col:
    """Illnesses by name."""
    return of(heading, "medical", lambda r, p: r.choice(words.ILLS), **extra)


def icd(heading: str, **extra: Any) -> Col:
    """Illnesses by code."""
    return of(heading, "medical", lambda r, p: r.choice(words.ICD), **extra)


def drug(heading: str, **extra: Any) -> Col:
    """Medicines somebody takes."""
    return of(heading, "medical", lambda r, p: r.choice(words.DRUGS), **extra)


def level(heading: str, low: float, high: float, form: str = "{:.1f}", **extra: Any) -> Col:
    """A measured value of somebody's body."""
    return of(heading, "medical", lambda r, p: form.format(r.uniform(low, high)), **extra)


def disability(heading: str, **extra: Any) -> Col:
    """Sorts and grades of disability."""
    return of(heading, "medical", lambda r, p: r.choice(words.DISABILITIES), **extra)


def crime(heading: str, options: str = "", **extra: Any) -> Col:
    """Crimes somebody did."""
    return pick(heading, "criminal_record", options or "|".join(words.CRIMES), **extra)


def pay(heading: str, low: float = 3200, high: float = 16800, form: str = "{:.2f}", **extra: Any) -> Col:
    """What somebody earns."""
    return of(heading, "income", lambda r, p: form.format(r.uniform(low, high)), **extra)


def text(heading: str, options: list[str], **extra: Any) -> Col:
    """Text that hides a name {n}, a number {i}, a mobile {m}, an address {h}, a plate {p}, a card {c}."""

    def give(r: Random, p: Someone) -> str:
        return r.choice(options).format(
            n=p.name,
            i=p.number,
            m=people.mobile(r),
            h=people.address(r, "short"),
            p=fill(r, "浙A@####~"),
            c=fill(r, "6217~##############"),
        )

    return of(heading, "free_text", give, **extra)
