"""The gate before a release: which outcomes of a build stop it, and in which words.

Pure: outcomes in, decision out. A stopped build leaves the former release in service.
"""

from __future__ import annotations

from collections.abc import Sequence

from catalog.classify.decided import UNDECIDED, Decided
from catalog.classify.decisions import Decision as Made
from catalog.classify.finding import Finding
from catalog.quality import RuleResult
from contracts.model import Action, Contract
from policies.decision import Decision, Deny, Permit, Reason


def judge(
    contract: Contract,
    results: Sequence[RuleResult],
    findings: Sequence[Finding],
    *,
    landed: int,
    quarantined: int,
    quality: float | None = None,
    decided: Decided = UNDECIDED,
    merge: Decision = Permit(),  # noqa: B008  (a frozen value)
) -> Decision:
    """Whether the rows of a build may be released.

    Args:
        contract: what is declared.
        results: outcomes of its rules.
        findings: what detectors saw in its rows.
        landed: rows read from the source.
        quarantined: rows taken out by the cast and by rules.
        quality: score of the rows, 0–1; None = nothing was assessed, which meets no minimum.
        decided: decisions in force; a finding one of them covers stops nothing.
        merge: whether the personal sources the dataset merges may be merged.
    """
    reasons = [
        _beyond(finding, decided.on(finding.field, finding.detector))
        for finding in findings
        if decided.stops(finding)
    ]
    reasons += merge.reasons if isinstance(merge, Deny) else ()
    reasons += [
        Reason(
            "release.rule.stop",
            f"rule {result.rule} is broken by {result.evaluated - result.good} of {result.evaluated}",
            where=", ".join(result.fields),
            allowed="correct the source or change what the rule does",
        )
        for result in results
        if result.action is Action.STOP and not result.passed
    ]
    if landed and quarantined / landed > contract.quarantine_limit:
        reasons.append(
            Reason(
                "release.quarantine.limit",
                f"{quarantined} of {landed} rows are quarantined, more than the limit of "
                f"{contract.quarantine_limit:.0%}",
                allowed="correct the source or raise quarantineLimit",
            )
        )
    if contract.minimum_quality is not None and (quality is None or quality < contract.minimum_quality):
        found = "was not assessed" if quality is None else f"is {quality:.2%}"
        reasons.append(
            Reason(
                "release.quality.minimum",
                f"the quality score {found}, the contract asks for {contract.minimum_quality:.2%}",
                allowed="correct the source or lower minimumQuality",
            )
        )
    return Deny(tuple(reasons)) if reasons else Permit()


def sentence(denial: Deny) -> str:
    """The reasons of a denial as one line a steward reads."""
    return "; ".join(
        (f"{reason.where}: " if reason.where else "")
        + reason.message
        + (f" — {reason.allowed}" if reason.allowed else "")
        for reason in denial.reasons
    )


def _beyond(finding: Finding, made: Made | None) -> Reason:
    kind = f"grade {finding.grade}"
    if finding.personal or finding.sensitive:
        kind = "sensitive personal" if finding.sensitive else "personal"
    confirmed = f" (confirmed by {made.made_by})" if made is not None and made.act == "confirm" else ""
    return Reason(
        "release.finding.beyond_declared",
        f"{finding.detector} found, which is {kind} information the contract does not declare{confirmed}",
        where=finding.field,
        allowed="declare it in the contract, remove the column, or decide with `ybz classify`",
    )
