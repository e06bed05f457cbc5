"""By what right a comparison reads: the department's own list, and others' data under grants.

Decides that a department compares its own list only, that every dataset of another department is read under
a grant of its own in force that covers the fields used, for the purpose of the comparison, and that whom the
list does not name (entitled but not claiming) is looked for only where a grant opens rows. Every run asks
again.

Source: 政务数据共享条例（国务院令第809号）第25条（不得超出使用范围）; 个人信息保护法 第6、34条.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from sqlalchemy import Connection

from catalog.stops import closed
from contracts.model import Contract
from policies.clocks import local_date
from policies.decision import Deny, Reason
from policies.protection import Analysis
from space.errors import Refused
from space.granting.grants import Grant, all_grants
from space.granting.kinds import published
from space.wayback.entitlements.rules import Entitlement, Finding

# What lets given persons be compared, and what lets those be found whom the list does not name.
_COMPARES = frozenset({Analysis.VERIFY, Analysis.LIST, Analysis.MASKED_LIST})
_LISTS = frozenset({Analysis.LIST, Analysis.MASKED_LIST})


def subject_field(contract: Contract) -> str:
    """The field that says whom a row is about.

    Raises:
        Refused: no field identifies a person.
    """
    named = [f.name for f in contract.unit_fields if f.unit is not None and f.unit.kind == "person"]
    about = [n for n in named if (unit := contract.field(n).unit) is not None and unit.about]
    if not named:
        reason = Reason("entitlement.subject", "no field of it identifies a person", contract.name)
        raise Refused(Deny((reason,)))
    return (about or named)[0]


def contracts_of(connection: Connection, names: tuple[str, ...]) -> dict[str, Contract]:
    """Contracts of published datasets.

    Raises:
        Refused: one is not published.
    """
    found = published(connection, names)
    if missing := [name for name in names if name not in found]:
        said = "no such dataset is published in the ledger"
        raise Refused(Deny(tuple(Reason("entitlement.dataset", said, name) for name in missing)))
    return found


def rights(
    connection: Connection,
    department: str,
    ruled: Entitlement,
    dataset: str,
    register: str,
    others: Mapping[str, str],
    now: datetime,
) -> dict[str, str]:
    """The grants a department's comparison rests on.

    Args:
        connection: a transaction.
        department: code of the department.
        ruled: the entitlement.
        dataset: the list.
        register: the population register.
        others: name in the rule → dataset.
        now: aware instant.

    Returns:
        Dataset of another department → grant.

    Raises:
        Refused: with everything that is lacking.
    """
    names = tuple(dict.fromkeys((dataset, register, *others.values())))
    found = contracts_of(connection, names)
    reasons = list(_own(found[dataset], department))
    held = [one for one in all_grants(connection, department) if _holds(one, now)]
    given = {}
    for name in names:
        if found[name].department.code == department:
            continue
        lists = name == register and Finding.NOT_CLAIMING in ruled.finds
        needed = _needed(found[name], ruled, name, others)
        grant = next((one for one in held if _covers(one, name, needed, lists)), None)
        if grant is None:
            reasons.append(_no_grant(name, needed, lists))
        else:
            given[name] = grant.id
    stop = closed(connection, department, names)
    if stop is not None:
        reasons.append(stop)
    if reasons:
        raise Refused(Deny(tuple(reasons)))
    return given


def _own(contract: Contract, department: str) -> Iterator[Reason]:
    if contract.department.code != department:
        said = f"{contract.department.name} answers for the list"
        yield Reason("entitlement.department", said, contract.name, "the department compares its own list")


def _no_grant(name: str, needed: tuple[str, ...], lists: bool) -> Reason:
    analyses = "list" if lists else "verify or list"
    return Reason(
        "entitlement.grant",
        "no grant of the department in force lets it be compared",
        name,
        f"ask for one with the analysis {analyses} over {', '.join(needed)}",
    )


def _holds(grant: Grant, now: datetime) -> bool:
    on = local_date(now)
    return grant.state == "in_force" and grant.terms.valid_from <= on <= grant.terms.valid_to


def _covers(grant: Grant, name: str, fields: tuple[str, ...], lists: bool) -> bool:
    term = next((one for one in grant.terms.datasets if one.name == name), None)
    needed = _LISTS if lists else _COMPARES
    whole = term is not None and term.row_filter is None and not term.region
    return (
        term is not None
        and whole
        and set(fields) <= set(term.columns)
        and bool(grant.terms.analyses & needed)
    )


def _needed(contract: Contract, ruled: Entitlement, name: str, others: Mapping[str, str]) -> tuple[str, ...]:
    """Fields read of another department's dataset: whom a row is about, where it belongs, what is asked."""
    asked = [f for one in ruled.excludes if others.get(one.list) == name for f in one.other]
    area = [contract.area.field] if contract.area is not None else []
    return tuple(dict.fromkeys((subject_field(contract), *area, *asked)))
