"""The route of opening 开放: proposal, assessment, machine check, approval, and the way back.

Decides who takes which step, by the table ``procedures/opening.csv``, and what each step must state. The
files of a publication, and their removal, are :mod:`catalog.opening.publishing`'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, insert, select, update

from catalog import revisions
from catalog.clocks import running as clocks
from catalog.clocks.owed import authority_on
from catalog.home import Home
from catalog.opening import checking
from catalog.opening.form import scope_of
from catalog.opening.openings import Opening, OpeningError, OpeningRefused, called, changed, find, step
from catalog.releases import published as releases
from catalog.releases.published import Release
from catalog.revisions import Contracts
from catalog.store.schema import new_id
from catalog.store.tables.opening import opening_steps, openings
from policies.clocks import local_date
from policies.decision import Deny, Reason
from policies.machine import Machine, Office, machine
from policies.rulebook import rule

# What the security office assesses, each with its reason. Source: 数据安全法 (aggregation), PIPL.
QUESTIONS: Final = ("secrecy", "personal", "aggregation")
RULE: Final = "opening_decision"
RETURNED: Final = "returned"
PUBLISHED: Final = "published"
NEW: Final = "new"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the security office says to one question of the form.

    Attributes:
        risk: whether opening would do harm.
        reason: why, one sentence.
    """

    risk: bool
    reason: str


def propose(
    connection: Connection,
    dataset: str,
    *,
    licence: str,
    method: str,
    effect_grade: int,
    reason: str,
    by: str,
    now: datetime,
) -> Opening:
    """Propose a dataset for opening; the steward's act. Its clock starts, or runs on after a return.

    Args:
        connection: a writing transaction.
        dataset: ``schema.table`` of a published entry.
        licence: of the controlled list.
        method: of de-identification (GB/T 37964); ``none`` for data about no unit.
        effect_grade: of GB/T 42460, 1–4; 0 for data about no unit.
        reason: why the public should have it.
        by: the steward.
        now: aware instant.

    Raises:
        UnknownDataset: the ledger has no such entry.
        OpeningRefused: it can never be open as it is, with every reason.
        IllegalStep: it is on its way already.
    """
    on = local_date(now)
    held = find(connection, dataset)
    before = held.state if held else NEW
    state = _machine().after(before, "propose", Office.STEWARD, dataset)
    _check_words(licence, method, effect_grade, reason, on)
    refused = tuple(checking.of_entry(_case(connection, dataset, None, method, effect_grade, now)))
    if refused:
        raise OpeningRefused(dataset, Deny(refused))
    values = {
        "state": state, "licence": licence, "method": method, "effect_grade": effect_grade, "reason": reason,
        "assessment": None, "assessed_by": None, "check": None, "approval": None, "approved_by": None,
        "changed_at": now, "scope": None,
    }  # fmt: skip
    if held is None:
        row = {"id": new_id("opn"), "dataset": dataset, "opened_at": now, **values}
        connection.execute(insert(openings).values(**row))
    else:
        connection.execute(update(openings).where(openings.c.id == held.id).values(**values))
    opening = called(connection, dataset)
    body = {"licence": licence, "method": method, "effect_grade": effect_grade}
    step(connection, opening, "propose", Office.STEWARD, reason=reason, by=by, now=now, body=body)
    if before == RETURNED:
        clocks.resume(connection, subject=_subject(opening), rule=RULE, by=by, now=now)
    else:
        owner, code = authority_on(connection, on)
        words = f"decide whether {dataset} is opened"
        clocks.start(
            connection,
            subject=_subject(opening),
            rule=RULE,
            owner=owner,
            owner_code=code,
            words=words,
            now=now,
        )
    return opening


def assess(
    connection: Connection, dataset: str, answers: Mapping[str, Answer], *, by: str, now: datetime
) -> Opening:
    """Assess a proposal: secrecy, personal information, aggregation; the security office's act.

    Args:
        connection: a writing transaction.
        dataset: proposed.
        answers: to every question of :data:`QUESTIONS`, each with its reason; one risk returns the proposal.
        by: of the security office.
        now: aware instant.

    Raises:
        OpeningError: a question is not answered, or without a reason.
        IllegalStep: nothing is to be assessed.
    """
    lacking = [name for name in QUESTIONS if name not in answers or not answers[name].reason.strip()]
    risks = [name for name in QUESTIONS if name in answers and answers[name].risk]
    event = "return" if risks else "assess"
    opening = called(connection, dataset)
    state = _machine().after(opening.state, event, Office.SECURITY, dataset)
    if lacking:
        raise OpeningError(
            f"the assessment answers every question with its reason: {', '.join(lacking)} is missing"
        )
    form = {name: {"risk": answers[name].risk, "reason": answers[name].reason} for name in QUESTIONS}
    reason = "; ".join(answers[name].reason for name in risks) or "no risk found"
    scope = scope_of(revisions.current(connection, dataset).contract)
    opening = changed(connection, opening, state, now, assessment=form, assessed_by=by, scope=scope)
    body = {"risks": risks, "scope": scope}
    step(connection, opening, event, Office.SECURITY, reason=reason, by=by, now=now, body=body)
    if risks:
        clocks.pause(connection, subject=_subject(opening), rule=RULE, reason=reason, by=by, now=now)
    return opening


