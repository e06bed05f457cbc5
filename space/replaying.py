"""Replay 重放: an answer and its price computed once more, from what is retained.

Decides what can be shown of a receipt: a threshold or plain answer and a list are computed again from their
releases and compared to the byte; so is a verification, beside the records its caller gives once more, for
none are kept here; of a private answer everything but the noise is compared; a price is computed again from
what the receipt states and the agreed terms. Nothing is spent, metered or handed out, and nothing of the
answer is shown. What was erased, or was never kept, is said to be "not retained".
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final, Literal

import pyarrow as pa
from sqlalchemy import Connection, Engine, Row, select

from catalog.home import Home
from catalog.releases.delta import head
from catalog.releases.published import (
    Release,
    UnknownRelease,
    by_id,
    protected_files,
    protected_folder,
    vault_files,
    vault_folder,
)
from catalog.store import reading
from catalog.store.tables.queries import receipts, reservations, usages
from contracts.canonical import digest
from contracts.model import Contract
from policies.charging import Taken
from policies.decision import Deny
from policies.privacy_budget import nrho_cost
from policies.tariff import charged_class, tariff
from policies.terms import Mode
from space import store
from space.calls import answers
from space.calls.pricing import price_of
from space.engines.second import second_engine
from space.engines.workers.pool import Pool
from space.errors import EngineError
from space.granting.agreed import terms_of
from space.granting.grants import Grant, from_row
from space.granting.kinds import published
from space.query.lists.listing import LISTS
from space.query.plan import PLAN_VERSION, Plan
from space.query.telling.mechanism import mechanism
from space.verification import prepare as verification
from space.verification.batch import Batch, read_batch

Outcome = Literal["same", "different", "not retained", "all but the noise"]
Found = tuple[Outcome, tuple[str, ...]]
Records = Sequence[Mapping[str, Any]]
NOT_RETAINED: Final = "not retained"
# A replay shows nothing of the answer and needs no bucket of time, in milliseconds.
_AT_ONCE: Final = 1


@dataclass(frozen=True, slots=True)
class Replayed:
    """What computing once more has shown.

    Attributes:
        answer: of the answer.
        price: of what it cost.
        findings: what differs, or why it could not be computed; empty where all is the same.
    """

    answer: Outcome
    price: Outcome
    findings: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Nothing differs; what is not retained is no contradiction."""
        return "different" not in (self.answer, self.price)

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return {"answer": self.answer, "price": self.price, "findings": list(self.findings)}


def replay(engine: Engine, home: Home, states: Mapping[str, Any], records: Records | None = None) -> Replayed:
    """Compute the answer and the price of a receipt once more.

    Args:
        engine: of the store.
        home: of the installation, where releases and plans are.
        states: what a receipt states whose signature was found to hold.
        records: of a verification, as they were sent; None where they are not at hand.
    """
    with reading(engine) as connection:
        paid = _paid(connection, str(states["id"]))
        row = store.grant_row(connection, str(states["grant"]))
        found = [_release(connection, str(each)) for each in states["releases"]]
        read = [release for release in found if release is not None]
        kept = None if paid is None else answers.plan_of(home, paid.id)
        beside = [_release(connection, each) for each in _compared_in(kept or {})]
        contracts = published(connection, [release.dataset for release in read])
    price, why_price = _price(row, states)
    grant = None if row is None else from_row(row)
    if paid is None or grant is None or kept is None:
        answer, why_answer = _ASKED
    elif "verify" in kept:
        batch = _batch(contracts, records, states)
        answer, why_answer = _verified(home, grant, kept["verify"], batch, states, read)
    else:
        answer, why_answer = _answer(home, paid, grant, kept, states, [*read, *filter(None, beside)])
    return Replayed(answer, price, (*why_answer, *why_price))


def _compared_in(kept: Mapping[str, Any]) -> list[str]:
    """Releases that a plan opened to be compared with former answers, beside those it is of."""
    formers = kept.get("formers", ())
    return sorted({str(release) for former in formers for _, release in former.get("more", ())})


def _paid(connection: Connection, receipt_id: str) -> Row[Any] | None:
    """The paid call behind a receipt."""
    u, r = usages.c, receipts.c
    found = (
        select(reservations)
        .join(usages, u.reservation_id == reservations.c.id)
        .join(receipts, r.usage_id == u.id)
        .where(r.id == receipt_id)
    )
    return connection.execute(found).first()


def _release(connection: Connection, release_id: str) -> Release | None:
    try:
        return by_id(connection, release_id)
    except UnknownRelease:
        return None


def _price(grant: Row[Any] | None, states: Mapping[str, Any]) -> Found:
    """The price by the tariff of its day and the agreed terms."""
    use = states.get("use") or {}
    if grant is None or grant.terms_digest != states["terms"] or "day" not in use:
        return NOT_RETAINED, ("the terms the price was computed from are not retained",)
    terms, day = terms_of(grant.agreement), date.fromisoformat(use["day"])
    taken = Taken(
        use["product"], int(use["calls"]), use["outcome"] == "answered", use["size_class"], use["cells"],
        int(use["before"]),
    )  # fmt: skip
    charge = tariff(day).charge(charged_class(terms.purpose, day), price_of(terms), taken, day)
    if charge.fen != states["price_fen"]:
        return "different", (
            f"the price is {charge.fen} fen by tariff and terms, {states['price_fen']} stated",
        )
    return "same", ()


