"""Writing down what was submitted: rows, evidence, postings and files, all in one transaction.

Decides what is kept of a submission: differences in ``<form>/<period>/<id>.jsonl``, and the whole filled
rows in ``<form>/<period>/rows/``, both below ``lake/landing/forms``, where Dagster builds the collected
dataset from the rows; a build sees rows of committed submissions alone. Of a submission, values stand in
these files alone. Drafts of what is submitted are deleted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any, Final, Literal

from sqlalchemy import Connection, Engine, insert, select

from catalog.evidence import record
from catalog.home import Home
from catalog.lake import files_of
from catalog.store import reading
from catalog.store.schema import new_id
from catalog.store.tables.forms import submissions
from contracts.canonical import canonical
from space.errors import Unknown
from space.wayback.corrections import cases
from space.wayback.corrections.challenges import Prepared
from space.wayback.forms import drafts
from space.wayback.forms.contracting import AREA, BODY, CHALLENGED, DAY, PERIOD, SUBJECT
from space.wayback.forms.prefill import Opened, postings_of
from space.wayback.recall.postings import post_all

# Files younger than this may be of a submission that is about to be committed, in seconds.
_STILL_WRITING_S: Final = 3600.0


@dataclass(frozen=True, slots=True)
class Difference:
    """An item that is not kept: ``prepared`` is the challenge it becomes, None where it is added."""

    item: str
    value: str
    prepared: Prepared | None

    @property
    def state(self) -> Literal["corrected", "added"]:
        """What the body did."""
        return "added" if self.prepared is None else "corrected"


@dataclass(frozen=True, slots=True)
class Answer:
    """A sheet about to be stored.

    Attributes:
        subject: canonical identifier.
        hidden: keyed hash of it.
        period: of the form.
        differences: what is not kept.
        texts: item → text of the whole sheet.
    """

    subject: str
    hidden: str
    period: str
    differences: tuple[Difference, ...]
    texts: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Submission:
    """What was submitted: how many items were kept, corrected, added and computed, and the challenges."""

    id: str
    form: str
    period: str
    body: str
    kept: int
    corrected: int
    added: int
    challenges: tuple[str, ...]
    computed: int = 0


def write(
    home: Home,
    connection: Connection,
    opened: Opened,
    answers: Sequence[Answer],
    *,
    by: str,
    now: datetime,
    task: str | None = None,
) -> tuple[Submission, ...]:
    """Store sheets of one form, period and body.

    Args:
        home: the installation.
        connection: a writing transaction.
        opened: the form with the rows behind its items.
        answers: one a subject, in order.
        by: the person who submits.
        now: aware instant.
        task: id of the task they were filled for.
    """
    form, body = opened.form, opened.filler.code
    made = [_submission(connection, opened, one, by, now) for one in answers]
    # One sheet is named by its own submission, many by the first of them.
    path, rows = paths(made[0])
    content = b"".join(canonical(line) + b"\n" for one in answers for line in _lines(form.code, body, one))
    evidence_id = _evidence(connection, made, answers, {"by": by, "task": task}, now)
    files = {"path": path.as_posix(), "rows_path": rows.as_posix()}
    said = {"submitted_by": by, "submitted_at": now, "evidence_id": evidence_id, "task_id": task}
    said |= files | {"sha256": hashlib.sha256(content).hexdigest()}
    connection.execute(
        insert(submissions),
        [_row(opened, one, answer) | said for one, answer in zip(made, answers, strict=True)],
    )
    receiver = form.issuer_code or body
    post_all(connection, postings_of(opened, "submission", receiver, evidence_id), now=now)
    drafts.forget(connection, form.code, answers[0].period, body, [one.hidden for one in answers])
    lake = files_of(home)
    lake.draft(path.as_posix(), content)
    whole = b"".join(canonical(_whole(opened, one)) + b"\n" for one in answers)
    lake.draft(rows.as_posix(), whole)
    return tuple(made)


def paths(first: Submission) -> tuple[Path, Path]:
    """Where differences and whole rows lie, relative to the lake."""
    folder = Path("landing") / "forms" / first.form / first.period
    return folder / f"{first.id}.jsonl", folder / "rows" / f"{first.id}.jsonl"


def land(home: Home, first: Submission) -> None:
    """Put the files of committed submissions under their names; before that no build sees them."""
    files = files_of(home)
    for path in paths(first):
        for draft in files.drafts(path.as_posix()):
            files.stand(draft)


def settle(home: Home, engine: Engine, now: datetime) -> int:
    """Finish what a process left that died: files of committed submissions land, those of others go.

    Returns:
        How many files were settled.
    """
    files, settled = files_of(home), 0
    for draft in tuple(files.drafts("landing/forms")):
        with reading(engine) as connection:
            known = select(submissions.c.id).where(submissions.c.id == PurePosixPath(draft.name).stem)
            committed = connection.execute(known).first() is not None
        if committed:
            files.stand(draft)
        elif (now - draft.made_at).total_seconds() < _STILL_WRITING_S:
            continue
        else:
            files.drop(draft)
        settled += 1
    return settled


def submission(connection: Connection, submission_id: str) -> Submission:
    """The submission of that id.

    Raises:
        Unknown: there is none.
    """
    row = connection.execute(select(submissions).where(submissions.c.id == submission_id)).first()
    if row is None:
        raise Unknown("submission", submission_id)
    challenges = tuple(row.challenges or ())
    counts = row.kept, row.corrected, row.added, challenges, row.computed or 0
    return Submission(row.id, row.form, row.period, row.body, *counts)


def _submission(connection: Connection, opened: Opened, answer: Answer, by: str, now: datetime) -> Submission:
    made = new_id("frm")
    differing = [d.prepared for d in answer.differences if d.prepared]
    challenges = tuple(_challenge(connection, one, made, by, now) for one in differing)
    states = [one.state for one in answer.differences]
    shown = opened.sheets[answer.subject]
    return Submission(
        id=made,
        form=opened.form.code,
        period=answer.period,
        body=opened.filler.code,
        kept=sum(one.row is not None for one in shown) - states.count("corrected"),
        corrected=states.count("corrected"),
        added=states.count("added"),
        challenges=challenges,
        computed=sum(bool(one.item.compute) for one in shown),
    )


def _challenge(connection: Connection, prepared: Prepared, made: str, by: str, now: datetime) -> str:
    """The challenge a difference becomes; its origin is the submission it stands in."""
    asked = replace(prepared.challenge, origin=made)
    earlier = cases.pending(connection, asked.dataset, asked.row, asked.field)
    return earlier or cases.send(connection, replace(prepared, challenge=asked), by=by, now=now).id


def _row(opened: Opened, made: Submission, answer: Answer) -> dict[str, Any]:
    shown = opened.sheets[answer.subject]
    names = ("id", "form", "period", "body", "kept", "corrected", "added", "computed")
    return {name: getattr(made, name) for name in names} | {
        "subject": answer.hidden,
        "items": len(opened.form.items),
        "challenges": list(made.challenges),
        "releases": {one.item.name: one.found.release.id for one in shown if one.found is not None},
    }


def _lines(form: str, body: str, answer: Answer) -> list[dict[str, str]]:
    named = {"form": form, "period": answer.period, "body": body, "subject": answer.subject}
    return [{**named, "item": d.item, "value": d.value, "state": d.state} for d in answer.differences]


def _whole(opened: Opened, answer: Answer) -> dict[str, str]:
    """The filled row as the collected dataset lands it; nothing is an empty text."""
    challenged = [d.item for d in answer.differences if d.prepared is not None]
    return {
        PERIOD: answer.period,
        BODY: opened.filler.code,
        SUBJECT: answer.subject,
        AREA: opened.filler.area,
        DAY: opened.on.isoformat(),
        CHALLENGED: ",".join(challenged),
        **{name: text or "" for name, text in answer.texts.items()},
    }


def _evidence(
    connection: Connection,
    made: Sequence[Submission],
    answers: Sequence[Answer],
    said: Mapping[str, Any],
    now: datetime,
) -> str:
    first, counted = made[0], ("kept", "corrected", "added", "computed")
    totals = {name: sum(getattr(one, name) for one in made) for name in counted}
    body = {
        "form": first.form,
        "period": first.period,
        "body": first.body,
        **totals,
        "sheets": len(made),
        "challenges": [each for one in made for each in one.challenges],
        "subjects": [one.hidden for one in answers],
        **said,
    }
    return record(connection, event="form:submission:submit", subject=first.id, body=body, now=now)
