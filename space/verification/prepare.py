"""From a batch to a job: the grant, the release it sees, and what may be compared there.

Decides on contracts, terms and checked facts alone; the outcome never depends on data.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection

from catalog.home import Home
from catalog.releases.published import by_id, latest, vault_files
from contracts.canonical import canonical
from policies.clocks import local_date
from policies.composition import allows, receives, within
from policies.decision import Deny, Reason
from policies.protection import Analysis
from policies.terms import DatasetTerm
from space.calls.budget import AnswerKey
from space.calls.pricing import Measure
from space.engines.workers.matching import packed
from space.granting.grants import Grant
from space.granting.kinds import published
from space.granting.owner_rules import in_force
from space.granting.pins import period_of, pinned
from space.query.lists import vault
from space.query.prepare import NOT_RELEASED
from space.query.reasons import Refused, reason
from space.verification.batch import Batch, open_fields, read_batch

# Grows when the meaning of a match changes, so that an old stored answer is not reused.
VERSION: Final = 1

# The same words whether the dataset does not exist or is not granted: neither is told apart.
_DATASET: Final = Reason(
    "verification.dataset",
    "the grant opens no such dataset",
    "dataset",
    "`ybz grant show` lists the datasets of the grant",
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a caller sends.

    Attributes:
        grant_id: the grant it is asked under.
        purpose: code of the purpose it is asked for.
        dataset: ``schema.table``.
        records: field → value, each of the same fields.
    """

    grant_id: str
    purpose: str
    dataset: str
    records: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Verifiable:
    """A batch that may be answered.

    Attributes:
        grant: it is answered under.
        batch: typed records.
        source: SQL of the vault rows the grant sees.
        key: identity of the answer.
        query: salted digest of the batch.
        files: vault files of the release.
        period: for which the release is held; empty where it is not.
        unpinned: dataset → release, where it is not yet held for the period.
        size_class: published size class of the dataset.
    """

    grant: Grant
    batch: Batch
    source: str
    key: AnswerKey
    query: str
    files: Mapping[str, tuple[Path, ...]]
    period: str = ""
    unpinned: Mapping[str, str] = field(default_factory=dict)
    size_class: str | None = None

    @property
    def measure(self) -> Measure:
        """What its price may depend on."""
        return Measure("verification", self.batch.size, self.size_class)

    @property
    def kept(self) -> bytes:
        """What is kept to compute the answer once more: all but the records, which the caller has."""
        return canonical({"verify": {"version": VERSION, "source": self.source}})

    @property
    def mechanism(self) -> Mapping[str, Any]:
        """How the answer is made safe, as a receipt states it."""
        return {"mode": Analysis.VERIFY.value, "version": VERSION}


def prepare(
    connection: Connection, home: Home, grant: Grant, asked: Asked, now: datetime
) -> Verifiable | Deny:
    """The job of a batch on the release the grant sees."""
    day = local_date(now)
    contract = published(connection, [t.name for t in grant.terms.datasets]).get(asked.dataset)
    if contract is None:
        return Deny((_DATASET,))
    terms = within(grant.terms, in_force(connection, [contract.name], grant.grantee, day))
    term = next(one for one in terms.datasets if one.name == contract.name)
    closed = _closed(term, grant.grantee, open_=allows(terms, contract.name, Analysis.VERIFY))
    if closed is not None:
        return closed
    rules = {f.name: term.rules.column(f.name) for f in contract.fields}
    batch = read_batch(contract, open_fields(contract, term.columns, rules), asked.records, day)
    if isinstance(batch, Deny):
        return batch
    period = period_of(terms.release_period, day)
    held = pinned(connection, grant.id, period).get(contract.name) if period else None
    release = by_id(connection, held) if held else latest(connection, contract.name)
    if release is None:
        return Deny((NOT_RELEASED,))
    try:
        source = vault.rows(contract, release.facts, terms)
    except Refused as refusal:
        return Deny((refusal.reason,))
    query = grant.salted(batch.text)
    key = AnswerKey(
        grant_id=grant.id,
        terms_digest=grant.terms_digest,
        # What the owner adds to the terms later makes it another question.
        canonical_digest=grant.salted(identity(source, batch)),
        releases=(release.id,),
        mode=Analysis.VERIFY.value,
    )
    files = {contract.name: vault_files(home, release)}
    fresh = {contract.name: release.id} if period and held is None else {}
    size = release.facts.size_class
    return Verifiable(grant, batch, source, key, query, files, period, fresh, size)


def identity(source: str, batch: Batch) -> str:
    """What makes two verifications the same question, to be salted and digested."""
    return f"{VERSION}\n{source}\n{batch.text}"


def job(source: str, batch: Batch, bucket_ms: int) -> dict[str, Any]:
    """What a vault worker is asked.

    Args:
        source: SQL of the vault rows the grant sees.
        batch: typed records.
        bucket_ms: to whose full multiple of milliseconds it answers.
    """
    verify = {"source": source, "by": list(batch.by), "compared": list(batch.compared)}
    return {"verify": verify | {"records": packed(batch.rows)}, "bucket_ms": bucket_ms}


def _closed(term: DatasetTerm, organisation: str, *, open_: bool) -> Deny | None:
    """Why a dataset is not verified for an organisation, by what its owner and the grant ask of the whole."""
    if not open_ or not vault.row_level(term.rules.table) or term.rules.table.templates is not None:
        return Deny((reason("query.analysis", term.name),))
    if not receives(term.rules, organisation):
        return Deny((reason("query.receiver", term.name),))
    return None
