"""Cataloguing 编目: compile, check, sign off, review, publish; each step an act with its actor, in evidence.

Decides how a contract becomes an entry of the ledger, and when a new revision is due. A contract that
is still a draft and lacks what only a person can add stays *compiled*: its department can build and
see it, nobody can find, request or query it. Anything else that lacks something is refused.

All steps of one entry happen in one transaction, beside their evidence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, insert, update

from catalog import evidence, lineage, outlines, revisions, search
from catalog.admission import SECRECY, Case, admit, assessment_of, duties
from catalog.errors import CatalogError, UnknownDataset
from catalog.numbering import GovernmentCatalogue
from catalog.standards import life as standards
from catalog.store import writing
from catalog.store.schema import new_id
from catalog.store.tables.ledger import entries
from catalog.store.tables.ledger import revisions as revision_rows
from contracts.canonical import canonical
from contracts.compare import Breaking, compare
from contracts.model import Contract
from contracts.odcs import contract_digest, to_document
from policies.clocks import local_date
from policies.decision import Deny, Permit

COMPILED: Final = "compiled"
# The state each step leads to, in order, and the event it leaves.
STEPS: Final = (
    (COMPILED, "compile"),
    ("checked", "check"),
    ("signed_off", "sign_off"),
    ("reviewed", "review"),
    (revisions.PUBLISHED, "publish"),
)
_DRAFT: Final = "draft"


class Refused(CatalogError):
    """An entry the ledger does not take.

    Attributes:
        name: of the dataset; empty where a secret keeps even that out.
        denial: every reason.
    """

    def __init__(self, name: str, denial: Deny) -> None:
        self.name, self.denial = name, denial
        why = "; ".join(f"{r.message} — {r.allowed}" if r.allowed else r.message for r in denial.reasons)
        super().__init__(f"{name or 'the entry'} is not catalogued: {why}")


@dataclass(frozen=True, slots=True)
class Acts:
    """Who does what to an entry. One person may hold every office in a small installation.

    Attributes:
        by: compiles and checks (the data steward).
        reason: why, one sentence.
        now: aware instant.
        signed_off_by: head of the department; ``by`` where empty.
        reviewed_by: the data authority, which also publishes; ``by`` where empty.
        assessment: reference of the impact assessment, where the contracts carry none.
    """

    by: str
    reason: str
    now: datetime
    signed_off_by: str = ""
    reviewed_by: str = ""
    assessment: str = ""

    def actor(self, step: str) -> str:
        """Who takes a step."""
        if step == "sign_off":
            return self.signed_off_by or self.by
        return (self.reviewed_by or self.by) if step in ("review", "publish") else self.by


@dataclass(frozen=True, slots=True)
class Catalogued:
    """What became of one contract.

    Attributes:
        entry_id, name, code: of the entry.
        revision: its number.
        state: ``compiled`` or ``published``.
        changed: whether a new revision was made.
        open_points: what a person still has to add or do, one sentence each.
    """

    entry_id: str
    name: str
    code: str
    revision: int
    state: str
    changed: bool
    open_points: tuple[str, ...]


def catalogue(
    engine: Engine, contract: Contract, *, path: Path | None, by: str, reason: str, now: datetime
) -> str:
    """Catalogue one contract; see :func:`catalogue_all`.

    Returns:
        Id of the entry. A new revision is made only where the contract's digest changed.
    """
    (done,) = catalogue_all(engine, [(contract, path)], Acts(by=by, reason=reason, now=now))
    return done.entry_id


def catalogue_all(
    engine: Engine, contracts: Sequence[tuple[Contract, Path | None]], acts: Acts
) -> tuple[Catalogued, ...]:
    """Catalogue contracts, inputs of composed datasets before what is made from them.

    Each entry is a transaction of its own: those before a refused one stay.

    Args:
        engine: of the store.
        contracts: each with the file it came from, or None.
        acts: who acts, why and when.

    Returns:
        One result a contract, in the order given.

    Raises:
        Refused: an entry is a secret, or lacks a basis or an assessment it needs.
        LineageError, UnknownInput, LineageCycle: composed SQL cannot be followed.
    """
    given = {contract.name: (contract, path) for contract, path in contracts}
    done = {}
    for name in lineage.build_order({name: contract for name, (contract, _) in given.items()}):
        contract, path = given[name]
        done[name] = catalogue_one(engine, contract, path, acts)
    return tuple(done[contract.name] for contract, _ in contracts)


def catalogue_one(engine: Engine, contract: Contract, path: Path | None, acts: Acts) -> Catalogued:
    """Catalogue one contract; the inputs of a composed dataset are in the ledger already.

    Args:
        engine: of the store.
        contract: to catalogue.
        path: the file it came from, or None; data paths are relative to its folder.
        acts: who acts, why and when.

    Raises:
        Refused: the entry is a secret, or lacks a basis or an assessment it needs.
        StandardRefused: a field does not keep an own standard of the city, or one that is not in force.
        LineageError, UnknownInput, LineageCycle: composed SQL cannot be followed.
    """
    contract = standards.kept_standards(engine, contract, local_date(acts.now))
    case = Case(contract, acts.assessment or assessment_of(contract), local_date(acts.now))
    decision = admit(case)
    if isinstance(decision, Deny) and not _completable(contract, decision):
        _record_refusal(engine, contract, decision, acts)
        raise Refused("" if _secret(decision) else contract.name, decision)
    with writing(engine) as connection:
        edges = _edges(connection, contract)
        entry_id, number, changed = _revise(connection, contract, path, acts)
        lineage.record_edges(connection, contract.name, edges)
        state = revisions.current(connection, contract.name).state
        if isinstance(decision, Permit) and state != revisions.PUBLISHED:
            _advance(connection, entry_id, contract, number, case, acts)
        final = revisions.current(connection, contract.name)
    return Catalogued(
        entry_id, contract.name, final.code, number, final.state, changed, _open_points(decision, case)
    )


def _edges(connection: Connection, contract: Contract) -> tuple[lineage.Edge, ...]:
    """Lineage of a composed dataset; a circle is refused before anything is written."""
    if contract.composed is None:
        return ()
    known = {r.name: r.contract for r in revisions.all_current(connection)} | {contract.name: contract}
    lineage.build_order(known)
    return lineage.column_lineage(contract, known)


def _revise(
    connection: Connection, contract: Contract, path: Path | None, acts: Acts
) -> tuple[str, int, bool]:
    """The entry's id, its revision number, and whether that revision is new."""
    digest = contract_digest(contract)
    place = None if path is None else str(path.resolve())
    try:
        former = revisions.current(connection, contract.name)
    except UnknownDataset:
        return _enter(connection, contract, digest, place, acts), 1, True
    values: dict[str, Any] = {"path": place}
    changed = former.digest != digest
    number = former.number + changed
    if changed:
        values |= _head(contract) | {"current_revision": number, "state": COMPILED}
        step = compare(former.contract, contract)
        breaks = list(step.reasons) if isinstance(step, Breaking) else []
        _insert_revision(connection, former.entry_id, number, contract, digest, acts, breaks)
    connection.execute(update(entries).where(entries.c.id == former.entry_id).values(**values))
    return former.entry_id, number, changed


