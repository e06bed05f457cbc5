"""Source figures of evaluations, each counted from rows of the ledger that are published beside it.

Decides how each is counted, as the dated rule ``figures`` says in words; a reader adds up the rows and comes
to the same figure. Rows hold months, outcomes and counts, never a call or a value.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, func, select

from catalog.store.tables.clocks import clocks
from catalog.store.tables.evaluation import evaluation_reviews
from catalog.store.tables.forms import corrections
from catalog.store.tables.queries import usages
from catalog.store.tables.requesting import request_cases
from catalog.store.tables.supplies import supplies
from policies.clocks import local_date
from policies.evaluation import Figure, Judge
from space.calls.metering import GIVEN
from space.evaluation.periods import Period
from space.evaluation.subjects import Scope, chunks
from space.money.months import bounds
from space.requesting.cases import subject_of

Rows = list[dict[str, Any]]
# Outcomes of one call; "delivered" is bytes of a supply that was answered before.
_OURS: Final = frozenset({"lost", "failed"})
_REFUSED: Final = frozenset({"refused"})
_ALL: Final = GIVEN | _OURS | _REFUSED


@dataclass(frozen=True, slots=True)
class Source:
    """Where figures are counted.

    Attributes:
        scope: the subject.
        period: of the evaluation.
        evaluation: id, whose reviews count.
    """

    scope: Scope
    period: Period
    evaluation: str


def count(connection: Connection, source: Source, names: Collection[str]) -> tuple[dict[str, Figure], Rows]:
    """Figures by name, and the rows they are counted from.

    Args:
        connection: to read with.
        source: subject, period, evaluation.
        names: of figures of the rule.
    """
    rows: Rows = []
    for kind, (needed, read) in _KINDS.items():
        if needed & set(names):
            rows += [{"of": kind, **row} for row in read(connection, source)]
    return {name: figure(name, rows) for name in sorted(names)}, rows


def figure(name: str, rows: Iterable[dict[str, Any]]) -> Figure:
    """One figure from published rows: what a reader recomputes.

    Raises:
        KeyError: there is no figure of that name.
    """
    return _FIGURES[name](list(rows))


def _calls(rows: Rows, outcomes: Collection[str]) -> int:
    return sum(int(row["count"]) for row in rows if row["of"] == "calls" and row["outcome"] in outcomes)


def _income(rows: Rows) -> Figure:
    fen = sum(int(row["fen"]) for row in rows if row["of"] == "calls" and row["outcome"] in GIVEN)
    return Figure(fen, None, _calls(rows, GIVEN))


def _timely(kind: str) -> Callable[[Rows], Figure]:
    def made(rows: Rows) -> Figure:
        mine = [row for row in rows if row["of"] == kind]
        due = sum(int(row["count"]) for row in mine)
        return Figure(sum(int(row["count"]) for row in mine if row["on_time"]), due, due)

    return made


def _marks(office: Judge) -> Callable[[Rows], Figure]:
    def made(rows: Rows) -> Figure:
        mine = [row for row in rows if row["of"] == "reviews" and row["office"] == office.value]
        return Figure(sum(int(row["mark"]) for row in mine), len(mine), len(mine))

    return made


def _share(part: Collection[str], whole: Collection[str]) -> Callable[[Rows], Figure]:
    def made(rows: Rows) -> Figure:
        of = _calls(rows, whole)
        return Figure(_calls(rows, part), of, of)

    return made


_FIGURES: Final[dict[str, Callable[[Rows], Figure]]] = {
    "calls_answered": lambda rows: Figure(_calls(rows, GIVEN), None, _calls(rows, _ALL)),
    "refusal_share": _share(_REFUSED, _ALL),
    "availability": _share(GIVEN, GIVEN | _OURS),
    "income_fen": _income,
    "supply_on_time": _timely("supplies"),
    "deletion_on_time": _timely("deletions"),
    "corrections_on_time": _timely("corrections"),
    "mark_self": _marks(Judge.SELF),
    "mark_user": _marks(Judge.USER),
    "mark_third_party": _marks(Judge.THIRD_PARTY),
}


def _call_rows(connection: Connection, source: Source) -> Rows:
    """Calls and fen by month and outcome."""
    u, found = usages.c, dict[tuple[str, str], list[int]]()
    for month in source.period.months:
        begin, end = bounds(month)
        for some in chunks(source.scope.grants):
            query = (
                select(u.outcome, func.count().label("calls"), func.sum(u.price_fen).label("fen"))
                .where(u.grant_id.in_(some), u.at >= begin, u.at < end, u.outcome.in_(sorted(_ALL)))
                .group_by(u.outcome)
            )
            for row in connection.execute(query):
                sums = found.setdefault((month, row.outcome), [0, 0])
                sums[0] += int(row.calls)
                sums[1] += int(row.fen or 0)
    return [
        {"month": month, "outcome": outcome, "count": calls, "fen": fen}
        for (month, outcome), (calls, fen) in sorted(found.items())
    ]


def _supply_rows(connection: Connection, source: Source) -> Rows:
    """Clocks of the supply of what was permitted, by the month they were due in."""
    k, c = clocks.c, request_cases.c
    cases = [
        subject_of(case)
        for some in chunks(source.scope.requests)
        for case in connection.execute(select(c.id).where(c.request_id.in_(some))).scalars()
    ]
    told = []
    for some in chunks(cases):
        query = select(k.due_on, k.on_time).where(
            k.subject.in_(some), k.rule == "supply", k.state != "cancelled",
            k.due_on >= source.period.first, k.due_on <= source.period.last,
        )  # fmt: skip
        told += [(row.due_on, bool(row.on_time)) for row in connection.execute(query)]
    return _by_month(told)


def _deletion_rows(connection: Connection, source: Source) -> Rows:
    """Supplies whose deletion was to be proved in the period."""
    s, told = supplies.c, list[tuple[date, bool]]()
    for some in chunks(source.scope.grants):
        query = select(s.proof_due_on, s.proved_at).where(
            s.grant_id.in_(some), s.proof_due_on >= source.period.first, s.proof_due_on <= source.period.last
        )
        for row in connection.execute(query):
            proved = row.proved_at is not None and local_date(row.proved_at) <= row.proof_due_on
            told.append((row.proof_due_on, proved))
    return _by_month(told)


def _correction_rows(connection: Connection, source: Source) -> Rows:
    """Corrections of the datasets that were to be answered in the period."""
    c, told = corrections.c, list[tuple[date, bool]]()
    for some in chunks(source.scope.datasets):
        query = select(c.due_on, c.answered_at, c.late).where(
            c.dataset.in_(some), c.due_on >= source.period.first, c.due_on <= source.period.last
        )
        told += [
            (row.due_on, row.answered_at is not None and not row.late) for row in connection.execute(query)
        ]
    return _by_month(told)


def _review_rows(connection: Connection, source: Source) -> Rows:
    """Each review: office, organisation, mark."""
    r = evaluation_reviews.c
    query = select(r.office, r.organisation, r.mark).where(r.evaluation_id == source.evaluation)
    return [dict(row._mapping) for row in connection.execute(query.order_by(r.office, r.organisation))]


def _by_month(told: Iterable[tuple[date, bool]]) -> Rows:
    found: dict[tuple[str, bool], int] = {}
    for day, on_time in told:
        key = (f"{day:%Y-%m}", on_time)
        found[key] = found.get(key, 0) + 1
    return [{"month": month, "on_time": on_time, "count": n} for (month, on_time), n in sorted(found.items())]


_KINDS: Final[dict[str, tuple[set[str], Callable[[Connection, Source], Rows]]]] = {
    "calls": ({"calls_answered", "refusal_share", "availability", "income_fen"}, _call_rows),
    "supplies": ({"supply_on_time"}, _supply_rows),
    "deletions": ({"deletion_on_time"}, _deletion_rows),
    "corrections": ({"corrections_on_time"}, _correction_rows),
    "reviews": ({"mark_self", "mark_user", "mark_third_party"}, _review_rows),
}
