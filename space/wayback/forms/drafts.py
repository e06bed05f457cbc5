"""Drafts 草稿: what a filler saved halfway, kept until it is submitted.

Decides that every save is a version of its own and that nobody saves over what they have not seen. A draft
is not checked; a form of the list and its own items it must be. Drafts hold values: they go when the sheet
is submitted, and with :func:`drop`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Row, delete, func, insert, or_, select

from catalog.evidence import record
from catalog.home import Home
from catalog.store import reading, writing
from catalog.store.parts import Part, parted
from catalog.store.schema import new_id
from catalog.store.tables.forms import forms
from catalog.store.tables.forms_filling import form_drafts
from policies.clocks import local_date
from policies.decision import Deny, Reason
from policies.rulebook import rule
from space.errors import Refused, SpaceError, Unknown
from space.wayback.backflow.bodies import body
from space.wayback.forms.admission import in_force
from space.wayback.forms.looking import canonical_subject
from space.wayback.forms.periods import fits
from space.wayback.forms.prefill import hidden_subject

# References of one statement.
_AT_ONCE = 500


class DraftChanged(SpaceError):
    """Somebody saved a later version meanwhile."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A saved draft.

    Attributes:
        id: of this version.
        version: 1, 2, …; of one sheet.
        values, reasons: item → what was written so far.
    """

    id: str
    form: str
    period: str
    body: str
    subject: str
    version: int
    values: Mapping[str, str]
    reasons: Mapping[str, str]
    saved_by: str
    saved_at: datetime


def save(
    home: Home,
    engine: Engine,
    wanted: tuple[str, str, str, str],
    values: Mapping[str, str],
    reasons: Mapping[str, str],
    *,
    by: str,
    now: datetime,
    seen: int | None = None,
) -> Draft:
    """Save a sheet as far as it is filled.

    Args:
        home: the installation.
        engine: its store.
        wanted: form, period, body and subject.
        values: item → what was written; the whole sheet, not the change since the last version.
        reasons: item → why it differs.
        by: the person who fills it.
        now: aware instant.
        seen: version it was written over; None where it is not known.

    Raises:
        NotAdmitted, Unknown: the form need not be filled, or there is no such body.
        Refused: an item the form has not, or a malformed period or subject.
        DraftChanged: a later version than ``seen`` is there.
    """
    form_code, period, body_code, subject = wanted
    with writing(engine) as connection:
        form, filler = in_force(connection, form_code, now), body(connection, body_code)
        known = {item.name for item in form.items if not item.compute}
        unknown = [name for name in (*values, *reasons) if name not in known]
        reasons_against = [Reason("form.item.unknown", "the form has no such item", name) for name in unknown]
        if not fits(form.period, period):
            reasons_against.append(
                Reason("form.period", "not a period", "period", "e.g. 2026, 2026-Q3, 2026-09")
            )
        if reasons_against:
            raise Refused(Deny(tuple(reasons_against)))
        canonical = canonical_subject(form, subject)
        key = (form_code, period, filler.code, hidden_subject(home, form, canonical))
        before = _version(connection, key)
        if seen is not None and seen != before:
            raise DraftChanged(f"version {before} of the draft was saved meanwhile — open it and save again")
        told = {"form": form_code, "period": period, "body": body_code, "version": before + 1, "by": by}
        evidence = record(connection, event="form:draft:save", subject=key[3], body=told, now=now)
        made = new_id("fdr")
        connection.execute(
            insert(form_drafts).values(
                id=made, form=form_code, period=period, body=body_code, subject=key[3],
                version=before + 1, subject_id=canonical, values=dict(values), reasons=dict(reasons),
                saved_by=by, saved_at=now, evidence_id=evidence,
            )
        )  # fmt: skip
    return Draft(
        made, form_code, period, body_code, canonical, before + 1, dict(values), dict(reasons), by, now
    )  # fmt: skip


def latest(
    home: Home, connection: Connection, wanted: tuple[str, str, str, str], now: datetime
) -> Draft | None:
    """The newest version of a sheet's draft, or None.

    Raises:
        As of :func:`save`.
    """
    form_code, period, body_code, subject = wanted
    form = in_force(connection, form_code, now)
    hidden = hidden_subject(home, form, canonical_subject(form, subject))
    d = form_drafts.c
    query = select(form_drafts).where(*_is((form_code, period, body_code, hidden)))
    row = connection.execute(query.order_by(d.version.desc()).limit(1)).first()
    return None if row is None else _draft(row)


def listing(connection: Connection, body_code: str, part: Part | None = None) -> tuple[Draft, ...]:
    """The newest version of every draft of a body, the last saved first.

    A part is by the instant of saving and id: whom a draft is about stands in no cursor.
    """
    d = form_drafts.c
    newest = (
        select(d.form, d.period, d.subject, func.max(d.version).label("version"))
        .where(d.body == body_code)
        .group_by(d.form, d.period, d.subject)
        .subquery()
    )
    same = (d.form == newest.c.form) & (d.period == newest.c.period) & (d.subject == newest.c.subject)
    query = select(form_drafts).join(newest, same & (d.version == newest.c.version))
    ordered = parted(query.where(d.body == body_code), part, d.saved_at, d.id, newest_first=True)
    return tuple(_draft(row) for row in connection.execute(ordered))


def drop(home: Home, engine: Engine, wanted: tuple[str, str, str, str], *, by: str, now: datetime) -> None:
    """Throw a draft away, all its versions.

    Raises:
        Unknown: there is none.
    """
    with writing(engine) as connection:
        found = latest(home, connection, wanted, now)
        if found is None:
            raise Unknown("draft of form", wanted[0], "see `ybz form drafts`")
        form = in_force(connection, found.form, now)
        hidden = hidden_subject(home, form, found.subject)
        told = {"form": found.form, "period": found.period, "body": found.body, "by": by}
        record(connection, event="form:draft:drop", subject=hidden, body=told, now=now)
        forget(connection, found.form, found.period, found.body, [hidden])


def forget(connection: Connection, form: str, period: str, body_code: str, hidden: Sequence[str]) -> None:
    """Delete the drafts of sheets that are submitted, in the caller's transaction."""
    d = form_drafts.c
    for start in range(0, len(hidden), _AT_ONCE):
        page = list(hidden[start : start + _AT_ONCE])
        mine = (d.form == form, d.period == period, d.body == body_code, d.subject.in_(page))
        connection.execute(delete(form_drafts).where(*mine))


