"""Conditions of use 使用控制 of a grant as typed values: when, from where, how fast, how much, what then.

Decides what well-formed conditions are and how each is written in one line; the same lines stand in the
terms people write and in the ODRL agreement. What they ask is enforced where :mod:`policies.enforcement`
says. An absent condition states nothing.

Source: 可信数据空间 使用控制: time window, network range, count, rate, volume, deletion after the term.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from policies.clocks import ZONE
from policies.written import matched


class Per(StrEnum):
    """The period a limit is counted in: calendar periods of the city."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"
    TERM = "term"  # the whole term of the grant


class Measure(StrEnum):
    """What of an answer is counted."""

    ROWS = "rows"
    CELLS = "cells"  # rows times columns
    BYTES = "bytes"  # of the answer as it is stored, or of the file that is supplied


class BreachKind(StrEnum):
    """What counts as a breach 违约."""

    SCOPE = "scope"  # calls beyond what is granted, within one day
    DELETION = "deletion"  # the proof of deletion is overdue
    DECLARED = "declared"  # a party, or the platform, states one


class Consequence(StrEnum):
    """What follows a breach."""

    SUSPEND = "suspend"  # calls are refused until somebody resumes
    TERMINATE = "terminate"  # the contract is broken and its grant ends
    CAP = "cap"  # fewer calls a day from then on


_RATE: Final = re.compile(r"([1-9]\d*)/(minute|hour|day)")
_VOLUME: Final = re.compile(r"([1-9]\d*) (rows|cells|bytes)/(day|month|term)")
_SPENDING: Final = re.compile(r"(\S+)/(day|week|month|year)")
_SPENDING_PERIODS: Final = (Per.DAY, Per.WEEK, Per.MONTH, Per.YEAR)
_BREACH: Final = re.compile(
    r"(?:scope (?P<after>[1-9]\d*)/day|deletion|declared): (?P<then>\S+)(?: (?P<cap>\d+)/day)?"
)


@dataclass(frozen=True, slots=True)
class Rate:
    """Most calls in a minute, an hour or a day."""

    calls: int
    per: Per

    def __post_init__(self) -> None:
        if self.calls < 1 or self.per not in (Per.MINUTE, Per.HOUR, Per.DAY):
            raise ValueError("a rate is one call or more in a minute, an hour or a day")

    def text(self) -> str:
        """As it is written, e.g. ``60/minute``."""
        return f"{self.calls}/{self.per}"


@dataclass(frozen=True, slots=True)
class Volume:
    """Most rows, cells or bytes handed out in a day, a month or the whole term."""

    most: int
    measure: Measure
    per: Per

    def __post_init__(self) -> None:
        if self.most < 1 or self.per not in (Per.DAY, Per.MONTH, Per.TERM):
            raise ValueError("a volume is 1 or more in a day, a month or the whole term")

    def text(self) -> str:
        """As it is written, e.g. ``100000 cells/month``."""
        return f"{self.most} {self.measure}/{self.per}"


@dataclass(frozen=True, slots=True)
class Spending:
    """Most privacy budget, in zCDP, that may be spent within one day, week, month or year."""

    rho: float
    per: Per

    def __post_init__(self) -> None:
        if not 0 < self.rho < float("inf") or self.per not in _SPENDING_PERIODS:
            raise ValueError("a budget window is a positive rho in a day, a week, a month or a year")

    def text(self) -> str:
        """As it is written, e.g. ``0.05/week``."""
        return f"{float(self.rho)!r}/{self.per}"


@dataclass(frozen=True, slots=True)
class Retention:
    """How long the receiver may keep what it was given, and when it proves that it is deleted.

    Attributes:
        days: from the day something was handed out.
        proof_days: further days within which the proof of deletion is handed in.
    """

    days: int
    proof_days: int

    def __post_init__(self) -> None:
        if self.days < 1 or self.proof_days < 1:
            raise ValueError("retention: states one day or more, and one day or more for the proof")


@dataclass(frozen=True, slots=True)
class BreachTerm:
    """What follows one kind of breach.

    Attributes:
        of: kind of breach.
        then: what follows.
        after: with ``scope``, that many refused calls on one day are one breach; else 1.
        calls_per_day: with ``cap``, the calls left a day from then on; else 0.
    """

    of: BreachKind
    then: Consequence
    after: int = 1
    calls_per_day: int = 0

    def __post_init__(self) -> None:
        if self.after < 1 or (self.of is not BreachKind.SCOPE and self.after != 1):
            raise ValueError("only calls out of scope are counted before they are a breach")
        if self.calls_per_day < 0 or (self.then is not Consequence.CAP and self.calls_per_day):
            raise ValueError("only a cap states calls a day")

    def text(self) -> str:
        """As it is written, e.g. ``scope 5/day: cap 10/day``."""
        counted = f" {self.after}/day" if self.of is BreachKind.SCOPE else ""
        left = f" {self.calls_per_day}/day" if self.then is Consequence.CAP else ""
        return f"{self.of}{counted}: {self.then}{left}"