def _enter(connection: Connection, contract: Contract, digest: str, place: str | None, acts: Acts) -> str:
    entry_id = new_id("ent")
    scheme = GovernmentCatalogue(local_date(acts.now))
    connection.execute(
        insert(entries).values(
            id=entry_id,
            name=contract.name,
            code=scheme.next_code(connection, contract.classification),
            state=COMPILED,
            current_revision=1,
            created_at=acts.now,
            path=place,
            **_head(contract),
        )
    )
    _insert_revision(connection, entry_id, 1, contract, digest, acts, [])
    return entry_id


def _head(contract: Contract) -> dict[str, str]:
    return {
        "title": contract.title,
        "department": contract.department.name,
        "department_code": contract.department.code,
    }


def _insert_revision(
    connection: Connection,
    entry_id: str,
    number: int,
    contract: Contract,
    digest: str,
    acts: Acts,
    breaks: list[str],
) -> None:
    connection.execute(
        insert(revision_rows).values(
            id=new_id("rev"),
            entry_id=entry_id,
            number=number,
            contract=canonical(to_document(contract)).decode(),
            digest=digest,
            reason=acts.reason,
            made_by=acts.by,
            made_at=acts.now,
        )
    )
    outlines.keep(connection, contract, digest)
    details = {"digest": digest, "reason": acts.reason, "breaks": breaks}
    _record(connection, "compile", contract.name, number, acts, details)


def _advance(
    connection: Connection, entry_id: str, contract: Contract, number: int, case: Case, acts: Acts
) -> None:
    """The steps after compilation, each with its evidence, up to publication."""
    first = revisions.current(connection, contract.name).published_at is None
    details: Mapping[str, Mapping[str, Any]] = {
        "check": {
            "secrecy": contract.secrecy.value,
            "sharing": contract.sharing.type.value,
            "assessment": case.assessment or "none recorded",
            "open_duties": list(duties(case)),
        }
    }
    for _, step in STEPS[1:]:
        _record(connection, step, contract.name, number, acts, details.get(step, {}))
    values: dict[str, Any] = {"state": revisions.PUBLISHED}
    if first:
        values["published_at"] = acts.now
    connection.execute(update(entries).where(entries.c.id == entry_id).values(**values))
    search.index(connection, contract)


def _record(
    connection: Connection, step: str, name: str, number: int, acts: Acts, details: Mapping[str, Any]
) -> None:
    body = {"dataset": name, "revision": number, "actor": acts.actor(step), **details}
    evidence.record(connection, event=f"catalog:entry:{step}", subject=name, body=body, now=acts.now)


def _record_refusal(engine: Engine, contract: Contract, denial: Deny, acts: Acts) -> None:
    """A refusal is evidence too; a secret's name is not in it, its digest is."""
    digest = contract_digest(contract)
    subject = digest if _secret(denial) else contract.name
    body = {"digest": digest, "actor": acts.by, "reasons": [r.code for r in denial.reasons]}
    with writing(engine) as connection:
        evidence.record(connection, event="catalog:entry:refuse", subject=subject, body=body, now=acts.now)


def _secret(denial: Deny) -> bool:
    return any(reason.code == SECRECY for reason in denial.reasons)


def _completable(contract: Contract, denial: Deny) -> bool:
    """Whether a draft lacks only what a person is still to add."""
    return contract.status == _DRAFT and not _secret(denial)


def _open_points(decision: Permit | Deny, case: Case) -> tuple[str, ...]:
    lacking: Iterable[str] = ()
    if isinstance(decision, Deny):
        lacking = (f"{reason.message}: {reason.allowed} ({reason.where})" for reason in decision.reasons)
    return (*lacking, *duties(case))
