"""The machine check of an opening: whether the open form of a release may leave for the public.

Decides permit or deny with every reason found. It reads the form itself, not what is declared of it:
units, identifiers and free text, small counts, what detectors find in the rows that would be published.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from catalog.classify.run import classify
from catalog.home import Home
from catalog.opening.form import (
    Kind,
    OpenForm,
    computed_of_counts,
    kind_of,
    open_form,
    protected_rows,
    scope_of,
)
from catalog.releases.protect import HIDDEN
from catalog.releases.published import Release
from catalog.revisions import PUBLISHED, Revision
from catalog.store.tables.releases import builds, findings
from contracts.model import Contract, ShareType
from policies.clocks import local_date
from policies.decision import Decision, Deny, Permit, Reason
from policies.disclosure import defaults, small
from policies.rulebook import rule


@dataclass(frozen=True, slots=True)
class Case:
    """What is judged.

    Attributes:
        revision: in force.
        release: the newest, or None.
        contracts: of every dataset of the ledger.
        found: grade of every finding of the release's build, and whether it is beyond what is declared.
        method: of de-identification, as declared.
        effect_grade: as declared; 0 where the data is about nobody.
        on: day whose limits apply.
        scope: digest of what the security office assessed; None where it has not.
    """

    revision: Revision
    release: Release | None
    contracts: Mapping[str, Contract]
    found: tuple[tuple[str, int, bool], ...]
    method: str
    effect_grade: int
    on: date
    scope: str | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """The decision, and the form it was made on; None where there was none to look at."""

    decision: Decision
    form: OpenForm | None


def check(home: Home, case: Case) -> Checked:
    """Judge the open form of the newest release.

    Source: GB/T 37964-2019 (验证审批); GB/T 42460-2023; ``policies/rules/opening.yaml``.
    """
    reasons = [*of_entry(case), *_of_method(case), *_of_scope(case)]
    form = None
    if case.release is None:
        reasons.append(
            Reason("opening.release", "the dataset has no release to publish", allowed="build it first")
        )
    elif kind_of(case.revision.contract, case.contracts) is not Kind.UNITS:
        form = open_form(home, case.release, case.revision.contract, case.contracts, case.on)
        reasons += [
            *_of_release(case, case.release, form),
            *_of_columns(case.revision.contract, form),
            *_of_cells(home, case, case.release, form),
            *_of_findings(case, form),
        ]
    return Checked(Deny(tuple(reasons)) if reasons else Permit(), form)


def found_in(connection: Connection, release: Release | None) -> tuple[tuple[str, int, bool], ...]:
    """Field, grade and ``beyond declared`` of what the build of a release found."""
    if release is None:
        return ()
    b, f = builds.c, findings.c
    build = (
        select(b.id)
        .where(b.dataset == release.dataset, b.state == "released", b.ended_at >= release.published_at)
        .order_by(b.ended_at)
        .limit(1)
    )
    last = select(b.id).where(b.dataset == release.dataset, b.state == "released").order_by(b.ended_at.desc())
    build_id = connection.execute(build).scalar() or connection.execute(last.limit(1)).scalar()
    rows = connection.execute(select(f.field, f.grade, f.beyond_declared).where(f.build_id == build_id))
    return tuple((field, grade, beyond) for field, grade, beyond in rows)


def of_entry(case: Case) -> Iterator[Reason]:
    """What the entry itself says against opening."""
    contract = case.revision.contract
    if case.revision.state != PUBLISHED:
        yield Reason("opening.unpublished", "the entry is not published", contract.name, "catalogue it first")
    if not contract.open:
        yield Reason(
            "opening.attribute",
            "the entry's open attribute says that it is not open",
            contract.name,
            "catalogue a revision with open: true and its open condition",
        )
    withheld = [f.name for f in contract.fields if f.sharing is ShareType.WITHHELD]
    if contract.sharing.type is ShareType.WITHHELD or withheld:
        yield Reason(
            "opening.withheld",
            "data forbidden to share cannot be open to the public",
            ", ".join(withheld) or contract.name,
            "leave those items out of the dataset, or keep it closed",
        )
    if kind_of(contract, case.contracts) is Kind.UNITS:
        yield Reason(
            "opening.units",
            "its rows are about persons, households or enterprises, or are made from such rows",
            contract.name,
            "open a statistical dataset made from it (composed, statistical)",
        )


def _of_scope(case: Case) -> Iterator[Reason]:
    if case.scope is not None and case.scope != scope_of(case.revision.contract):
        yield Reason(
            "opening.changed",
            "its columns, or how its rows are made, are not those that were assessed",
            case.revision.name,
            "propose it anew, so that it is assessed as it is now; what is published is withdrawn before",
        )


def _of_method(case: Case) -> Iterator[Reason]:
    kind = kind_of(case.revision.contract, case.contracts)
    methods = rule("opening", "methods", case.on).value
    suffices = case.method in methods and methods[case.method]["open"] == kind.value
    least = int(rule("opening", "least_effect_grade", case.on).value)
    graded = case.effect_grade >= least if kind is Kind.STATISTICAL else case.effect_grade == 0
    if kind is not Kind.UNITS and not (suffices and graded):
        yield Reason(
            "opening.method",
            "the declared method or its effect grade does not suffice for this kind of data",
            f"{case.method}, {case.effect_grade}",
            "none without a grade for data about no unit; aggregation with grade 4 for statistics",
        )


def _of_release(case: Case, release: Release, form: OpenForm) -> Iterator[Reason]:
    if release.revision != case.revision.number:
        yield Reason(
            "opening.revision", "the release was built from another revision", release.id, "build it again"
        )
    most = int(rule("opening", "most_grade", case.on).value.get(form.kind.value, 0))
    if release.grade > most:
        yield Reason(
            "opening.grade",
            "the grade of the release is above the limit for opening",
            release.id,
            "open data of a lower grade, or have the grade decided anew",
        )
    then, now = defaults(local_date(release.published_at)), defaults(case.on)
    stricter = now.k > then.k or now.dominance_share < then.dominance_share or now.p_percent > then.p_percent
    if form.kinds and (stricter or not set(form.kinds) <= set(release.facts.derived_from)):
        yield Reason(
            "opening.thresholds",
            "its cells were not withheld under the thresholds in force",
            release.id,
            "build it again",
        )


def _of_columns(contract: Contract, form: OpenForm) -> Iterator[Reason]:
    hidden = [f.name for f in form.fields if f.use in HIDDEN or f.unit is not None]
    if hidden:
        yield Reason(
            "opening.identifier",
            "a column identifies units or is free text",
            ", ".join(hidden),
            "leave it out of the dataset",
        )
    personal = [f.name for f in form.fields if f.personal or f.sensitive]
    if personal:
        yield Reason(
            "opening.personal",
            "a column is personal information by its declaration",
            ", ".join(personal),
            "leave it out of the dataset, or open statistics of it",
        )
    if not form.fields or form.rows.num_rows == 0:
        yield Reason(
            "opening.empty",
            "the open form holds nothing",
            contract.name,
            "give its columns a use, and build it",
        )


def _of_cells(home: Home, case: Case, release: Release, form: OpenForm) -> Iterator[Reason]:
    """Exact counts of the release, before they are rounded."""
    if not form.kinds:
        return
    k, rows = defaults(case.on).k, protected_rows(home, release)
    if exact := computed_of_counts(case.revision.contract):
        yield Reason(
            "opening.computed",
            "a column is computed from counts of units, and would tell them exactly",
            ", ".join(exact),
            "open the counts themselves, which are rounded; whoever needs shares computes them from those",
        )
    few = [name for name in form.counts if any(small(v or 0, k) for v in rows[name].to_pylist())]
    if few:
        yield Reason(
            "opening.small",
            "a cell rests on fewer units than the threshold",
            ", ".join(few),
            "build it again, so that such cells are withheld",
        )


def _of_findings(case: Case, form: OpenForm) -> Iterator[Reason]:
    shown = {f.name for f in form.fields}
    most = int(rule("opening", "most_grade", case.on).value.get(form.kind.value, 0))
    stored = {name for name, grade, beyond in case.found if name in shown and (grade > most or beyond)}
    scanned = {
        each.field
        for each in classify(case.revision.contract, form.rows)
        if each.personal or each.sensitive or each.grade > most
    }
    if stored | scanned:
        yield Reason(
            "opening.finding",
            "a detector finds personal information, or data above the limit, in a column",
            ", ".join(sorted(stored | scanned)),
            "leave the column out, or have the finding decided",
        )


def document(checked: Checked, release: Release | None, on: date) -> dict[str, Any]:
    """What is kept of a check, ready for JSON."""
    reasons = checked.decision.reasons if isinstance(checked.decision, Deny) else ()
    return {
        "passed": not reasons,
        "on": on.isoformat(),
        "release": None if release is None else release.id,
        "release_number": None if release is None else release.number,
        "kind": None if checked.form is None else checked.form.kind.value,
        "reasons": [
            {"code": r.code, "message": r.message, "where": r.where, "allowed": r.allowed} for r in reasons
        ],
    }
