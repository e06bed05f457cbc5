"""What ``ybz quality`` says of a dataset, as one plain document.

Decides what is worst, what got worse, what stops a release and what only warns. It is the owner's exact
view: counts and names of fields, never a value of the data. The score is the one the build gave;
accessibility is counted when the document is made, and shown beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from sqlalchemy import Connection

from catalog import revisions
from catalog.quality.access import accesses
from catalog.quality.grades import grade5
from catalog.quality.history import Assessment, Point, assessments, released, trend
from catalog.quality.indicators import coded, indicators
from catalog.quality.rollup import RuleResult, dimensions
from contracts.model import Action, Contract
from policies.rulebook import rule

Document = dict[str, Any]


def document(connection: Connection, name: str, on: date) -> Document:
    """Everything the owner may know of a dataset's quality.

    Args:
        connection: to read with.
        name: of the dataset.
        on: day whose scale and indicators apply, Asia/Shanghai.

    Returns:
        ``dataset, title, department, release, attempt, score, grade5, dimensions, indicators, rules,
        worst_fields, worse, stops, warns, trend``; None and empty where nothing was assessed.

    Raises:
        UnknownDataset: the ledger has no such entry.
    """
    contract = revisions.current(connection, name).contract
    settings = rule("quality", "report", on).value
    points = trend(connection, name, settings["releases"])
    newest = next(iter(assessments(connection, name)), None)
    found = () if newest is None else coded(newest.results, on)
    access = accesses(connection, [point.id for point in points])
    counted = found if access is None else (*found, access)
    before = _before(connection, name, newest)
    score = None if newest is None else newest.score
    graded = grade5(score, on)
    return {
        "dataset": name,
        "title": contract.title,
        "department": contract.department.name,
        "release": _release(points),
        "attempt": _attempt(newest),
        "score": score,
        "grade5": None if graded is None else asdict(graded),
        "minimum_quality": contract.minimum_quality,
        "quarantine_limit": contract.quarantine_limit,
        "dimensions": dimensions(counted),
        "indicators": {code: asdict(each) for code, each in indicators(counted, on).items()},
        "rules": [_rule(each, contract, before) for each in found],
        "worst_fields": worst_fields(found, contract, settings["worst_fields"]),
        "worse": worse(found, before, contract, settings["notable_change"]),
        "stops": [r.rule for r in found if not r.passed and r.action is Action.STOP],
        "warns": [r.rule for r in found if not r.passed and r.action is not Action.STOP],
        "trend": [_point(point) for point in points],
    }


def worst_fields(results: Iterable[RuleResult], contract: Contract, most: int) -> list[Document]:
    """The fields with the largest share of faulty items, the worst first."""
    judged: dict[str, list[RuleResult]] = {}
    for result in results:
        for name in result.fields:
            judged.setdefault(name, []).append(result)
    found: list[Document] = []
    for name, outcomes in judged.items():
        bad = sum(r.evaluated - r.good for r in outcomes)
        evaluated = sum(r.evaluated for r in outcomes)
        if bad:
            worst = max(outcomes, key=lambda r: (r.evaluated - r.good) / r.evaluated if r.evaluated else 0)
            found.append(
                {
                    "field": name,
                    "title": _title(contract, name),
                    "bad": bad,
                    "evaluated": evaluated,
                    "share": (worst.evaluated - worst.good) / worst.evaluated,
                    "rules": [r.rule for r in outcomes if r.good < r.evaluated],
                    "worst_rule": worst.rule,
                }
            )
    found.sort(key=lambda each: (-each["share"], -each["bad"], each["field"]))
    return found[:most]


def worse(
    results: Sequence[RuleResult], before: Mapping[str, RuleResult], contract: Contract, notable: float
) -> list[Document]:
    """Rules whose share of good items fell by a notable part since the release before, the worst first."""
    fallen = []
    for result in results:
        former = before.get(result.rule)
        if former is None or not former.evaluated or not result.evaluated:
            continue
        was, now = former.good / former.evaluated, result.good / result.evaluated
        if was - now >= notable:
            titles = [_title(contract, name) for name in result.fields]
            fallen.append({"rule": result.rule, "fields": titles, "was": was, "now": now})
    return sorted(fallen, key=lambda each: each["now"] - each["was"])


def _before(connection: Connection, name: str, newest: Assessment | None) -> dict[str, RuleResult]:
    """Rule → outcome in the last release that came before the newest attempt."""
    if newest is None:
        return {}
    former = next((a for a in released(connection, name) if a.build != newest.build), None)
    return {} if former is None else {result.rule: result for result in former.results}


def _rule(result: RuleResult, contract: Contract, before: Mapping[str, RuleResult]) -> Document:
    former = before.get(result.rule)
    was = former.good / former.evaluated if former is not None and former.evaluated else None
    return {
        "rule": result.rule,
        "kind": result.kind,
        "fields": list(result.fields),
        "titles": [_title(contract, name) for name in result.fields],
        "dimension": result.dimension.value,
        "indicator": result.indicator,
        "action": result.action.value,
        "good": result.good,
        "evaluated": result.evaluated,
        "x": result.good / result.evaluated if result.evaluated else None,
        "was": was,
        "tolerance": result.tolerance,
        "passed": result.passed,
        "note": result.note,
    }


def _release(points: Sequence[Point]) -> Document | None:
    if not points:
        return None
    last = points[-1]
    return {
        "id": last.id,
        "number": last.number,
        "published_at": last.published_at.isoformat(),
        "rows": last.rows,
        "score": last.score,
    }


def _attempt(newest: Assessment | None) -> Document | None:
    if newest is None:
        return None
    return {
        "build": newest.build,
        "state": newest.state,
        "reason": newest.reason,
        "at": newest.at.isoformat(),
        **newest.counts,
    }


def _point(point: Point) -> Document:
    return {
        "release": point.number,
        "published_at": point.published_at.isoformat(),
        "rows": point.rows,
        "quarantined": point.quarantined,
        "score": point.score,
        "dimensions": {name: values["x"] for name, values in point.dimensions.items()},
    }


def _title(contract: Contract, name: str) -> str:
    return next((f.business_name for f in contract.fields if f.name == name), name)
