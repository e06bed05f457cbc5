"""Forms 一表通 at the desk: sheet after sheet, saved halfway, submitted, or confirmed together.

Decides that whom a sheet is about stands in no address: a page seals it, and only that session opens it.
Filling is :mod:`space.wayback.forms`'s.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import HTMLResponse, RedirectResponse

from catalog.store import reading
from policies.clocks import ZONE
from policies.decision import Deny, Reason
from policies.masking import masks
from space.desk.rendering import onward, page
from space.desk.rows import entry, hint
from space.desk.seat import DeskRoute, Posted, Seat, Seated, Sent
from space.desk.wording import Told, told
from space.errors import Refused, Unknown
from space.wayback.forms import drafts
from space.wayback.forms.admission import in_force, listing
from space.wayback.forms.asking import Look
from space.wayback.forms.asking import asked as may_look
from space.wayback.forms.definition import Form
from space.wayback.forms.filling import Filled, submit
from space.wayback.forms.handed_in import handed_in
from space.wayback.forms.prefill import Prefilled, prefill_many
from space.wayback.forms.readiness import Left, fields_of, lacking_of, left_to_hand_in
from space.wayback.forms.tasks import Task, task, tasks
from space.wayback.forms.together import confirm_ready

router = APIRouter(prefix="/desk/forms", route_class=DeskRoute, include_in_schema=False)

# How many prefilled values name a sheet in the list of sheets.
_TELLING = 2
# Names on one page of those that are confirmed together: a line each, within the weight of a page.
_NAMES = 100


@dataclass(frozen=True, slots=True)
class Written:
    """What stands in a sheet beside what is prefilled.

    Attributes:
        values, reasons: item → what the office wrote.
        version: of the draft; 0 where there is none.
        wrong: what is wrong, each with the item it is about.
        saved: whether it was saved just now.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    version: int = 0
    wrong: Sequence[Told] = ()
    saved: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A sheet in a list.

    Attributes:
        sealed: whom it is about, for a form of the page.
        named: the identifier as a page shows it.
        told: its first values.
        lacks: titles of the required items that came empty.
        disputed: the office challenged a value of it, and has no answer yet.
        begun: somebody saved a draft of it.
    """

    sealed: str
    named: str
    told: str
    lacks: tuple[str, ...]
    disputed: bool
    begun: bool


@router.get("")
def forms(seat: Seated) -> HTMLResponse:
    """What is to be filled, the one due first first, and what was filed last."""
    with reading(seat.wired.engine) as connection:
        found = tasks(connection, body_code=seat.body.code)
        waiting = [one for one in found if one.state == "open"]
        filed = [one for one in found if one.state != "open"][-seat.lines :]
        titles = {one.code: one.title for one in listing(connection)}
    found = (*waiting, *filed[::-1])
    return page("forms", seat, tasks=found, titles=titles)


@router.get("/{task_id}")
def sheets(
    task_id: str,
    seat: Seated,
    first: Annotated[int, Query(ge=0)] = 0,
    after: Annotated[int, Query(ge=0)] = 0,
) -> HTMLResponse:
    """The sheets of a task that are not handed in yet, a page at a time, and those that are."""
    found, form = _own(seat, task_id)
    wired, now = seat.wired, seat.wired.clock()
    waiting = found.state == "open" and form.roster is not None
    left = left_to_hand_in(wired.home, wired.engine, task_id, now) if waiting else None
    every = left.every if left else ()
    sent, filed = handed_in(wired.home, wired.engine, found, now, after, seat.lines)
    return page(
        "sheets", seat, task=found, form=form, first=first,
        lines=_lines(seat, found, form, left, every[first:][: seat.lines]),
        total=len(every), left=left, after=after, filed=filed,
        by_hand=[item for item in form.items if item.by_hand],
        sent=[
            (one, _named(seat, form, one.subject) if one.subject else "", *_when(one.at)) for one in sent
        ],
    )  # fmt: skip


@router.get("/{task_id}/confirm")
def asked(task_id: str, seat: Seated, first: Annotated[int, Query(ge=0)] = 0) -> HTMLResponse:
    """Which sheets one confirmation hands in and which it leaves out, before anything is sent."""
    found, form = _own(seat, task_id)
    left = left_to_hand_in(seat.wired.home, seat.wired.engine, task_id, seat.wired.clock())
    return page(
        "confirm", seat, task=found, form=form, left=left, first=first, names=_NAMES,
        lines=_lines(seat, found, form, left, left.ready[first:][:_NAMES]),
        out=_lines(seat, found, form, left, left.out[: seat.lines]),
    )  # fmt: skip


@router.post("/{task_id}/sheet")
def sheet(task_id: str, sent: Sent) -> HTMLResponse:
    """One sheet: what is known, from whom, as of when; and what is to be asked."""
    subject = sent.opened("subject") if sent.text("subject") else sent.text("identifier")
    return _sheet(sent.seat, task_id, subject, None)


@router.post("/{task_id}/save")
def save(task_id: str, sent: Sent) -> HTMLResponse:
    """Save a sheet as far as it is filled."""
    subject, values, reasons = _written(sent)
    made = _save(sent, task_id, subject, values, reasons, sent.whole("version"))
    return _sheet(sent.seat, task_id, subject, Written(values, reasons, made.version, saved=True))


@router.post("/{task_id}/submit", response_model=None)
def hand_in(task_id: str, sent: Sent) -> HTMLResponse | RedirectResponse:
    """Submit what differs; what is wrong is told beside its item, and nothing typed is lost."""
    seat, (subject, values, reasons) = sent.seat, _written(sent)
    found, form = _own(seat, task_id)
    filled = Filled(form.code, found.period, seat.body.code, subject, values, reasons)
    try:
        _refuse_empty(seat, filled)
        submit(
            seat.wired.home, seat.wired.engine, filled, by=seat.person, now=seat.wired.clock(),
            task=found.id, asked=True,
        )  # fmt: skip
    except Refused as refused:
        made = _save(sent, task_id, subject, values, reasons, None)
        return _sheet(seat, task_id, subject, Written(values, reasons, made.version, told(refused)))
    return onward(f"/desk/forms/{task_id}", "handed_in")


@router.post("/{task_id}/confirm")
def confirm_task(task_id: str, sent: Sent) -> RedirectResponse:
    """Hand in the sheets that can be confirmed as they are shown."""
    seat = sent.seat
    _own(seat, task_id)
    confirm_ready(
        seat.wired.home, seat.wired.engine, task_id, by=seat.person, now=seat.wired.clock(),
        shown=sent.text("seen"),
    )  # fmt: skip
    return onward(f"/desk/forms/{task_id}", "confirmed")


def _own(seat: Seat, task_id: str) -> tuple[Task, Form]:
    """A task of the body, and its form."""
    with reading(seat.wired.engine) as connection:
        found = task(connection, task_id)
        if found.body != seat.body.code:
            raise Unknown("task", task_id)
        return found, in_force(connection, found.form, seat.wired.clock())


def _sheet(seat: Seat, task_id: str, subject: str, written: Written | None) -> HTMLResponse:
    wired, (found, form) = seat.wired, _own(seat, task_id)
    mine, now = seat.body.code, wired.clock()
    with reading(wired.engine) as connection:
        look = may_look(wired.home, connection, form.code, mine, [subject], by=seat.person, now=now)
    (items,) = prefill_many(wired.home, wired.engine, form.code, mine, [subject], now, look).values()
    if written is None:
        wanted = (form.code, found.period, seat.body.code, subject)
        with reading(wired.engine) as connection:
            draft = drafts.latest(wired.home, connection, wanted, wired.clock())
        written = Written() if draft is None else Written(draft.values, draft.reasons, draft.version)
    with reading(wired.engine) as connection:
        fields = fields_of(connection, form, wired.clock())
    return page(
        "sheet", seat, status=422 if written.wrong else 200, task=found, form=form, items=items,
        defined={item.name: item for item in form.items}, fields=fields, entry=entry, hint=hint,
        written=written,
        wrong={one.where: one for one in written.wrong}, named=_named(seat, form, subject),
        subject=seat.seal(subject),
    )  # fmt: skip


def _refuse_empty(seat: Seat, filled: Filled) -> None:
    """Ask for a required item that came empty from its source, and was not written."""
    empty = lacking_of(
        seat.wired.home, seat.wired.engine, filled.form, filled.body, filled.subject, seat.wired.clock()
    )
    reasons = [
        Reason("form.value.required", "a complete form needs this item", name)
        for name in empty
        if name not in filled.values
    ]
    if reasons:
        raise Refused(Deny(tuple(reasons)))


def _lines(seat: Seat, of: Task, form: Form, left: Left | None, subjects: Sequence[str]) -> list[Line]:
    """Sheets for a list, with why somebody has to look at each that is left out."""
    if left is None or not subjects:
        return []
    wired = seat.wired
    # Of a list the page took from the roster of the task itself.
    mine, look = seat.body.code, Look(seat.person, (of.id,))
    filled = prefill_many(wired.home, wired.engine, form.code, mine, subjects, wired.clock(), look)
    titles = {item.name: item.title for item in form.items}
    return [
        Line(
            sealed=seat.seal(subject),
            named=_named(seat, form, subject),
            told=_told(filled.get(subject, ())),
            lacks=tuple(titles[name] for name in left.lacking.get(subject, ())),
            disputed=subject in left.disputed,
            begun=subject in left.begun,
        )
        for subject in subjects
    ]


def _when(at: datetime) -> tuple[str, str]:
    """Day and time of a step, as clocks here show them."""
    here = at.astimezone(ZONE)
    return here.date().isoformat(), f"{here:%H:%M}"


def _written(sent: Posted) -> tuple[str, dict[str, str], dict[str, str]]:
    return sent.opened("subject"), sent.prefixed("value"), sent.prefixed("reason")


def _save(
    sent: Posted,
    task_id: str,
    subject: str,
    values: Mapping[str, str],
    reasons: Mapping[str, str],
    seen: int | None,
) -> drafts.Draft:
    """Save a draft, over the version that was seen; None = whatever was saved meanwhile."""
    seat = sent.seat
    found, form = _own(seat, task_id)
    wanted = (form.code, found.period, seat.body.code, subject)
    return drafts.save(
        seat.wired.home, seat.wired.engine, wanted, values, reasons, by=seat.person, now=seat.wired.clock(),
        seen=seen,
    )  # fmt: skip


def _named(seat: Seat, form: Form, subject: str) -> str:
    """An identifier as a page shows it: of persons and households masked."""
    return subject if form.subject_kind == "enterprise" else masks(seat.on)["resident_id"].apply(subject)


def _told(items: Sequence[Prefilled]) -> str:
    """What names a sheet in a list: its first prefilled values."""
    return "　".join([item.value for item in items if item.value and not item.computed][:_TELLING])