@dataclass(frozen=True, slots=True)
class InCharge:
    """The persons in charge of both sides 谁管理谁负责、谁使用谁负责.

    Attributes:
        manager: of the side that gives.
        user: of the side that uses.
    """

    manager: str
    user: str

    def __post_init__(self) -> None:
        if not self.manager.strip() or not self.user.strip():
            raise ValueError("in_charge: both sides name their person in charge")
        if (self.manager, self.user) != (self.manager.strip(), self.user.strip()):
            raise ValueError("in_charge: names begin and end without blanks")


def rate(line: str) -> Rate:
    """A rate as it is written.

    >>> rate("60/minute")
    Rate(calls=60, per=<Per.MINUTE: 'minute'>)

    Raises:
        ValueError: it does not read as one.
    """
    found = matched(_RATE, line, "a rate reads `60/minute`, `500/hour` or `2000/day`")
    return Rate(int(found[1]), Per(found[2]))


def volume(line: str) -> Volume:
    """A volume as it is written.

    Raises:
        ValueError: it does not read as one.
    """
    found = matched(
        _VOLUME, line, "a volume reads `100000 cells/month`: rows, cells or bytes in a day, month or term"
    )
    return Volume(int(found[1]), Measure(found[2]), Per(found[3]))


def spending(line: str) -> Spending:
    """A budget window as it is written.

    Raises:
        ValueError: it does not read as one.
    """
    found = _SPENDING.fullmatch(line)
    try:
        return Spending(float(found[1]), Per(found[2])) if found else Spending(0, Per.DAY)
    except ValueError:
        raise ValueError("a budget window reads `0.05/week`: rho in a day, week, month or year") from None


def network(line: str) -> str:
    """A network range in its one spelling.

    >>> network("10.2.0.0/16"), network("2001:DB8::/32")
    ('10.2.0.0/16', '2001:db8::/32')

    Raises:
        ValueError: it is not an address range, or has host bits.
    """
    try:
        return str(ipaddress.ip_network(line))
    except ValueError:
        raise ValueError("a network range reads `10.2.0.0/16`, with no bits behind its length") from None


def within_networks(ranges: tuple[str, ...], address: str | None) -> bool:
    """Whether an address lies in one of the ranges; what is no address lies in none."""
    try:
        place = ipaddress.ip_address(address or "")
    except ValueError:
        return False
    if isinstance(place, ipaddress.IPv6Address) and place.ipv4_mapped is not None:
        place = place.ipv4_mapped
    return any(place in ipaddress.ip_network(one) for one in ranges)


def breach_term(line: str) -> BreachTerm:
    """A breach term as it is written.

    >>> breach_term("scope 5/day: cap 10/day").calls_per_day
    10

    Raises:
        ValueError: it does not read as one.
    """
    found = _BREACH.fullmatch(line)
    words = "`scope 5/day: suspend`, `deletion: terminate` or `declared: cap 10/day`"
    if found is None or found["then"] not in tuple(Consequence):
        raise ValueError(f"a breach reads {words}")
    of, then = BreachKind(line.split(":")[0].split(" ")[0]), Consequence(found["then"])
    if (found["cap"] is None) is (then is Consequence.CAP):
        raise ValueError(f"a breach reads {words}")
    return BreachTerm(of, then, int(found["after"] or 1), int(found["cap"] or 0))


def period(per: Per, now: datetime) -> str:
    """The calendar period an instant lies in, in the time of the city; empty for the whole term.

    >>> from datetime import UTC, datetime
    >>> noon = datetime(2026, 9, 24, 4, tzinfo=UTC)
    >>> period(Per.WEEK, noon), period(Per.HOUR, noon)
    ('2026-W39', '2026-09-24T12')
    """
    local = now.astimezone(ZONE)
    forms = {Per.MINUTE: "%Y-%m-%dT%H:%M", Per.HOUR: "%Y-%m-%dT%H", Per.DAY: "%Y-%m-%d", Per.WEEK: "%G-W%V",
             Per.MONTH: "%Y-%m", Per.YEAR: "%Y", Per.TERM: ""}  # fmt: skip
    return local.strftime(forms[per])
