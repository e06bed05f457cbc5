"""The owner's view of the ledger, as plain documents: what ``ybz show`` and ``ybz lineage`` print.

Figures are exact: whoever runs these commands holds the installation's folder, keys and data. What
others see is :mod:`catalog.statistics`. Findings and reasons hold counts and names, never values.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select

from catalog import revisions
from catalog.intake.errors import sentence
from catalog.lineage import columns as lineage
from catalog.registration import standing as registration
from catalog.releases import published as releases
from catalog.releases.attempts import last_attempts, last_results
from catalog.releases.published import Release
from catalog.revisions import Revision
from catalog.store.tables.ledger import entries
from catalog.store.tables.releases import builds, findings
from catalog.store.tables.releases import releases as release_rows
from contracts.model import Contract
from policies.grading import item_grade

Document = dict[str, Any]
# Why a line of a file did not land although it may be data.
BROKEN_LINES = ("malformed", "undecodable")
# Why it cannot be said where the columns of a composed dataset come from.
_UNFOLLOWED = (lineage.LineageError, lineage.UnknownInput, lineage.LineageCycle)


def ledger(connection: Connection) -> list[Document]:
    """One document an entry, by name: identity, rows, quality, grade, and what the last build did."""
    known = revisions.all_current(connection)
    current = {release.dataset: release for release in releases.all_latest(connection)}
    attempts = last_attempts(connection, [entry.name for entry in known])
    contracts = {entry.name: entry.contract for entry in known}
    registered = registration.states(connection)
    coming = _coming(connection)
    return [
        _line(entry, current.get(entry.name), attempts.get(entry.name), contracts)
        | {"registration": registered.get(entry.name), "pending": coming.get(entry.name)}
        for entry in known
    ]


def dataset(connection: Connection, name: str) -> Document:
    """Everything the owner may know of one dataset.

    Raises:
        UnknownDataset: the ledger has no such entry.
    """
    entry = revisions.current(connection, name)
    release = releases.latest(connection, name)
    attempt = last_attempts(connection, [name]).get(name)
    contract = entry.contract
    contracts, unfollowed = _family(connection, contract)
    return _line(entry, release, attempt, contracts) | {
        "unfollowed": unfollowed or _grade(contract, contracts)[1],
        "registration": registration.state_of(connection, name),
        "pending": _coming(connection, name).get(name),
        "summary": contract.summary,
        "classification": contract.classification,
        "condition": contract.sharing.condition,
        "basis": contract.sharing.basis,
        "update_cycle": contract.update_cycle.value,
        "contract": None if entry.path is None else str(entry.path),
        "revisions": [
            {"number": r.number, "made_at": r.made_at.isoformat(), "by": r.made_by, "reason": r.reason}
            for r in revisions.history(connection, name)
        ],
        "fields": [
            {
                "name": item.name,
                "title": item.business_name,
                "type": item.type.value,
                "use": item.use.value,
                "unit": None if item.unit is None else item.unit.kind,
                "grade": item_grade(item, contract.sharing.type).grade,
                "personal": item.personal,
                "sensitive": item.sensitive,
            }
            for item in contract.fields
        ],
        "dimensions": {} if release is None else dict(release.dimensions),
        "rules": [
            {
                "rule": r.rule,
                "dimension": r.dimension.value,
                "action": r.action.value,
                "good": r.good,
                "evaluated": r.evaluated,
                "passed": r.passed,
            }
            for r in last_results(connection, name)
        ],
        "notes": [] if release is None else _notes(release),
        "releases": _releases(connection, name),
        "findings": _findings(connection, name),
    }


def lineage_of(connection: Connection, name: str) -> Document:
    """Where a dataset comes from, column by column, and what is made from it.

    Raises:
        UnknownDataset: the ledger has no such entry.
    """
    entry = revisions.current(connection, name)
    contracts, unfollowed = _family(connection, entry.contract)
    into, out_of = lineage.edges_around(connection, name)
    made_from = sorted({edge.source_dataset for edge in into})
    inherited: dict[str, lineage.Inherited] = {}
    kinds: frozenset[str] = frozenset()
    if not unfollowed:
        try:
            inherited = lineage.inherited(into, contracts, entry.contract.fields) if made_from else {}
            kinds = lineage.kinds_behind(name, contracts)
        except _UNFOLLOWED as error:  # what it is made from cannot be followed
            inherited, unfollowed = {}, str(error)
    return {
        "name": name,
        "unfollowed": unfollowed or _grade(entry.contract, contracts)[1],
        "inputs": made_from,
        "unit_kinds": sorted(kinds),
        "fields": [
            {
                "field": item.name,
                "inherited_grade": inherited[item.name].grade if inherited else None,
                "from": _sources(into, item.name),
            }
            for item in entry.contract.fields
        ],
        "rows_from": _sources(into, lineage.EVERY),
        "used_by": sorted({edge.target_dataset for edge in out_of}),
        "impact": list(lineage.impact(connection, name)),
    }


def _family(connection: Connection, contract: Contract) -> tuple[Mapping[str, Contract], str]:
    """A contract and all it is made from; alone, and why, where that cannot be followed any more."""
    try:
        return lineage.known_inputs(connection, contract), ""
    except _UNFOLLOWED as error:
        return {contract.name: contract}, str(error)


def _grade(contract: Contract, contracts: Mapping[str, Contract]) -> tuple[int | None, str]:
    """The grade before anything is built; None, and why, where nobody can say what is inherited."""
    try:
        return lineage.declared_grade(contract, contracts), ""
    except _UNFOLLOWED as error:  # entered by an earlier version
        return None, str(error)


def _coming(connection: Connection, name: str | None = None) -> dict[str, Document]:
    """Entry → the revision on its way to replace the published one, and how far it is."""
    columns = entries.c["name", "current_revision", "pending_state"]
    query = select(*columns).where(entries.c.pending_state.is_not(None))
    rows = connection.execute(query if name is None else query.where(entries.c.name == name))
    return {row.name: {"revision": row.current_revision, "state": row.pending_state} for row in rows}


def _line(
    entry: Revision,
    release: Release | None,
    attempt: Mapping[str, Any] | None,
    contracts: Mapping[str, Contract],
) -> Document:
    contract = entry.contract
    grade, unfollowed = _grade(contract, contracts) if release is None else (release.grade, "")
    return {
        "code": entry.code,
        "name": entry.name,
        "title": contract.title,
        "department": contract.department.name,
        "state": entry.state,
        "revision": entry.number,
        "sharing": contract.sharing.type.value,
        "grade": grade,
        "unfollowed": unfollowed,
        "release": None if release is None else release.number,
        "rows": None if release is None else release.row_count,
        "quarantined": None if release is None else release.quarantined,
        "quality": None if release is None else release.quality,
        "build": None if attempt is None else attempt["state"],
        "reason": "" if attempt is None else attempt["reason"],
    }


def _notes(release: Release) -> list[str]:
    """What the files of a release lack or have beside their layout, and lines that could not be read."""
    notes = [] if release.facts.noise is None else [release.facts.noise.told()]
    drift = release.counts.get("drift", ())
    left = {d["file"] for d in drift if d["action"] == "quarantine" and d["kind"] != "type_change"}
    for file in release.counts.get("files", ()):
        if file.get("missing") and file["landed"]:
            them = "is" if len(file["missing"]) == 1 else "are"
            effect = f"which {them} empty in its rows"
            if file["path"] in left:
                effect = "its rows are quarantined"
            notes.append(f"{file['path']}: no column for {', '.join(file['missing'])}, {effect}")
        for rule in BROKEN_LINES:
            if lost := file.get("dropped", {}).get(rule, 0):
                notes.append(f"{file['path']}: {lost:,} line{'s' * (lost > 1)} did not land: {rule}")
    told = (d for d in drift if d["kind"] != "missing_column")
    return notes + [f"{d['file']}: {sentence(d['kind'], d['column'], d['proposal'])}" for d in told]


def _releases(connection: Connection, name: str) -> list[Document]:
    columns = release_rows.c
    rows = connection.execute(
        select(
            columns.id, columns.number, columns.revision, columns.row_count, columns.quarantined,
            columns.quality, columns.grade, columns.published_at,
        )
        .where(columns.dataset == name)
        .order_by(columns.number.desc())
    )  # fmt: skip
    return [dict(row._mapping) | {"published_at": row.published_at.isoformat()} for row in rows]


def _findings(connection: Connection, name: str) -> list[Document]:
    """Findings of the newest build of a dataset that has any, the ones beyond the declared first."""
    newest = (
        select(builds.c.id)
        .join(findings, findings.c.build_id == builds.c.id)
        .where(builds.c.dataset == name)
        .order_by(builds.c.ended_at.desc())
        .limit(1)
    ).scalar_subquery()
    rows = connection.execute(
        select(findings)
        .where(findings.c.build_id == newest)
        .order_by(findings.c.beyond_declared.desc(), findings.c.field)
    )
    return [
        {
            "field": row.field,
            "detector": row.detector,
            "grade": row.grade,
            "score": row.score,
            "beyond_declared": row.beyond_declared,
            "evidence": row.evidence,
        }
        for row in rows
    ]


def _sources(edges: tuple[lineage.Edge, ...], target_field: str) -> list[Document]:
    return [
        {"dataset": edge.source_dataset, "field": edge.source_field, "subtype": edge.subtype}
        for edge in edges
        if edge.target_field == target_field
    ]
