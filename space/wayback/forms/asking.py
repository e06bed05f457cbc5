"""Whether a body is asked for the sheets it opens: a form on the list opens nothing by itself.

Decides that a sheet is shown to a body while a task of the form is open for it, of a subject whom the roster
of the form names in its area; a form without a roster leaves whom to the body. On a sheet stands whole what
deliveries mask, as whoever fills it answers for it: so nobody looks without being asked, and every look is
logged with the person (:mod:`space.wayback.forms.prefill`). Nor is a sheet handed in that nobody asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from catalog.home import Home
from policies.decision import Deny, Reason
from space.errors import Refused
from space.wayback.backflow.bodies import Body, body
from space.wayback.forms.admission import in_force
from space.wayback.forms.definition import Form
from space.wayback.forms.looking import canonical_subject
from space.wayback.forms.tasks import OPEN, WITHDRAWN, closed_task, roster, task_of, tasks


@dataclass(frozen=True, slots=True)
class Look:
    """A look of a person at sheets a body is asked for.

    Attributes:
        by: the person.
        tasks: ids of the open tasks it serves.
    """

    by: str
    tasks: tuple[str, ...]


def asked(
    home: Home,
    connection: Connection,
    form_code: str,
    body_code: str,
    subjects: Sequence[str],
    *,
    by: str,
    now: datetime,
) -> Look:
    """The look a body may take at some sheets.

    Args:
        home: the installation.
        connection: to read with.
        form_code: on the admission list.
        body_code: who fills it.
        subjects: identifiers; empty: those of the roster.
        by: the person who looks.
        now: aware instant.

    Raises:
        NotAdmitted, Unknown: the form need not be filled, or there is no such body.
        Refused: no task is open, or one of the subjects is not on the roster; the same words for both, and
            for subjects there are and are not.
    """
    form, filler = in_force(connection, form_code, now), body(connection, body_code)
    open_ = tasks(connection, body_code=filler.code, form=form.code, state=OPEN)
    if open_ and _on_roster(home, connection, form, filler, subjects, now):
        return Look(by, tuple(one.id for one in open_))
    raise _not_asked()


def refuse_unasked(
    home: Home,
    connection: Connection,
    about: tuple[str, str, str],
    subjects: Sequence[str],
    now: datetime,
) -> None:
    """Let sheets be handed in that a task of the period asks for; asked before any row is read.

    What is handed in is counted beside its source, and its whole rows are the body's own afterwards: sheets
    nobody asked for would show of anybody whom the body cares to name what :func:`asked` does not.

    Args:
        home: the installation.
        connection: to read with.
        about: form, period and body.
        subjects: identifiers.
        now: aware instant.

    Raises:
        NotAdmitted, Unknown: the form need not be filled, or there is no such body.
        Refused: there is no such task, it was taken back, or one of the subjects is not on the roster.
    """
    form, filler = in_force(connection, about[0], now), body(connection, about[2])
    found = task_of(connection, *about)
    if found is not None and found.state == WITHDRAWN:
        raise closed_task(found.id)
    # After a task is confirmed, sheets of its roster that were left out may follow, and nobody else's.
    over = found is None or (found.state != OPEN and form.roster is None)
    if over or not _on_roster(home, connection, form, filler, subjects, now):
        raise _not_asked()


def _on_roster(
    home: Home, connection: Connection, form: Form, filler: Body, subjects: Sequence[str], now: datetime
) -> bool:
    """Whether a form leaves whom to the body, or its roster names everybody who is named."""
    named = {canonical_subject(form, each) for each in subjects}
    # The roster is read only where somebody is named by hand: who is taken from it stands on it.
    if form.roster is None or not named:
        return True
    return named <= set(roster(home, connection, form, filler, now))


def _not_asked() -> Refused:
    reason = Reason(
        "form.not_asked", "the body is not asked for this sheet", "subjects",
        "a subject on the roster of an open task of the form",
    )  # fmt: skip
    return Refused(Deny((reason,)))
