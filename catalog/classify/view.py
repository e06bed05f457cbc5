"""Standings of fields, decisions and reviews as documents that commands print.

Decides how they look; what counts is :mod:`catalog.lineage.inheritance`'s and
:mod:`catalog.classify.decisions`'s. Counts and shares of what detectors saw, never values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from sqlalchemy import Connection

from catalog.classify import reviews as merges
from catalog.classify.decided import decided
from catalog.classify.decisions import FIELD, OPEN, Decision, DecisionRefused, Subject, decisions_of, run_out
from catalog.classify.finding import Finding
from catalog.errors import UnknownDataset
from catalog.lineage.columns import known_inputs
from catalog.lineage.inheritance import Standings, findings_of
from catalog.revisions import current
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
    lines = []
    for made in decisions_of(connection, name):
        line = decision_line(made)
        if made.state in OPEN:
            over = run_out(made, _contract(connection, made.dataset), on)
            line |= {"state": "lapsed", "ended_why": over} if over else {}
        if everything or line["state"] in OPEN:
            lines.append(line)
    return lines


def reviews(connection: Connection, *, everything: bool) -> list[dict[str, Any]]:
    """Reviews of merged personal sources."""
    return [review_line(each) for each in merges.reviews(connection, open_only=not everything)]


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


def _contract(connection: Connection, name: str) -> Contract | None:
    try:
        return current(connection, name).contract
    except UnknownDataset:
        return None
