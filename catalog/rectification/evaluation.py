"""Quarterly quality evaluation 质量评价: frozen, signed, published, and corrected by a further version only.

Decides what an evaluation holds and when it may be frozen and published. A frozen one is canonical JSON
under a digest and a signature: no later build, rule or revision changes a byte of it. The digest is keyed:
it stands on the public page, and the exact counts behind it are few enough to be guessed. Objections are
:mod:`catalog.rectification.contests`'s.
"""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, Row, insert, select, update

from catalog import evidence
from catalog.clocks.place import place_on
from catalog.home import Home
from catalog.keys import Keys, Ring
from catalog.keys.encoding import of_base64
from catalog.rectification.errors import EvaluationRefused
from catalog.rectification.evaluation_lines import Quarter, departments, lines_of
from catalog.store import reading, writing
from catalog.store.schema import new_id
from catalog.store.tables.quality import quality_evaluations
from contracts.canonical import canonical, digest
from policies import clocks

# What the signature is over, before period, version and digest: no other signature of ours reads so.
_PREFIX: Final = "ybz evaluation/2"
# As it was while the digest was not keyed; such a version stays what it is.
_FORMER: Final = "ybz evaluation"

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One version of a quarter's evaluation; mirrors its row in the store.

    Attributes:
        period: ``2026Q3``.
        version: 1, 2, … within the period; a later one replaces the former, which stays.
        content: canonical JSON, as it was frozen.
        digest: HMAC-SHA-256 over ``content`` with the installation's key, hexadecimal.
        signature: of the installation's key, base64.
        reason: why this version was made.
        contest_until: last day for an objection, once published.
    """

    id: str
    period: str
    version: int
    content: str
    digest: str
    signature: str
    key_id: str
    reason: str
    frozen_at: datetime
    frozen_by: str
    published_at: datetime | None
    contest_until: date | None
    contest_provisional: bool | None
    contest_rule: str | None
    evidence_id: str

    def document(self) -> Document:
        """What was frozen."""
        found: Document = json.loads(self.content)
        return found

    def line(self, dataset: str) -> Document:
        """The line of one dataset.

        Raises:
            EvaluationRefused: the dataset is not in it.
        """
        for line in self.document()["datasets"]:
            if line["dataset"] == dataset:
                return dict(line)
        raise EvaluationRefused(f"{self.period} does not evaluate {dataset} — see `ybz evaluate show`")

    def to_document(self) -> Document:
        """What was frozen, and what happened to it since."""
        return {
            "id": self.id, "period": self.period, "version": self.version, "digest": self.digest,
            "signature": self.signature, "key_id": self.key_id, "reason": self.reason,
            "frozen_at": self.frozen_at.isoformat(), "frozen_by": self.frozen_by,
            "published_at": None if self.published_at is None else self.published_at.isoformat(),
            "contest_until": None if self.contest_until is None else self.contest_until.isoformat(),
            "contest_provisional": self.contest_provisional, "contest_rule": self.contest_rule,
            "evidence_id": self.evidence_id, "evaluation": self.document(),
        }  # fmt: skip


def freeze(engine: Engine, period: str, *, keys: Keys, by: str, now: datetime) -> Evaluation:
    """Freeze the quality of every dataset and department at the end of a quarter.

    Args:
        engine: the store.
        period: ``2026Q3``.
        keys: of the installation; they sign.
        by: who freezes it.
        now: aware instant, after the quarter's end.

    Raises:
        EvaluationRefused: the quarter is not over, or is frozen already.
    """
    quarter = Quarter.parse(period)
    if clocks.local_date(now) <= quarter.last:
        raise EvaluationRefused(f"{period} ends on {quarter.last} — freeze it from the day after")
    with writing(engine) as connection:
        if versions(connection, period):
            raise EvaluationRefused(
                f"{period} is frozen — contest a line of it, a frozen evaluation is never made again"
            )
        lines = lines_of(connection, quarter, now=now)
        if not lines:
            raise EvaluationRefused(f"no dataset was in the ledger at the end of {period}")
        content = {
            "period": period,
            "first": quarter.first.isoformat(),
            "last": quarter.last.isoformat(),
            "datasets": lines,
            "departments": departments(lines, quarter.last),
        }
        return keep(connection, content, 1, keys=keys, by=by, reason="quarter's end", now=now)


def publish(engine: Engine, period: str, *, by: str, now: datetime) -> Evaluation:
    """Publish the newest version of a period; from then on it may be contested for a dated time.

    Raises:
        EvaluationRefused: nothing is frozen, or it is published already.
    """
    with writing(engine) as connection:
        frozen = find(connection, period)
        if frozen.published_at is not None:
            raise EvaluationRefused(
                f"{period} version {frozen.version} was published on "
                f"{clocks.local_date(frozen.published_at)} — it may be contested until {frozen.contest_until}"
            )
        today = clocks.local_date(now)
        place = place_on(connection, today)
        window, until = (
            clocks.deadline("evaluation_contest", today, place),
            clocks.due_by("evaluation_contest", today, place),
        )
        connection.execute(
            update(quality_evaluations)
            .where(quality_evaluations.c.id == frozen.id)
            .values(
                published_at=now,
                contest_until=until.date,
                contest_provisional=until.provisional,
                contest_rule=f"{window.name}: {window.workdays} working days, {window.source}",
            )
        )
        body = {
            "period": period, "version": frozen.version, "digest": frozen.digest, "actor": by,
            "contest_until": until.date.isoformat(),
        }  # fmt: skip
        evidence.record(connection, event="quality:evaluation:publish", subject=frozen.id, body=body, now=now)
        return find(connection, period)


def find(connection: Connection, period: str, version: int | None = None) -> Evaluation:
    """A version of a period's evaluation; the newest where none is named.

    Raises:
        EvaluationRefused: there is none.
    """
    Quarter.parse(period)
    for found in reversed(versions(connection, period)):
        if version in (None, found.version):
            return found
    named = period if version is None else f"{period} version {version}"
    raise EvaluationRefused(f"{named} is not frozen — run `ybz evaluate freeze {period}`")


def newest_period(connection: Connection) -> str:
    """The last period that is frozen.

    Raises:
        EvaluationRefused: there is none.
    """
    query = select(quality_evaluations.c.period).order_by(quality_evaluations.c.period.desc()).limit(1)
    found: str | None = connection.execute(query).scalar_one_or_none()
    if found is None:
        raise EvaluationRefused("no quarter is frozen — run `ybz evaluate freeze YYYYQn`")
    return found


def versions(connection: Connection, period: str) -> tuple[Evaluation, ...]:
    """Every version of a period, the first one first."""
    e = quality_evaluations.c
    query = select(quality_evaluations).where(e.period == period).order_by(e.version)
    return tuple(_evaluation(row) for row in connection.execute(query).all())


def keep(
    connection: Connection,
    content: Mapping[str, Any],
    version: int,
    *,
    keys: Keys,
    by: str,
    reason: str,
    now: datetime,
) -> Evaluation:
    """Freeze a content as a version of its period: digest, signature, evidence, row."""
    period, evaluation_id, sealed = str(content["period"]), new_id("evl"), _sealed(content, keys)
    signature = keys.signer.sign(_signed_text(_PREFIX, period, version, sealed))
    body = {
        "period": period, "version": version, "digest": sealed, "datasets": len(content["datasets"]),
        "key_id": keys.signer.key_id, "actor": by,
    }  # fmt: skip
    entry = evidence.record(
        connection, event="quality:evaluation:freeze", subject=evaluation_id, body=body, now=now
    )
    connection.execute(
        insert(quality_evaluations).values(
            id=evaluation_id, period=period, version=version, content=canonical(content).decode(),
            digest=sealed, signature=base64.b64encode(signature).decode(), key_id=keys.signer.key_id,
            reason=reason, frozen_at=now, frozen_by=by, evidence_id=entry,
        )
    )  # fmt: skip
    return find(connection, period, version)


def problem_of(evaluation: Evaluation, keys: Keys, ring: Ring | None = None) -> str:
    """Why a version is not what was frozen and signed; "" where it is.

    Args:
        evaluation: to check.
        keys: of the installation that froze it.
        ring: every key it signed with; the one in use where None.
    """
    content = evaluation.document()
    if hmac.compare_digest(_sealed(content, keys), evaluation.digest):
        prefix = _PREFIX
    elif digest(content) == evaluation.digest:
        prefix = _FORMER
    else:
        return "the content is not what was signed"
    message = _signed_text(prefix, evaluation.period, evaluation.version, evaluation.digest)
    known = Ring.single(keys.signer.public_raw) if ring is None else ring
    try:
        signature = of_base64(evaluation.signature)
    except ValueError:
        signature = b""
    if not known.signed(message, signature):
        return "the signature is not of this installation's key"
    return ""


def read(home: Home, engine: Engine, period: str | None, version: int | None) -> tuple[Evaluation, str]:
    """A version, and why it is not what was signed ("" where it is)."""
    from catalog import keys

    with reading(engine) as connection:
        found = find(connection, period or newest_period(connection), version)
        ring = keys.ring_of(connection, keys.load(home).signer)
    return found, problem_of(found, keys.load(home), ring)


def _sealed(content: Mapping[str, Any], keys: Keys) -> str:
    return hmac.digest(keys.pseudonym, b"evaluation\0" + canonical(content), "sha256").hex()


def _signed_text(prefix: str, period: str, version: int, sealed: str) -> bytes:
    return f"{prefix}\n{period}\n{version}\n{sealed}\n".encode()


def _evaluation(row: Row[Any]) -> Evaluation:
    return Evaluation(**row._mapping)
