"""The list of important data 重要数据目录, from the ledger: which datasets, why, who holds, who receives.

Decides which datasets are candidates: by their grade, and by how many persons their rows are about. Whether
data are important is the competent authority's to determine; the list says so.

Source: 数据安全法 第21条; 网络数据安全管理条例 第28—29条; GB/T 43697-2024.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, and_, func, or_, select

from catalog.revisions import PUBLISHED, Revision, as_of
from catalog.store.tables.backflow import subscriptions
from catalog.store.tables.cataloging import entry_acts
from catalog.store.tables.grants import grants
from catalog.store.tables.ledger import entries
from catalog.store.tables.releases import releases
from catalog.store.tables.supplies import supplies
from contracts.model import Contract
from policies import grading
from policies.clocks import local_date
from policies.evaluation import FILE
from policies.rulebook import rule
from space.granting.grants import from_row

_PERSON: Final = "person"
_WITHDRAWN: Final = "withdrawn"


def compose(connection: Connection, *, at: datetime) -> dict[str, Any]:
    """The list as of an instant.

    Args:
        connection: to read with.
        at: aware instant, not in the future.
    """
    day = local_date(at)
    stated, from_grade = rule(FILE, "important_list", day), rule("records", "important_from_grade", day)
    released, told = newest(connection, at), []
    receiving = _receivers(connection, at)
    everything = published(connection, at)
    for entry in everything:
        grounds = grounds_of(entry.contract, released.get(entry.name), day)
        if grounds:
            row = _row(entry, released.get(entry.name), grounds, receiving.get(entry.name, []))
            # Data of single persons or organisations become important by their number (GB/T 43697-2024).
            individual = row["units"] and all(each["by"] == "grade" for each in grounds)
            told.append({**row, "remark": stated.value["individual"] if individual else ""})
    return {
        "kind": "important-data",
        "as_of": at.isoformat(),
        "source": stated.source,
        "note": stated.value["note"],
        "rules": [
            {"name": "important_from_grade", "value": from_grade.value, "source": from_grade.source},
            {"name": "volumes", "value": grading_rule(day).value, "source": grading_rule(day).source},
        ],
        "figures": [
            {"code": "datasets", "title": "目录数据集", "value": len(everything), "unit": "个",
             "definition": "截止时刻目录中已发布的数据集"},
            {"code": "candidates", "title": "重要数据候选", "value": len(told), "unit": "个",
             "definition": "其中级别达到起始级别，或所涉个人数达到规模规则的"},
            {"code": "receivers", "title": "接收方", "unit": "个",
             "value": len({one["organisation"] for row in told for one in row["receivers"]}),
             "definition": "持有候选数据集有效授权、回流订阅或收到供数的机构，去重"},
        ],
        "datasets": told,
    }  # fmt: skip


def published(connection: Connection, at: datetime) -> tuple[Revision, ...]:
    """Entries in the catalogue at an instant, in the revision in force then."""
    e, a = entries.c, entry_acts.c
    listed = connection.execute(select(e.id).where(e.published_at <= at)).scalars()
    state = dict.fromkeys(listed, PUBLISHED)
    moved = (
        select(a.entry_id, a.state_after)
        .where(a.made_at <= at, a.state_after.in_((PUBLISHED, _WITHDRAWN)))
        .order_by(a.entry_id, a.place)
    )
    state |= {row.entry_id: row.state_after for row in connection.execute(moved) if row.entry_id in state}
    return tuple(made for made in as_of(connection, at) if state.get(made.entry_id) == PUBLISHED)


def newest(connection: Connection, at: datetime) -> dict[str, Any]:
    """Dataset → its newest release at an instant."""
    r = releases.c
    last = (
        select(r.dataset, func.max(r.number).label("number"))
        .where(r.published_at <= at)
        .group_by(r.dataset)
        .subquery()
    )
    query = select(releases).join(last, and_(last.c.dataset == r.dataset, last.c.number == r.number))
    return {row.dataset: row for row in connection.execute(query)}


def grounds_of(contract: Contract, release: Any, on: date) -> list[dict[str, Any]]:
    """Why a dataset is a candidate; empty where it is none.

    Args:
        contract: in force.
        release: its newest row of ``releases``, or None.
        on: day whose rules apply.
    """
    row = rule("records", "important_from_grade", on)
    grade = max(grading.dataset_grade(contract), 0 if release is None else int(release.grade))
    grounds = []
    if grade >= int(row.value):
        why = f"grade {grade} reaches {row.value}, from which on data counts as important here"
        grounds.append({"by": "grade", "grade": grade, "why": why, "source": row.source})
    sensitive = any(each.sensitive for each in contract.fields)
    for each in grading.volume(persons(release), sensitive=sensitive, on=on):
        grounds.append({"by": "volume", "grade": each.grade, "why": each.why, "source": each.source})
    return grounds


def persons(release: Any) -> int:
    """Rows about persons in a release, at most; 0 where none are, or nothing was released."""
    if release is None:
        return 0
    kinds = {unit["kind"] for unit in release.facts["units"]}
    return int(release.row_count) if _PERSON in kinds else 0


def grading_rule(on: date) -> Any:
    """The dated rule of volumes."""
    return rule("grading", "volumes", on)


def _row(
    entry: Revision, release: Any, grounds: list[dict[str, Any]], receivers: list[dict[str, str]]
) -> dict[str, Any]:
    contract = entry.contract
    facts: Mapping[str, Any] = {} if release is None else release.facts
    return {
        "dataset": entry.name, "code": entry.code, "title": contract.title, "revision": entry.number,
        "classification": contract.classification, "sharing": contract.sharing.type.value,
        "grade": max(each["grade"] for each in grounds), "grounds": grounds,
        "personal_items": sum(each.personal or each.sensitive for each in contract.fields),
        "sensitive_items": sum(each.sensitive for each in contract.fields),
        "units": sorted(
            {unit["kind"] for unit in facts.get("units", ())} | {unit.kind for unit in contract.units}
        ),
        "size_class": facts.get("size_class"),
        "release": None if release is None else {
            "id": release.id, "published_at": release.published_at.isoformat(),
        },
        "holder": {"code": contract.department.code, "name": contract.department.name},
        "receivers": receivers,
    }  # fmt: skip


def held_at(at: datetime) -> Any:
    """The condition of grants that were signed and had not ended at an instant."""
    g = grants.c
    return and_(g.signed_at <= at, or_(g.ended_at.is_(None), g.ended_at > at), g.valid_to >= local_date(at))


def _receivers(connection: Connection, at: datetime) -> dict[str, list[dict[str, str]]]:
    """Dataset → who has it or may ask it: under which grant, subscription or supply."""
    g, s, u = grants.c, subscriptions.c, supplies.c
    told: list[tuple[str, str, str, str, str]] = []
    for row in connection.execute(select(grants).where(held_at(at))):
        for each in from_row(row).terms.datasets:
            told.append((each.name, row.grantee, "grant", row.id, f"{row.kind}, {row.purpose}, {row.mode}"))
    active = and_(s.opened_at <= at, or_(s.ended_at.is_(None), s.ended_at > at))
    for row in connection.execute(select(subscriptions).where(active)):
        told.append((row.dataset, row.subscriber, "subscription", row.id, row.basis))
    # A copy that was handed over is with its receiver until it has proved the deletion.
    kept = and_(u.ready_at <= at, or_(u.proved_at.is_(None), u.proved_at > at))
    query = select(u.dataset, u.receiver, u.id, u.form, g.purpose).join(grants, g.id == u.grant_id)
    for row in connection.execute(query.where(kept)):
        told.append((row.dataset, row.receiver, "supply", row.id, f"{row.form}, {row.purpose}"))
    found: dict[str, list[dict[str, str]]] = {}
    for dataset, organisation, by, named, how in sorted(told):
        found.setdefault(dataset, []).append(
            {"organisation": organisation, "by": by, "id": named, "how": how}
        )
    return found
