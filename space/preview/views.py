"""What the catalogue shows of published datasets, made anew only where what it is made of has changed.

Decides when that is so: at every call all it is made of is read and compared. That is the rows of the
dataset, of those it is composed of or joined with, of their newest releases and of the tests of its links,
the day, and the rules. So nothing shown is older than the transaction that asks, whoever changed the store.
Where the store itself tells that nobody wrote since (:mod:`catalog.store.state`), nothing has to be read.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from threading import Lock
from typing import Any, Final

from pydantic_core import to_json
from sqlalchemy import Connection

from catalog.errors import UnknownDataset
from catalog.revisions import PUBLISHED
from catalog.statistics import public_view
from contracts.model import Contract, Field
from policies.clocks import ZONE
from policies.grading import item_grade
from policies.rulebook import edition, rule
from space.preview.ingredients import Ingredients, Row, read, rows_of, tests_of

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


# What :meth:`catalog.store.state.StoreState.moment` tells.
Moment = tuple[object, int] | None


@dataclass(frozen=True, slots=True)
class _Kept:
    """What was shown, and all it was made of.

    Attributes:
        others: datasets it is composed of, at first or second hand, or joined with.
        made_of: see :meth:`_State.made_of`.
        shown: it.
        moment: of the store, before it was last found to stand; None where none was told.
    """

    others: tuple[str, ...]
    made_of: tuple[Any, ...]
    shown: Shown
    moment: Moment = None


@dataclass(frozen=True, slots=True)
class _State:
    """What stands in the store at one moment, as far as it was looked at.

    Attributes:
        rows: of entries, by name; see :func:`rows_of`.
        tests: of the links of those that are shown, by name.
        rest: the day, and the editions of the rules.
    """

    rows: dict[str, Row]
    tests: Mapping[str, tuple[Row, ...]]
    rest: tuple[Any, ...]

    def made_of(self, name: str, others: Sequence[str]) -> tuple[Any, ...]:
        """The row of a dataset and of each other, the tests of its links, the day, the rules."""
        return [self.rows.get(each) for each in (name, *others)], self.tests.get(name, ()), self.rest


_kept: dict[str, _Kept] = {}
_lock: Final = Lock()


def shown(connection: Connection, name: str, on: date) -> Shown:
    """What is shown of the dataset called ``name``; see :func:`several`."""
    return several(connection, (name,), on)[0]


def standing(names: Sequence[str], on: date, moment: Moment) -> tuple[Shown, ...] | None:
    """What was shown of some datasets, where nobody wrote to the store since; None where that is not known.

    Args:
        names: ``schema.table``.
        on: day whose rules apply.
        moment: of the store, told just now.
    """
    rest, found = rests_on(on), []
    for name in names:
        kept = _kept.get(name)
        if moment is None or kept is None or kept.moment != moment or kept.made_of[-1] != rest:
            return None
        found.append(kept.shown)
    return tuple(found)


def rests_on(on: date) -> tuple[Any, ...]:
    """What is shown rests on beside the store: the day, and the editions of the rules."""
    return on, *(edition(file) for file in RULES)


def several(
    connection: Connection, names: Sequence[str], on: date, moment: Moment = None
) -> tuple[Shown, ...]:
    """What is shown of each of some datasets, in their order; all are looked at together.

    Args:
        connection: a reading transaction.
        names: ``schema.table`` of published entries, a page of them at most.
        on: day whose rules apply.
        moment: of the store, told before the transaction began; None where none was.

    Raises:
        UnknownDataset: no such entry is published.
    """
    if (stood := standing(names, on, moment)) is not None:
        return stood
    known = {name: each for name in names if (each := _kept.get(name)) is not None}
    # The rows name what a dataset is made of: where none of them changed, it is made of nothing else.
    now = _state(
        connection, names, {*names, *(other for each in known.values() for other in each.others)}, on
    )
    stands = {name: each for name, each in known.items() if each.made_of == now.made_of(name, each.others)}
    fresh = [name for name in dict.fromkeys(names) if name not in stands]
    if fresh:
        stands |= _made(connection, fresh, now, on)
    _keep(
        {name: replace(each, moment=moment) for name, each in stands.items() if _is_news(name, each, moment)}
    )
    return tuple(stands[name].shown for name in names)


def _made(connection: Connection, names: Sequence[str], now: _State, on: date) -> dict[str, _Kept]:
    """What is shown of some datasets, made anew."""
    found = read(connection, names, on)
    made = [(name, found.others(name), _shown(found, name, on)) for name in names]
    now.rows.update(rows_of(connection, {each for _, others, _ in made for each in others} - now.rows.keys()))
    return {name: _Kept(others, now.made_of(name, others), shown) for name, others, shown in made}


def _is_news(name: str, stands: _Kept, moment: Moment) -> bool:
    return stands.moment != moment or _kept.get(name) is not stands


def _keep(kept: Mapping[str, _Kept]) -> None:
    with _lock:
        _kept.update(kept)
        while len(_kept) > _MOST:
            _kept.pop(next(iter(_kept)))


def _shown(found: Ingredients, name: str, on: date) -> Shown:
    contracts, revision = found.family(name), found.revision(name)
    if revision.state != PUBLISHED:
        raise UnknownDataset(name)
    view, contract = public_view(revision, found.releases.get(name), contracts, on), revision.contract
    tested = found.live.get(name)
    # What the last test of the best link found; None where nothing was tested lately.
    live = None if tested is None else {"alive": tested.alive, "at": tested.tested_at, "why": tested.why}
    hit = view.to_document() | {"live": live}
    joins = [
        {"field": j.field, "with": f"{j.dataset}.{j.other}"}
        for j in contract.joins
        if found.is_published(j.dataset)
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


def _state(connection: Connection, names: Collection[str], wanted: Collection[str], on: date) -> _State:
    """What stands in the store of the ``wanted``, and of the tests of the links of ``names``."""
    # A day more than counts: where a day begins is the matter of `live`.
    days = timedelta(days=int(rule("linking", "tested_days", on).value) + 1)
    tests = tests_of(connection, set(names), datetime.combine(on, time(), ZONE) - days)
    return _State(rows_of(connection, wanted), tests, rests_on(on))