def check(home: Home, connection: Connection, dataset: str, *, by: str, now: datetime) -> Opening:
    """Let the machine check the open form of the newest release; a failed check returns the proposal.

    Args:
        home: the installation.
        connection: a writing transaction.
        dataset: assessed, approved or published.
        by: who has it checked, of the security office.
        now: aware instant.

    Raises:
        IllegalStep: nothing is to be checked.
    """
    opening = called(connection, dataset)
    _machine().after(opening.state, "check", Office.SECURITY, dataset)
    case = _case(connection, dataset, opening, opening.method, opening.effect_grade, now)
    checked = checking.check(home, case)
    failed = isinstance(checked.decision, Deny)
    event = "fail" if failed else "check"
    state = _machine().after(opening.state, event, Office.SECURITY, dataset)
    told = checking.document(checked, case.release, case.on)
    ending = opening.state != PUBLISHED and failed
    opening = changed(connection, opening, state, now, check=told)
    codes = [each["code"] for each in told["reasons"]]
    reason = "; ".join(each["message"] for each in told["reasons"]) or "nothing against it"
    body = {"release": told["release"], "reasons": codes}
    step(connection, opening, event, Office.SECURITY, reason=reason, by=by, now=now, body=body)
    if ending and _clock_runs(connection, opening):
        clocks.pause(connection, subject=_subject(opening), rule=RULE, reason=reason, by=by, now=now)
    return opening


def decide(
    connection: Connection, dataset: str, event: str, *, reason: str, by: str, now: datetime
) -> Opening:
    """Approve, refuse or return a checked proposal; the authority's act.

    Args:
        connection: a writing transaction.
        dataset: checked.
        event: ``approve``, ``refuse`` or ``return``.
        reason: the ground it rests on.
        by: of the authority; not who proposed it.
        now: aware instant.

    Raises:
        OpeningError: no reason is given.
        OpeningRefused: one person proposes and approves.
        IllegalStep: nothing is to be decided.
    """
    opening = called(connection, dataset)
    state = _machine().after(opening.state, event, Office.AUTHORITY, dataset)
    if not reason.strip():
        raise OpeningError("a decision states its ground (`reason`)")
    two = bool(rule("opening", "two_persons", local_date(now)).value)
    if event == "approve" and two and by == _proposer(connection, opening):
        twice = Reason(
            "opening.two_persons",
            "whoever proposed it may not approve it",
            allowed="let another person of the authority decide",
        )
        raise OpeningRefused(dataset, Deny((twice,)))
    values = {"approval": reason, "approved_by": by} if event == "approve" else {}
    opening = changed(connection, opening, state, now, **values)
    step(connection, opening, event, Office.AUTHORITY, reason=reason, by=by, now=now, body={})
    if event == "return":
        clocks.pause(connection, subject=_subject(opening), rule=RULE, reason=reason, by=by, now=now)
    else:
        clocks.end(connection, subject=_subject(opening), rule=RULE, now=now)
    return opening


def retract(connection: Connection, dataset: str, *, reason: str, by: str, now: datetime) -> Opening:
    """Take a proposal back before it is published; the steward's act.

    Raises:
        OpeningError: no reason is given.
        IllegalStep: nothing can be taken back.
    """
    opening = called(connection, dataset)
    state = _machine().after(opening.state, "retract", Office.STEWARD, dataset)
    if not reason.strip():
        raise OpeningError("a proposal is taken back for a reason (`reason`)")
    opening = changed(connection, opening, state, now)
    step(connection, opening, "retract", Office.STEWARD, reason=reason, by=by, now=now, body={})
    if clocks.clocks_of(connection, _subject(opening), open_only=True):
        clocks.cancel(connection, subject=_subject(opening), rule=RULE, reason=reason, now=now)
    return opening


def _machine() -> Machine:
    return machine("opening")


def _subject(opening: Opening) -> str:
    return f"opening:{opening.id}"


def _clock_runs(connection: Connection, opening: Opening) -> bool:
    open_ones = clocks.clocks_of(connection, _subject(opening), open_only=True)
    return any(clock.state == clocks.RUNNING for clock in open_ones)


def _case(
    connection: Connection,
    dataset: str,
    opening: Opening | None,
    method: str,
    effect_grade: int,
    now: datetime,
) -> checking.Case:
    release: Release | None = releases.latest(connection, dataset) if opening else None
    return checking.Case(
        revision=revisions.current(connection, dataset),
        release=release,
        contracts=Contracts(revisions.all_current(connection)),
        found=checking.found_in(connection, release),
        method=method,
        effect_grade=effect_grade,
        on=local_date(now),
        scope=opening.scope if opening else None,
    )


def _check_words(licence: str, method: str, effect_grade: int, reason: str, on: Any) -> None:
    licences, methods = rule("opening", "licences", on).value, rule("opening", "methods", on).value
    if licence not in licences:
        raise OpeningError(f"the licence is one of {', '.join(licences)} (`licence`)")
    if method not in methods:
        raise OpeningError(f"the method is one of {', '.join(methods)} (`method`)")
    if not 0 <= effect_grade <= 4:
        raise OpeningError("the effect grade is 1 to 4, or 0 for data about no unit (`effect_grade`)")
    if not reason.strip():
        raise OpeningError("a proposal says why the public should have the data (`reason`)")


def _proposer(connection: Connection, opening: Opening) -> str:
    s = opening_steps.c
    query = select(s.actor).where(s.opening_id == opening.id, s.event == "propose")
    return str(connection.execute(query.order_by(s.number.desc()).limit(1)).scalar_one())
