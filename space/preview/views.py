"""What the catalogue shows of published datasets, made anew only where what it is made of has changed.

Decides when that is so: at every call all it is made of is read and compared. That is the rows of the
dataset, of those it is composed of or joined with, of their newest releases and of the tests of its links,
the day, and the rules. So nothing shown is older than the transaction that asks, whoever changed the store.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from threading import Lock
from typing import Any, Final

from pydantic_core import to_json
from sqlalchemy import Connection, Select, and_, bindparam, func, select

from catalog.linking.live import live
from catalog.revisions import current, in_force
from catalog.statistics import PublicView, public_view_of
from catalog.store.prepared import Prepared
from catalog.store.tables.ledger import entries, revisions
from catalog.store.tables.linking import link_probes, links
from catalog.store.tables.releases import releases
from contracts.model import Contract, Field
from policies.clocks import ZONE
from policies.grading import item_grade
from policies.rulebook import edition, rule
from space.granting.kinds import family, published

# Rule files what is shown rests on; a test watches that there are no others.
RULES: Final = ("disclosure", "grading", "linking", "quality")
# Datasets of which what is shown is kept, some ten kilobytes each.
_MOST: Final = 4096


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown of a dataset, as JSON in UTF-8.

    Attributes:
        hit: among what a search found.
        whole: on its own, with its fields and joins.
    """

    hit: bytes
    whole: bytes


@dataclass(frozen=True, slots=True)
class _Kept:
    """What was shown, and all it was made of.

    Attributes:
        others: datasets it is composed of, at first or second hand, or joined with.
        made_of: see :func:`_made_of`.
        shown: it.
    """

    others: tuple[str, ...]
    made_of: tuple[Any, ...]
    shown: Shown


_kept: dict[str, _Kept] = {}
_lock: Final = Lock()


def shown(connection: Connection, name: str, on: date) -> Shown:
    """What is shown of the dataset called ``name``.

    Args:
        connection: a reading transaction.
        name: ``schema.table`` of a published entry.
        on: day whose rules apply.

    Raises:
        UnknownDataset: no such entry is published.
    """
    known = _kept.get(name)
    # The rows name what it is made of: where none of them changed, it is made of nothing else.
    if known is not None and known.made_of == _made_of(connection, (name, *known.others), on):
        return known.shown
    contract = current(connection, name).contract
    contracts = family(connection, {name: contract})
    others = sorted({*contracts, *(join.dataset for join in contract.joins)} - {name})
    made_of = _made_of(connection, (name, *others), on)
    view = public_view_of(connection, name, contracts, on)
    made = _Kept(tuple(others), made_of, _shown(connection, view, on))
    with _lock:
        while len(_kept) >= _MOST:
            _kept.pop(next(iter(_kept)))
        _kept[name] = made
    return made.shown


def _shown(connection: Connection, view: PublicView, on: date) -> Shown:
    revision, contract = view.revision, view.revision.contract
    joined = published(connection, (join.dataset for join in contract.joins))
    tested = live(connection, on, [revision.name]).get(revision.name)
    # What the last test of the best link found; None where nothing was tested lately.
    found = None if tested is None else {"alive": tested.alive, "at": tested.tested_at, "why": tested.why}
    hit = view.to_document() | {"live": found}
    joins = [
        {"field": j.field, "with": f"{j.dataset}.{j.other}"} for j in contract.joins if j.dataset in joined
    ]
    whole = hit | {
        "release": view.release,
        "revision": revision.number,
        "department_code": contract.department.code,
        "classification": contract.classification,
        "basis": contract.sharing.basis,
        "open": contract.open,
        "tags": list(contract.tags),
        "fields": [_field(contract, each) for each in contract.fields],
        "joins": joins,
    }
    return Shown(to_json(hit), to_json(whole))


def _field(contract: Contract, field: Field) -> dict[str, Any]:
    """An item as its contract declares it, with its level and why; what was found in rows is not told."""
    sharing = contract.sharing.type
    graded = item_grade(field, sharing)
    return {
        "name": field.name,
        "title": field.business_name,
        "type": field.type.value,
        "use": field.use.value,
        "unit": None if field.unit is None else field.unit.kind,
        "values": list(field.allowed),
        "minimum": field.minimum,
        "maximum": field.maximum,
        "grain": field.grain,
        "description": field.description,
        "required": field.required,
        "key": field.key_position is not None,
        "element": field.element,
        "sharing": (field.sharing or sharing).value,
        "personal": field.personal,
        "sensitive": field.sensitive,
        "grade": graded.grade,
        "grounds": [{"grade": g.grade, "why": g.why, "source": g.source} for g in graded.grounds],
    }


def _made_of(connection: Connection, names: Sequence[str], on: date) -> tuple[Any, ...]:
    """The row of each dataset, the tests of the first one's links, the day, and the editions of the rules."""
    rows = [_ROW.run(connection, {"name": name}).one_or_none() for name in names]
    # A day more than counts: where a day begins is the matter of `live`.
    days = timedelta(days=int(rule("linking", "tested_days", on).value) + 1)
    since = datetime.combine(on, time(), ZONE) - days
    tests = _TESTS.run(connection, {"name": names[0], "since": since}).all()
    return rows, tests, on, *(edition(file) for file in RULES)


def _row() -> Select[Any]:
    """Of an entry all that may show: itself, its revision in force, its newest release."""
    r = releases.c
    number = select(func.max(r.number)).where(r.dataset == entries.c.name).correlate(entries)
    return (
        select(
            *entries.c["id", "name", "code", "state"],
            *revisions.c["number", "contract"],
            *r["id", "number", "published_at", "row_count", "quarantined", "quality", "dimensions", "grade"],
        )
        .join(revisions, revisions.c.entry_id == entries.c.id)
        .outerjoin(releases, and_(r.dataset == entries.c.name, r.number == number.scalar_subquery()))
        .where(entries.c.name == bindparam("name"), in_force())
    )


def _tests() -> Select[Any]:
    """Of a dataset the tests of its links since an instant, and whether the link still stands."""
    p = link_probes.c
    return (
        select(*p["id", "link_id", "tested_at", "alive", "why"], *links.c["kind", "removed_at"])
        .join(links, links.c.id == p.link_id)
        .where(
            links.c.dataset == bindparam("name"), p.tested_at >= bindparam("since", type_=p.tested_at.type)
        )
        .order_by(p.id)
    )


_ROW: Final = Prepared(_row())
_TESTS: Final = Prepared(_tests())
