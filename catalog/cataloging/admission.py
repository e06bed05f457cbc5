"""What an entry must show before it is listed: secrecy, a cited basis, an impact assessment.

Pure checks over a contract. Decides permit or deny and what duty stays open; who acts, and what is
written, is :mod:`catalog.cataloging`'s matter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from catalog.cataloging.bases import WITHHELD, cited
from contracts.model import Contract, Secrecy, ShareType
from policies.decision import Decision, Deny, Permit, Reason
from policies.rulebook import rule

# The custom property of a contract that refers to the recorded assessment.
ASSESSMENT_PROPERTY: Final = "impactAssessment"
SECRECY: Final = "catalog.secrecy"
# What sharing under conditions states beside condition and basis, and the property that says it.
_STATEMENT: Final = {"reason": "shareReason", "scope": "shareScope", "use": "shareUse"}


@dataclass(frozen=True, slots=True)
class Case:
    """An entry before its checks.

    Attributes:
        contract: as compiled.
        assessment: reference of the personal-information impact assessment, or empty.
        on: day whose rules apply.
    """

    contract: Contract
    assessment: str
    on: date


@dataclass(frozen=True, slots=True)
class Owed:
    """One thing an entry is still to say.

    Attributes:
        place: property of the contract that says it; empty where none does.
        what: in one sentence.
        blocks: whether the entry is not listed without it.
    """

    place: str
    what: str
    blocks: bool


def owed(case: Case) -> tuple[Owed, ...]:
    """What an entry still owes, one a place: what keeps it from being listed first, then open duties."""
    decision, kind = admit(case), _unassessed(case)
    reasons = decision.reasons if isinstance(decision, Deny) else ()
    blocking = [Owed(place, r.message, True) for r in reasons for place in r.where.split(", ")]
    noted = [
        Owed(_STATEMENT[name], f"state the {name} of sharing under conditions", False)
        for name, consequence in _unstated(case)
        if consequence == "note"
    ]
    if kind is not None and _consequence(case, kind) != "refuse":
        told = f"record the impact assessment of its {kind} information"
        noted.insert(0, Owed(ASSESSMENT_PROPERTY, told, False))
    return (*blocking, *noted)


def admit(case: Case) -> Decision:
    """Whether an entry may be listed, with every reason against it.

    Source: Decree 809 Arts 2–3 (no secrets), 13 (checks before listing); 编制指南 item 9 (conditions, basis).
    """
    reasons = tuple(reason for check in CHECKS for reason in check(case))
    return Deny(reasons) if reasons else Permit()


def assessment_of(contract: Contract) -> str:
    """The assessment reference a contract carries as its custom property, or empty."""
    for entry in contract.extra.get("customProperties", ()):
        if entry.get("property") == ASSESSMENT_PROPERTY:
            return str(entry.get("value") or "")
    return ""


def duties(case: Case) -> tuple[str, ...]:
    """Duties that stay open though the entry passes, one sentence each."""
    kind = _unassessed(case)
    unsaid = [name for name, consequence in _unstated(case) if consequence == "note"]
    return (
        *(
            [f"record the impact assessment of its {kind} information (`pia`)"]
            if kind is not None and _consequence(case, kind) != "refuse"
            else []
        ),
        *(
            [
                f"state the {', '.join(unsaid)} of sharing under conditions"
                f" ({', '.join(_STATEMENT[name] for name in unsaid)})"
            ]
            if unsaid
            else []
        ),
    )


def _no_secret(case: Case) -> Iterator[Reason]:
    if case.contract.secrecy is not Secrecy.NONE:
        # Neither its name nor its title goes further than this refusal.
        yield Reason(
            SECRECY,
            "state and work secrets do not enter the ledger",
            allowed="keep it in the system its secrecy level asks for",
        )


def _basis_cited(case: Case) -> Iterator[Reason]:
    sharing = case.contract.sharing
    types = {sharing.type, *(f.sharing for f in case.contract.fields if f.sharing is not None)}
    if ShareType.WITHHELD in types:
        yield from _forbidden_by(case)
    if ShareType.CONDITIONAL in types and not (sharing.condition.strip() and sharing.basis.strip()):
        lacking = [
            name
            for name, given in (("shareCondition", sharing.condition), ("shareBasis", sharing.basis))
            if not given.strip()
        ]
        yield Reason(
            "catalog.basis.conditional",
            "data shared under conditions states its condition and its basis",
            ", ".join(lacking),
            "state both, or share it without conditions",
        )


def _forbidden_by(case: Case) -> Iterator[Reason]:
    """Not sharing rests on law, administrative regulation or State Council decision, cited by name."""
    basis = case.contract.sharing.basis
    if not basis.strip():
        yield Reason(
            "catalog.basis.withheld",
            "data withheld from sharing has no cited basis",
            "shareBasis",
            "cite the law, regulation or decision that forbids sharing it",
        )
        return
    found = cited(basis, WITHHELD, case.on)
    if not found.carries:
        seen = f"a {found.kind}" if found.kind else "nothing that is recognised"
        yield Reason(
            "catalog.basis.kind",
            f"what data withheld from sharing rests on is {seen}",
            "shareBasis",
            f"cite one of {found.accepted} by its name, e.g. 《…法》第…条 ({found.source})",
        )


def _conditions_stated(case: Case) -> Iterator[Reason]:
    for name, consequence in _unstated(case):
        if consequence == "refuse":
            yield Reason(
                "catalog.condition.statement",
                f"data shared under conditions does not state its {name}",
                _STATEMENT[name],
                f"add {_STATEMENT[name]}",
            )


def _unstated(case: Case) -> Iterator[tuple[str, str]]:
    """What an entry shared under conditions leaves unsaid, and what the rule in force makes of it."""
    sharing = case.contract.sharing
    types = {sharing.type, *(f.sharing for f in case.contract.fields)}
    if ShareType.CONDITIONAL not in types:
        return
    ruled = rule("cataloguing", "conditional_statement", case.on).value
    for name in _STATEMENT:
        if not getattr(sharing, name).strip():
            yield name, str(ruled[name])


def _open_or_withheld(case: Case) -> Iterator[Reason]:
    contract = case.contract
    if contract.open and contract.sharing.type is ShareType.WITHHELD:
        yield Reason(
            "catalog.open.withheld",
            "data forbidden to share cannot be open to the public",
            "open",
            "set open: false",
        )


def _assessed(case: Case) -> Iterator[Reason]:
    kind = _unassessed(case)
    if kind is not None and _consequence(case, kind) == "refuse":
        yield Reason(
            "catalog.assessment",
            f"{kind} information is listed after an impact assessment",
            ASSESSMENT_PROPERTY,
            "give the reference of the assessment (`pia`)",
        )


def _unassessed(case: Case) -> str | None:
    """The strictest kind of personal information that still needs an assessment, or None."""
    if case.assessment:
        return None
    if any(f.sensitive for f in case.contract.fields):
        return "sensitive"
    return "personal" if any(f.personal for f in case.contract.fields) else None


def _consequence(case: Case, kind: str) -> str:
    return str(rule("cataloguing", "impact_assessment", case.on).value[kind])


CHECKS: Final[tuple[Callable[[Case], Iterator[Reason]], ...]] = (
    _no_secret,
    _basis_cited,
    _conditions_stated,
    _open_or_withheld,
    _assessed,
)
