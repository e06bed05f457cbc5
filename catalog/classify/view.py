"""Standings of fields, decisions and reviews as documents that commands print.

Decides how they look; what counts is :mod:`catalog.lineage.inheritance`'s and
:mod:`catalog.classify.decisions`'s. Counts and shares of what detectors saw, never values.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, replace
from datetime import date
from typing import Any

from sqlalchemy import Connection

from catalog.classify import reviews as merges
from catalog.classify.decided import decided
from catalog.classify.decisions import (
    FIELD,
    OPEN,
    Decision,
    DecisionRefused,
    Subject,
    decisions_of,
    decisions_part,
    run_out,
)
from catalog.classify.finding import Finding
from catalog.lineage.columns import known_inputs
from catalog.lineage.inheritance import Standings, findings_of
from catalog.revisions import called, current
from catalog.store.parts import Part
from contracts.model import Contract


def dataset(connection: Connection, name: str, on: date) -> dict[str, Any]:
    """Every field of a dataset: declared, found, inherited, decided, effective.

    Raises:
        UnknownDataset: the ledger has no such entry.
    """
    contract, standings = _standings(connection, name, on)
    found, made = findings_of(connection, contract), decided(connection, contract, on)
    standing = standings.fields(name)
    fields: list[dict[str, Any]] = [
        {
            "field": item.name,
            "heading": item.business_name,
            **{part: asdict(getattr(standing[item.name], part)) for part in ("declared", "inherited")},
            "found": [_found(f, made.covers(f)) for f in found if f.field == item.name],
            "decided": [decision_line(d) for d in made.in_force if d.field == item.name],
            "effective": asdict(standing[item.name].effective),
        }
        for item in contract.fields
    ]
    merged = standings.merged(contract)
    review = merges.review_of(connection, name, merged) if merged else None
    return {
        "name": name,
        "title": contract.title,
        "grade": max(contract.grade or 1, *(each["effective"]["grade"] for each in fields)),
        "fields": fields,
        "merges": {source: list(names) for source, names in merged.items()},
        "review": None if review is None else review_line(review),
    }


def subject(connection: Connection, name: str, field: str, kind: str, on: date) -> Subject:
    """What a decision is about, with the grade that stands now.

    Raises:
        DecisionRefused: there is no such field, or nothing of that kind was found in it.
    """
    contract, standings = _standings(connection, name, on)
    if kind == FIELD:
        known = Subject(contract, field, kind, 1)
        standing = standings.fields(name)[field]
        # What was found is decided by its kind: the field as such is what it declares and inherits.
        level = standing.declared | standing.inherited
        grade = max(level.grade, decided(connection, contract, on).raised(field))
        return Subject(contract, known.field, kind, grade, level.sensitive)
    for each in findings_of(connection, contract):
        if (each.field, each.detector) == (field, kind):
            return Subject(contract, field, kind, each.grade, each.sensitive)
    raise DecisionRefused(f"{name}.{field}: the last build found no {kind} — see `ybz classify show {name}`")


def merge(connection: Connection, name: str, on: date) -> tuple[Mapping[str, tuple[str, ...]], int]:
    """The personal sources a dataset merges now, and the highest grade that comes in.

    Raises:
        DecisionRefused: it merges none.
    """
    contract, standings = _standings(connection, name, on)
    merged = standings.merged(contract)
    if not merged:
        raise DecisionRefused(f"{name} merges no personal sources — nothing is to be reviewed")
    inherited = standings.inherited(contract, decided(connection, contract, on))
    return merged, max(level.grade for level in inherited.values())


def decisions(
    connection: Connection, name: str | None, on: date, *, everything: bool
) -> list[dict[str, Any]]:
    """Decisions as they stand on a day; those that have run out are told as such."""
    lines = _as_on(connection, decisions_of(connection, name), on)
    return [line for line in lines if everything or line["state"] in OPEN]


def decisions_listed(
    connection: Connection,
    part: Part,
    on: date,
    *,
    departments: Collection[str] | None,
    name: str | None = None,
    everything: bool = False,
) -> list[dict[str, Any]]:
    """A part of the decisions as they stand on a day, by id.

    Whether a field is still declared as it was, no statement tells: as many as have run out by that are read
    on, so that a page is full as long as more follow.

    Args:
        connection: to read with.
        part: which of them.
        on: the day.
        departments: codes of the departments whose entries are told of; of all where None.
        name: only of this dataset.
        everything: those that are over as well.
    """
    lines: list[dict[str, Any]] = []
    rest: Part | None = part
    while rest is not None and len(lines) <= part.most:
        found = decisions_part(
            connection, rest, departments=departments, dataset=name, open_on=None if everything else on
        )
        told = _as_on(connection, found, on)
        lines += [line for line in told if everything or line["state"] in OPEN]
        rest = replace(rest, after=(found[-1].id,)) if len(found) > rest.most else None
    return lines[: part.most + 1]


def reviews(connection: Connection, *, everything: bool) -> list[dict[str, Any]]:
    """Reviews of merged personal sources."""
    return [review_line(each) for each in merges.reviews(connection, open_only=not everything)]


def reviews_listed(
    connection: Connection, part: Part, *, departments: Collection[str] | None, everything: bool
) -> list[dict[str, Any]]:
    """A part of the reviews, by id; see :func:`decisions_listed`."""
    found = merges.reviews_part(connection, part, departments=departments, open_only=not everything)
    return [review_line(each) for each in found]


def decision_line(made: Decision) -> dict[str, Any]:
    """A decision as a document."""
    return asdict(made)


def review_line(made: merges.Review) -> dict[str, Any]:
    """A review as a document."""
    return asdict(made)


def _found(finding: Finding, covered: bool) -> dict[str, Any]:
    return {
        "kind": finding.detector,
        "grade": finding.grade,
        "personal": finding.personal,
        "sensitive": finding.sensitive,
        "score": finding.score,
        "evidence": finding.evidence,
        "missed_at_most": finding.evidence.get("missed_at_most"),
        "beyond_declared": finding.beyond_declared,
        "covered": covered,
    }


def _standings(connection: Connection, name: str, on: date) -> tuple[Contract, Standings]:
    contract = current(connection, name).contract
    return contract, Standings.of_store(connection, known_inputs(connection, contract), on)


def _as_on(connection: Connection, made: Iterable[Decision], on: date) -> list[dict[str, Any]]:
    """Decisions as lines; an open one that has run out on a day is told as lapsed, and why."""
    found = tuple(made)
    held = called(connection, {one.dataset for one in found if one.state in OPEN})
    lines = []
    for one in found:
        line = decision_line(one)
        if one.state in OPEN:
            known = held.get(one.dataset)
            over = run_out(one, None if known is None else known.contract, on)
            line |= {"state": "lapsed", "ended_why": over} if over else {}
        lines.append(line)
    return lines
