"""The check before an entry is listed: own standards, secrecy, cited bases, impact assessment.

Decides what a contract is before anything is written: admitted, a draft that waits for its completion, or
refused. What must be shown is :mod:`catalog.cataloging.admission`'s.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Engine

from catalog import evidence
from catalog.cataloging.admission import Case, admit, assessment_of, duties
from catalog.cataloging.errors import ManyRefused, Refused, secret
from catalog.cataloging.values import Acts
from catalog.errors import CatalogError
from catalog.standards import life as standards
from catalog.store import writing
from contracts.canonical import canonical
from contracts.model import Contract
from contracts.odcs.files import contract_digest, to_document
from policies.clocks import local_date
from policies.decision import Decision, Deny, Permit

_DRAFT: Final = "draft"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A contract as the ledger would keep it, checked.

    Attributes:
        contract: with the own standards it follows written into it.
        place: the file it came from, or None.
        text: its canonical JSON.
        digest: SHA-256 of that.
        case: as it was checked.
        decision: of the check.
    """

    contract: Contract
    place: str | None
    text: str
    digest: str
    case: Case
    decision: Decision

    @property
    def admitted(self) -> bool:
        """Whether it may be listed."""
        return isinstance(self.decision, Permit)

    @property
    def open_points(self) -> tuple[str, ...]:
        """What a person still has to add or do, one sentence each."""
        return (*lacking(self.decision), *duties(self.case))

    @property
    def checked(self) -> dict[str, Any]:
        """What the act of checking says."""
        return {
            "secrecy": self.contract.secrecy.value,
            "sharing": self.contract.sharing.type.value,
            "assessment": self.case.assessment or "none recorded",
            "open_duties": list(duties(self.case)),
        }


def prepared(
    engine: Engine, contracts: Sequence[tuple[Contract, Path | None]], acts: Acts
) -> tuple[Prepared, ...]:
    """Check contracts; nothing is written.

    Raises:
        Refused: the only one given is refused.
        ManyRefused: some of several are refused.
        CatalogError: a dataset is given twice.
        StandardRefused: a field does not keep an own standard of the city, or one that is not in force.
    """
    names = [contract.name for contract, _ in contracts]
    if len(set(names)) != len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise CatalogError(f"{twice} is given twice — keep one")
    made = [_prepare(engine, contract, path, acts) for contract, path in contracts]
    refusals = [
        Refused("" if secret(one.decision) else one.contract.name, one.decision)
        for one in made
        if isinstance(one.decision, Deny) and not _completable(one.contract, one.decision)
    ]
    if refusals:
        raise refusals[0] if len(made) == 1 else ManyRefused(refusals)
    return tuple(made)


def checked_again(contract: Contract, assessment: str, on: date) -> Case:
    """The case of a contract the ledger has already."""
    return Case(contract, assessment or assessment_of(contract), on)


def lacking(decision: Decision) -> tuple[str, ...]:
    """What keeps an entry from being listed, one sentence each."""
    if isinstance(decision, Permit):
        return ()
    return tuple(f"{reason.message}: {reason.allowed} ({reason.where})" for reason in decision.reasons)


def record_refusal(engine: Engine, contract: Contract, denial: Deny, by: str, now: datetime) -> None:
    """A refusal is evidence too; a secret's name is not in it, its digest is."""
    digest = contract_digest(contract)
    subject = digest if secret(denial) else contract.name
    body = {"digest": digest, "actor": by, "reasons": [reason.code for reason in denial.reasons]}
    with writing(engine) as connection:
        evidence.record(connection, event="catalog:entry:refuse", subject=subject, body=body, now=now)


def _prepare(engine: Engine, contract: Contract, path: Path | None, acts: Acts) -> Prepared:
    on = local_date(acts.now)
    contract = standards.kept_standards(engine, contract, on)
    case = checked_again(contract, acts.assessment, on)
    text = canonical(to_document(contract))
    return Prepared(
        contract,
        None if path is None else str(path.resolve()),
        text.decode(),
        hashlib.sha256(text).hexdigest(),
        case,
        admit(case),
    )


def _completable(contract: Contract, denial: Deny) -> bool:
    """Whether a draft lacks only what a person is still to add."""
    return contract.status == _DRAFT and not secret(denial)
