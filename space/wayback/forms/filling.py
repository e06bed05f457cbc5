"""Filling a form: only differences are submitted 差异填报.

Decides what becomes of what a body changes: a difference on a prefilled item is a challenge to the
source department, an item filled by hand is kept with the submission. The answers lie below
``lake/landing/forms``, where a dataset can be built from them.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final, Literal

from sqlalchemy import Connection, Engine, insert, select

from catalog import keys
from catalog.evidence import record
from catalog.home import Home
from catalog.keys import row_reference
from catalog.store import reading, writing
from catalog.store.schema import new_id
from catalog.store.tables.forms import submissions
from contracts.canonical import canonical
from policies.decision import Deny, Reason
from space.errors import Refused, SpaceError
from space.wayback.backflow.bodies import body
from space.wayback.corrections import cases
from space.wayback.corrections.challenges import Challenge, Prepared, prepare, typed_text
from space.wayback.forms.admission import Form, in_force
from space.wayback.forms.prefill import Looked, canonical_subject, look

# A period names a folder: `2026`, `2026-09`, `2026-Q3` or a day.
PERIOD: Final = re.compile(r"^[0-9]{4}(-[A-Z0-9]{1,4}){0,2}$")


class AlreadySubmitted(SpaceError):
    """The form was submitted for this subject and period."""


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


@dataclass(frozen=True, slots=True)
class Submission:
    """What was submitted: how many items were kept, corrected and added, and the challenges opened."""

    id: str
    form: str
    period: str
    body: str
    kept: int
    corrected: int
    added: int
    challenges: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Difference:
    """An item that is not kept: ``prepared`` is the challenge it becomes, None where it is added."""

    item: str
    value: str
    prepared: Prepared | None

    @property
    def state(self) -> Literal["corrected", "added"]:
        return "added" if self.prepared is None else "corrected"


@dataclass(frozen=True, slots=True)
class _Answers:
    """A submission about to be stored; ``hidden_subject`` is the keyed hash of ``subject``."""

    filled: Filled
    subject: str
    hidden_subject: str
    looked: tuple[Looked, ...]
    differences: tuple[_Difference, ...]
    challenges: tuple[str, ...]


def submit(home: Home, engine: Engine, filled: Filled, *, by: str, now: datetime) -> Submission:
    """Submit the differences of one form.

    Args:
        home: the installation.
        engine: its store.
        filled: what differs, and what is filled by hand.
        by: the person who fills it.
        now: aware instant.

    Returns:
        The submission; every difference on a prefilled item is now a challenge, or joins the one
        that is open.

    Raises:
        NotAdmitted, Unknown: as of :func:`space.wayback.forms.prefill.prefill`.
        Refused: an unknown item, a malformed period, a value that does not fit or lacks its reason.
        AlreadySubmitted: this subject has been submitted for the period.
    """
    with reading(engine) as connection:
        form, filler = in_force(connection, filled.form, now), body(connection, filled.body)
        _refuse_malformed(form, filled)
        subject = canonical_subject(form, filled.subject)
        looked = look(home, connection, form, filler, subject)
    differences = [d for one in looked if (d := _difference(home, engine, one, filled)) is not None]
    hidden_subject = row_reference(keys.load(home).pseudonym, f"form/{form.subject_kind}", {"id": subject})
    with writing(engine) as connection:
        _refuse_second(connection, filled, hidden_subject)
        challenges = tuple(_challenge(connection, d.prepared, by, now) for d in differences if d.prepared)
        answers = _Answers(filled, subject, hidden_subject, tuple(looked), tuple(differences), challenges)
        return _insert(home, connection, answers, by, now)


def _difference(home: Home, engine: Engine, looked: Looked, filled: Filled) -> _Difference | None:
    """What the body says of an item, where it is not what the source says."""
    item = looked.item
    given = filled.values.get(item.name)
    if given is None:
        return None
    if looked.found is None or looked.row is None:
        return _Difference(item.name, given, None)
    if typed_text(looked.found.contract, item.field, given) == looked.value:
        return None
    challenge = Challenge(
        asker=filled.body,
        dataset=item.dataset,
        row=looked.row.reference,
        field=item.field,
        value=given,
        reason=filled.reasons.get(item.name, ""),
    )
    return _Difference(item.name, given, prepare(home, engine, challenge))


def _challenge(connection: Connection, prepared: Prepared, by: str, now: datetime) -> str:
    asked = prepared.challenge
    earlier = cases.pending(connection, asked.dataset, asked.row, asked.field)
    return earlier or cases.send(connection, prepared, by=by, now=now).id


def _insert(home: Home, connection: Connection, answers: _Answers, by: str, now: datetime) -> Submission:
    filled, looked, differences = answers.filled, answers.looked, answers.differences
    states = [d.state for d in differences]
    made = Submission(
        id=new_id("frm"),
        form=filled.form,
        period=filled.period,
        body=filled.body,
        kept=sum(one.row is not None for one in looked) - states.count("corrected"),
        corrected=states.count("corrected"),
        added=states.count("added"),
        challenges=answers.challenges,
    )
    counts = {"kept": made.kept, "corrected": made.corrected, "added": made.added}
    named = {"form": made.form, "period": made.period, "body": made.body}
    lines = [
        canonical({**named, "subject": answers.subject, "item": d.item, "value": d.value, "state": d.state})
        for d in differences
    ]
    content = b"".join(line + b"\n" for line in lines)
    path = Path("landing") / "forms" / made.form / made.period / f"{made.id}.jsonl"
    told = {**named, **counts, "challenges": list(made.challenges)}
    evidence_id = record(
        connection,
        event="form:submission:submit",
        subject=made.id,
        body={**told, "subject": answers.hidden_subject, "by": by},
        now=now,
    )
    connection.execute(
        insert(submissions).values(
            id=made.id,
            **named,
            **counts,
            subject=answers.hidden_subject,
            releases={one.item.name: one.found.release.id for one in looked if one.found is not None},
            path=path.as_posix(),
            sha256=hashlib.sha256(content).hexdigest(),
            submitted_by=by,
            submitted_at=now,
            evidence_id=evidence_id,
        )
    )
    _write(home.lake / path, content)
    return made


def _refuse_malformed(form: Form, filled: Filled) -> None:
    known = {item.name for item in form.items}
    unknown = [name for name in filled.values if name not in known]
    reasons = [Reason("form.item.unknown", "the form has no such item", name) for name in unknown]
    if not PERIOD.match(filled.period):
        reasons.append(Reason("form.period", "not a period", "period", "e.g. 2026, 2026-Q3, 2026-09"))
    if reasons:
        raise Refused(Deny(tuple(reasons)))


def _refuse_second(connection: Connection, filled: Filled, hidden_subject: str) -> None:
    s = submissions.c
    earlier = connection.execute(
        select(s.id).where(
            s.form == filled.form,
            s.period == filled.period,
            s.body == filled.body,
            s.subject == hidden_subject,
        )
    ).scalar()
    if earlier is not None:
        raise AlreadySubmitted(f"form {filled.form} was submitted for this subject and period: {earlier}")


def _write(path: Path, content: bytes) -> None:
    """The answers hold values: readable by their owner alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    part.replace(path)