def sweep(engine: Engine, now: datetime) -> int:
    """Delete the sheets nobody saved for so long that they are given up, and those of forms that ended.

    Returns:
        How many versions were deleted.
    """
    days = int(rule("forms", "draft/keep_days", local_date(now)).value)
    d, f = form_drafts.c, forms.c
    over = select(f.code).where(or_(f.valid_to < local_date(now), f.ended_on <= local_date(now)))
    old = or_(d.saved_at < now - timedelta(days=days), d.form.in_(over))
    with reading(engine) as connection:
        if connection.execute(select(d.id).where(old).limit(1)).first() is None:
            return 0
    with writing(engine) as connection:
        count = int(connection.execute(delete(form_drafts).where(old)).rowcount)
        record(connection, event="form:draft:expire", subject="drafts", body={"versions": count}, now=now)
    return count


def _version(connection: Connection, key: tuple[str, str, str, str]) -> int:
    query = select(func.max(form_drafts.c.version)).where(*_is(key))
    return int(connection.execute(query).scalar() or 0)


def _is(key: tuple[str, str, str, str]) -> tuple[Any, ...]:
    d = form_drafts.c
    return (d.form == key[0], d.period == key[1], d.body == key[2], d.subject == key[3])


def _draft(row: Row[Any]) -> Draft:
    return Draft(
        row.id, row.form, row.period, row.body, row.subject_id, row.version, row.values, row.reasons,
        row.saved_by, row.saved_at,
    )  # fmt: skip