def _answer(
    home: Home,
    paid: Row[Any],
    grant: Grant,
    kept: Mapping[str, Any],
    states: Mapping[str, Any],
    read: list[Release],
) -> Found:
    """The answer of a query: from protected files, or from the vault's where it listed rows."""
    if kept.get("version") != PLAN_VERSION:  # its meaning is not known any more
        return _ASKED
    plan = Plan.from_document(kept)
    different = [*_unlike(plan, grant, states)]
    if different:
        return "different", tuple(different)
    if plan.mode is Mode.DP:
        return _all_but_noise(home, paid, plan, states)
    listed = states["mode"] in LISTS
    files = _files(home, read, vault=listed)
    if set(files) != {*plan.datasets, *plan.beside}:
        return _RELEASE
    if listed:
        job = {"list": plan.to_document(), "bucket_ms": _AT_ONCE}
        return _compared(states, lambda pool, owner: pool.vault.table(job, files, owner=owner))
    return _compared(states, lambda pool, owner: pool.run(plan, files, owner=owner).table)


def _verified(
    home: Home,
    grant: Grant,
    kept: Mapping[str, Any],
    batch: Batch | None,
    states: Mapping[str, Any],
    read: list[Release],
) -> Found:
    """The answer of a verification, beside the records that were given once more."""
    if kept.get("version") != verification.VERSION:
        return _ASKED
    if batch is None or grant.salted(verification.identity(kept["source"], batch)) != states["canonical"]:
        return _RECORDS
    files = _files(home, read, vault=True)
    if set(files) != {batch.dataset}:
        return _RELEASE
    job = verification.job(kept["source"], batch, _AT_ONCE)
    return _compared(states, lambda pool, owner: pool.vault.table(job, files, owner=owner))


def _batch(
    contracts: Mapping[str, Contract], records: Records | None, states: Mapping[str, Any]
) -> Batch | None:
    """The records as they were typed, where they are at hand and can be."""
    day = (states.get("use") or {}).get("day")
    if records is None or day is None or len(contracts) != 1:
        return None
    (contract,) = contracts.values()
    named = [field.name for field in contract.fields]
    batch = read_batch(contract, named, records, date.fromisoformat(day))
    return None if isinstance(batch, Deny) else batch


def _compared(states: Mapping[str, Any], run: Callable[[Pool, str], pa.Table]) -> Found:
    """Run in a worker of its own, and compare to the byte."""
    try:
        with closing(Pool(spare=False, engine=second_engine())) as pool:
            made = run(pool, f"replay {states['id']}")
    except EngineError:
        return NOT_RETAINED, ("the engine gave no answer this time — try again",)
    if hashlib.sha256(answers.file_bytes(made)).hexdigest() != states["answer"]:
        return "different", ("the answer computed from the releases is another",)
    return "same", ()


def _unlike(plan: Plan, grant: Grant, states: Mapping[str, Any]) -> list[str]:
    """Where the receipt is not of this plan."""
    found = []
    if grant.salted(plan.canonical_digest) != states["canonical"]:
        found.append("the plan that was kept is not the one the receipt names")
    if digest(mechanism(plan) | {"mode": states["mode"]}) != digest(dict(states["mechanism"])):
        found.append("the mechanism is another than the plan's")
    if states["nrho"] not in (0, nrho_cost(plan.rho)):
        found.append("the privacy budget is another than the plan's")
    return found


def _all_but_noise(home: Home, paid: Row[Any], plan: Plan, states: Mapping[str, Any]) -> Found:
    """A private answer is never the same twice: its form and its bytes are compared, not its figures."""
    try:
        table = answers.fetch(home, paid.id, str(states["answer"]))
    except answers.AnswerUnreachable:  # it may well be retained
        raise
    except answers.AnswerDamaged:
        return NOT_RETAINED, ("the stored answer is not retained",)
    named = [(column.name, column.type) for column in plan.columns]
    if [name for name, _ in named] != table.schema.names:
        return "different", ("the columns of the stored answer are not those of the plan",)
    return "all but the noise", ()


def _files(home: Home, read: list[Release], *, vault: bool) -> dict[str, tuple[Path, ...]]:
    """Files of every release that is all there: of the vault, or the protected ones."""
    folder_of, files_of = (vault_folder, vault_files) if vault else (protected_folder, protected_files)
    found = {}
    for release in read:
        if head(folder_of(home, release.dataset)) is None:
            continue
        files = files_of(home, release)
        if all(path.exists() for path in files):
            found[release.dataset] = files
    return found


_ASKED: Final[Found] = (NOT_RETAINED, ("what was asked is not retained",))
_RELEASE: Final[Found] = (NOT_RETAINED, ("a release it was computed from is not retained",))
_RECORDS: Final[Found] = (
    NOT_RETAINED,
    ("the records of a verification are not kept here — give those the receipt is of (`records`)",),
)
