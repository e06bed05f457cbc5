"""The dated rules of registration, read as values.

Decides nothing of its own: what must be registered, what an application holds, why it may be refused,
how long a registration stands. All of it is ``policies/rules/registration.yaml``.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final

from catalog.organisations.following import folded
from policies.rulebook import NATIONAL, DatedRule, RuleError, rule

FILE: Final = "registration"
MUST: Final = "must"


class Kind(StrEnum):
    """What is applied for."""

    FIRST = "first"  # 首次登记
    CHANGE = "change"  # 变更登记
    AMENDMENT = "amendment"  # 更正登记
    DEREGISTRATION = "deregistration"  # 注销登记
    RENEWAL = "renewal"  # 续展


class Object(StrEnum):
    """What is registered."""

    RESOURCE = "resource"  # 公共数据资源: an entry of the ledger
    PRODUCT = "product"  # 数据产品
    SERVICE = "service"  # 数据服务


# The kinds as the forms call them.
TITLES: Final[Mapping[Kind, str]] = {
    Kind.FIRST: "首次登记",
    Kind.CHANGE: "变更登记",
    Kind.AMENDMENT: "更正登记",
    Kind.DEREGISTRATION: "注销登记",
    Kind.RENEWAL: "续展登记",
}
OBJECT_TITLES: Final[Mapping[Object, str]] = {
    Object.RESOURCE: "公共数据资源",
    Object.PRODUCT: "数据产品",
    Object.SERVICE: "数据服务",
}


@dataclass(frozen=True, slots=True)
class Material:
    """One thing an application holds.

    Attributes:
        key: its name in the form, or of the attachment.
        title: as the applicant reads it.
        form: ``text``, ``code``, ``file``, ``datasets`` or ``kind``.
    """

    key: str
    title: str
    form: str


@dataclass(frozen=True, slots=True)
class Ground:
    """Why something may be refused or deregistered.

    Attributes:
        key: as commands take it.
        words: as the parties read it.
        source: its clause.
        states: of an application in which it fits; empty for a deregistration.
        cite: a legal basis has to be named beside it.
    """

    key: str
    words: str
    source: str
    states: tuple[str, ...] = ()
    cite: bool = False


def ruled(name: str, on: date, place: str = NATIONAL) -> DatedRule:
    """The row of the rule file that is in force.

    Raises:
        RuleError: none is.
    """
    return rule(FILE, name, on, place)


def obligatory(of: Object, on: date, place: str = NATIONAL) -> bool:
    """Whether what is in authorised operation must be registered, by kind of object; no rule, no duty."""
    try:
        return bool(ruled("obligation", on, place).value[of.value] == MUST)
    except RuleError:
        return False


def materials(of: Object, kind: Kind, on: date, place: str = NATIONAL) -> tuple[Material, ...]:
    """What an application holds, in the order of the form."""
    return tuple(
        Material(row["key"], row["title"], row["form"])
        for row in ruled("materials", on, place).value
        if of.value in row["objects"] and kind.value in row["kinds"]
    )


def vocabulary(of: Object, on: date, place: str = NATIONAL) -> Mapping[str, str]:
    """Kinds of products, or of services: key → words."""
    found: Mapping[str, str] = ruled(f"{of.value}_kinds", on, place).value
    return found


def modes(on: date, place: str = NATIONAL) -> Mapping[str, str]:
    """Ways of authorising operation: key → words."""
    found: Mapping[str, str] = ruled("authorisation_modes", on, place).value
    return found


def real_name(name: str, on: date, place: str = NATIONAL) -> bool:
    """Whether a name may be somebody's: it is not empty, and no word that stands for no one."""
    stated = folded(name)
    return bool(stated) and stated not in {folded(word) for word in ruled("no_real_names", on, place).value}


def refusal_grounds(on: date, place: str = NATIONAL) -> Mapping[str, Ground]:
    """Why an application may be refused, by key."""
    rows: Mapping[str, Mapping[str, Any]] = ruled("refusal_grounds", on, place).value
    return {
        key: Ground(key, row["words"], row["source"], states=tuple(row["states"]))
        for key, row in rows.items()
    }


def deregistration_grounds(on: date, place: str = NATIONAL) -> Mapping[str, Ground]:
    """When a registration is deregistered, by key."""
    found = ruled("deregistration_grounds", on, place)
    return {
        key: Ground(key, row["words"], found.source, cite=row["cite"]) for key, row in found.value.items()
    }


def longest_operation(on: date, place: str = NATIONAL) -> DatedRule:
    """How many years operation may be authorised for."""
    return rule("grants", "longest_operation", on, place)


def years_after(day: date, years: int) -> date:
    """The same day some years later, the month's last where there is none: a period's last day.

    >>> years_after(date(2024, 2, 29), 3)
    datetime.date(2027, 2, 28)

    Source: Civil Code Art 202.
    """
    last = calendar.monthrange(day.year + years, day.month)[1]
    return date(day.year + years, day.month, min(day.day, last))


def valid_until(coded_on: date, bound: date | None, place: str = NATIONAL) -> date:
    """The last day of a registration coded on a day.

    Args:
        coded_on: day of the code.
        bound: last day of the authorisation it is for; None where it is not in operation.
        place: whose rule goes before the national one.
    """
    last = years_after(coded_on, int(ruled("validity", coded_on, place).value))
    return last if bound is None else min(last, bound)


def renewed_until(former: date, on: date, bound: date | None, place: str = NATIONAL) -> date:
    """The last day after a renewal, counted from the former last day."""
    last = years_after(former, int(ruled("longest_renewal", on, place).value))
    return last if bound is None else min(last, bound)


def window_opens(valid_until: date, on: date, place: str = NATIONAL) -> date:
    """The first day on which a renewal may be filed, by the rule in force on ``on``."""
    return valid_until - timedelta(days=int(ruled("renewal_window", on, place).value))


def looks_like_code(text: str, role: str, on: date, place: str = NATIONAL) -> bool:
    """Whether a text given outside may be a code: length and characters only.

    Args:
        text: as it was given.
        role: ``code`` or ``query``.
        on: day.
        place: whose rule goes before the national one.
    """
    form = ruled("code_form" if role == "code" else "query_code_form", on, place).value
    wanted = rf"[{form['characters']}]{{{form['shortest']},{form['longest']}}}"
    return re.fullmatch(wanted, text, re.ASCII) is not None
