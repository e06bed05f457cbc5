"""The stages of one build before its release: findings, grade, and the gate.

Decides nothing itself: it calls what decides, and stops where :mod:`pipelines.building.gate` says so.
"""

from __future__ import annotations

from collections.abc import Iterator

from catalog.classify.finding import Finding
from catalog.classify.run import classify, kept_with, persons_in
from catalog.lineage.inheritance import dataset_grade
from catalog.releases.attempts import FindingRow
from contracts.model import Contract
from pipelines.building.account import Account, Rows
from pipelines.building.gate import judge, sentence
from pipelines.building.judgement import UNJUDGED, Judged
from pipelines.errors import Stopped
from policies.decision import Deny
from policies.grading import volume


def graded(
    contract: Contract, rows: Rows, account: Account, judged: Judged, former: tuple[Finding, ...] = ()
) -> tuple[Finding, ...]:
    """Run the detectors and grade the dataset: by what they saw, what is declared, inherited and decided.

    Args:
        contract: of the dataset.
        rows: checked rows.
        account: is filled.
        judged: what was decided on the dataset, and what it inherits.
        former: what was found in the rows these are added to, which are not looked at again.
    """
    release = rows.base.release if rows.base is not None else None
    published = release.row_count if release is not None else 0
    adds = rows.base is not None and rows.base.adds
    with account.timed("classify"):
        # A full load has the former rows among its own; one that adds has only what is new.
        findings = classify(contract, rows.typed, former_rows=0 if adds else published)
        findings = kept_with(findings, former)
    account.found = tuple(
        FindingRow(
            f.field, f.detector, f.grade, f.score,
            {**f.evidence, "personal": f.personal, "sensitive": f.sensitive}, f.beyond_declared,
        )
        for f in findings
    )  # fmt: skip
    counted = judged.decided.counted(findings)
    persons = persons_in(contract, rows.typed, published if adds else 0)
    sensitive = any(item.sensitive for item in contract.fields) or any(each.sensitive for each in counted)
    many = (ground.grade for ground in volume(persons, sensitive=sensitive))
    account.grade = max(dataset_grade(contract, counted, judged.decided, judged.behind), *many, 1)
    return findings


def gated(
    contract: Contract,
    findings: tuple[Finding, ...],
    account: Account,
    *,
    adds: bool = False,
    judged: Judged = UNJUDGED,
) -> None:
    """Stop the build where the gate denies its release, or where no row is left of those that landed.

    Args:
        contract: of the dataset.
        findings: what detectors saw.
        account: of the build.
        adds: rows are added to a release, which stays as it is where none is left.
        judged: what was decided on the dataset.

    Raises:
        Stopped: with every reason.
    """
    decision = judge(
        contract,
        account.results,
        findings,
        landed=account.landed,
        quarantined=account.quarantined,
        quality=account.quality,
        decided=judged.decided,
        merge=judged.merge,
    )
    if isinstance(decision, Deny):
        raise Stopped("; ".join((sentence(decision), *dict.fromkeys(_lost_columns(contract, account)))))
    if account.landed and account.landed == account.quarantined and not adds:
        none = f"all {account.landed} rows are quarantined, the release would be empty — correct the source"
        raise Stopped("; ".join((none, *dict.fromkeys(_lost_columns(contract, account)))))


def _lost_columns(contract: Contract, account: Account) -> Iterator[str]:
    """Files whose rows are all quarantined because a column is missing."""
    for drifted in account.counts.get("drift", ()):
        if drifted["kind"] == "missing_column" and drifted["action"] == "quarantine":
            yield f"{drifted['file']} has no column for {drifted['column']}"
    required = {f.name for f in contract.fields if f.required or f.key_position is not None}
    for file in account.counts.get("files", ()):
        lost = [name for name in file["missing"] if name in required]
        if lost and file["landed"]:
            yield f"{file['path']} has no column for {', '.join(lost)}"
