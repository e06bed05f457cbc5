"""Filling forms: only differences are submitted 差异填报, of one sheet or of hundreds.

Decides what becomes of what a body writes: a difference on a prefilled item is a challenge to the source
department, an item filled by hand is kept with the submission, a computed one is nobody's to write.
Checking values is :mod:`space.wayback.forms.checking`'s, whether sheets may be stored
:mod:`space.wayback.forms.handing_in`'s, writing them down :mod:`space.wayback.forms.submitting`'s.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import Connection, Engine

from catalog.home import Home
from catalog.store import reading, writing
from policies.decision import Deny, Reason
from policies.masking import Mask
from space.errors import Refused
from space.wayback.backflow.authoritative import as_text
from space.wayback.corrections.challenges import Challenge, Prepared, fitting_text, typed_text
from space.wayback.forms.asking import refuse_unasked
from space.wayback.forms.checking import Fault, check
from space.wayback.forms.handing_in import AlreadySubmitted, conclude, hand_in, refuse_closed
from space.wayback.forms.looking import Looked
from space.wayback.forms.masking import masked, masks_of
from space.wayback.forms.periods import PERIOD, fits
from space.wayback.forms.prefill import Opened, canonical_subject, hidden_subjects, open_form
from space.wayback.forms.repeating import Guard, unguarded
from space.wayback.forms.submitting import Answer, Difference, Submission, submission
from space.wayback.forms.wording import too_long

__all__ = ["PERIOD", "AlreadySubmitted", "Faulty", "Filled", "Submission", "submit", "submit_many"]


class Faulty(Refused):
    """Sheets that cannot be submitted as they are; nothing of them is.

    Attributes:
        faults: what is wrong, with the place of the sheet among those given.
    """

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        several = len({fault.sheet for fault in faults}) > 1
        super().__init__(Deny(tuple(_told(fault) if several else fault.reason for fault in faults)))


@dataclass(frozen=True, slots=True)
class Filled:
    """What a body submits.

    Attributes:
        form: code.
        period: which one, e.g. ``2026-09``.
        body: code of the body.
        subject: identifier of the person, household or enterprise.
        values: item → value, for what differs and what is filled by hand; the rest is kept.
        reasons: item → why, needed for every difference on a prefilled item.
    """

    form: str
    period: str
    body: str
    subject: str
    values: Mapping[str, str]
    reasons: Mapping[str, str] = field(default_factory=dict)


def submit(
    home: Home,
    engine: Engine,
    filled: Filled,
    *,
    by: str,
    now: datetime,
    task: str | None = None,
    guard: Guard = unguarded,
    asked: bool = False,
) -> Submission:
    """Submit the differences of one form.

    Args:
        home: the installation.
        engine: its store.
        filled: what differs, and what is filled by hand.
        by: the person who fills it.
        now: aware instant.
        task: id of the task it is filled for.
        guard: tells a repeated request.
        asked: as of :func:`submit_many`.

    Returns:
        The submission; every difference on a prefilled item is now a challenge, or joins the one
        that is open.

    Raises:
        NotAdmitted, Unknown: as of :func:`space.wayback.forms.prefill.prefill`.
        Refused: an unknown item, a malformed period, a value that does not fit or lacks its reason.
        AlreadySubmitted: this subject has been submitted for the period.
    """
    (made,) = submit_many(home, engine, [filled], by=by, now=now, task=task, guard=guard, asked=asked)
    return made


def submit_many(
    home: Home,
    engine: Engine,
    filled: Sequence[Filled],
    *,
    by: str,
    now: datetime,
    task: str | None = None,
    guard: Guard = unguarded,
    asked: bool = False,
) -> tuple[Submission, ...]:
    """Submit sheets of one form, period and body together: all of them, or none.

    Args:
        home: the installation.
        engine: its store.
        filled: one a subject.
        by: the person who fills them.
        now: aware instant.
        task: id of the task they are filled for.
        guard: tells a repeated request; it is told the id of the first sheet.
        asked: whether a task has to ask for the sheets, as at every door to callers from elsewhere.

    Raises:
        Faulty: with every fault of every sheet.
        Others as of :func:`submit`.
    """
    # Sources are read before the turn of a writer is taken: others write meanwhile.
    with reading(engine) as connection:
        if asked:
            about = (filled[0].form, filled[0].period, filled[0].body)
            refuse_unasked(home, connection, about, [one.subject for one in filled], now)
        opened, sheets = open_sheets(home, connection, filled, now)
    answers = answered(home, opened, sheets)
    made: list[Submission] = []
    with writing(engine) as connection:

        def act() -> str:
            refuse_closed(connection, (filled[0].form, filled[0].period, filled[0].body), task)
            made.extend(hand_in(home, connection, opened, answers, by=by, now=now, task=task))
            return made[0].id

        first = guard(connection, act)
        if not made:  # the same request was answered before
            made.append(submission(connection, first))
    conclude(home, engine, made[0], by=by, now=now)
    return tuple(made)


def open_sheets(
    home: Home, connection: Connection, filled: Sequence[Filled], now: datetime
) -> tuple[Opened, list[Filled]]:
    """The form with the rows of all subjects, and the sheets under the one spelling of each subject.

    Raises:
        As of :func:`submit_many`.
    """
    first = filled[0]
    if len({(one.form, one.period, one.body) for one in filled}) > 1:
        raise ValueError("sheets of one form, period and body are submitted together")
    opened = open_form(home, connection, first.form, first.body, [one.subject for one in filled], now)
    sheets = [replace(one, subject=canonical_subject(opened.form, one.subject)) for one in filled]
    if len({one.subject for one in sheets}) != len(sheets):
        told = "keep one sheet a subject"
        raise Refused(Deny((Reason("form.subject.twice", "a subject is there twice", "subject", told),)))
    faults = [fault for place, one in enumerate(sheets) for fault in _malformed(opened, place, one)]
    if faults:
        raise Faulty(faults)
    return opened, sheets


def answered(home: Home, opened: Opened, sheets: Sequence[Filled]) -> list[Answer]:
    """What is written down of every sheet, once all of them are in order.

    Raises:
        Faulty: with every fault of every sheet.
    """
    hidden = hidden_subjects(home, opened.form, [one.subject for one in sheets])
    shown = masks_of(next(iter(opened.sheets.values())), opened.contract, opened.on)
    differing = [_differing(opened, one, shown) for one in sheets]
    merged = [
        opened.texts(one.subject) | dict(changed) for one, changed in zip(sheets, differing, strict=True)
    ]
    checked = check(opened.form, opened.contract, merged, differing, opened.on)
    faults = list(checked.faults)
    bad = {(fault.sheet, fault.item) for fault in faults}
    answers = []
    for place, (one, changed) in enumerate(zip(sheets, differing, strict=True)):
        differences = []
        for item in opened.sheets[one.subject]:
            name = item.item.name
            if name not in changed or (place, name) in bad:
                continue
            try:
                made = _difference(item, one, checked.texts[place][name], name in shown)
            except Refused as refused:
                faults += [Fault(place, name, reason) for reason in refused.decision.reasons]
            else:
                differences += [made] if made is not None else []
        answers.append(
            Answer(one.subject, hidden[place], one.period, tuple(differences), checked.texts[place])
        )
    if faults:
        raise Faulty(sorted(faults, key=lambda fault: (fault.sheet, fault.item)))
    return answers


def _differing(opened: Opened, filled: Filled, shown: Mapping[str, Mask]) -> dict[str, str]:
    """What the body wrote that is not what the form showed it; masks may come back as they were shown.

    Of a masked value a right guess differs like a wrong one: nobody is told by counts which it was. The
    identifier of the sheet itself is no guess.
    """
    changed = {}
    for one in opened.sheets[filled.subject]:
        given = filled.values.get(one.item.name)
        if given is None or given == masked(one, shown):
            continue
        typed = None if one.found is None else typed_text(one.found.contract, one.item.field, given)
        known = one.item.name not in shown or one.value == filled.subject
        if typed is not None and known and typed == one.value:
            continue
        changed[one.item.name] = given
    return changed


def _difference(looked: Looked, filled: Filled, text: str | None, hidden: bool) -> Difference | None:
    """What a difference becomes: a challenge where the source has the row, else what is added."""
    item = looked.item
    if looked.found is None or looked.row is None:
        return None if text is None else Difference(item.name, text, None)
    asked = Challenge(
        asker=filled.body,
        dataset=item.dataset,
        row=looked.row.reference,
        field=item.field,
        value=text or "",
        reason=filled.reasons.get(item.name, ""),
    )
    value = fitting_text(looked.found.contract, asked)
    if not hidden and value == as_text(looked.row.values[item.field]):
        return None
    return Difference(item.name, value, Prepared(replace(asked, value=value), looked.found, looked.row))


def _malformed(opened: Opened, place: int, filled: Filled) -> list[Fault]:
    form = opened.form
    known = {item.name: item for item in form.items}
    faults = []
    for name in filled.values:
        if name not in known:
            faults.append(Fault(place, name, Reason("form.item.unknown", "the form has no such item", name)))
        elif known[name].compute:
            told = "leave it out: it follows from other items"
            what = "a computed item is not written"
            faults.append(Fault(place, name, Reason("form.item.computed", what, name, told)))
    texts = [filled.reasons, filled.values]
    faults += [Fault(place, one.where, one) for each in texts for one in too_long(each, opened.on)]
    if not fits(form.period, filled.period):
        told = "e.g. 2026, 2026-Q3, 2026-09"
        faults.append(Fault(place, "period", Reason("form.period", "not a period", "period", told)))
    return faults


def _told(fault: Fault) -> Reason:
    """A reason that also says which sheet."""
    where = f"sheet {fault.sheet + 1}, {fault.reason.where or fault.item}"
    return replace(fault.reason, where=where)
