"""Replay 重放: an answer and its price computed once more, from what is retained.

Decides what can be shown of a receipt: a threshold or plain answer is computed again from its releases and
compared to the byte; of a private answer everything but the noise is compared; a price is computed again from
what the receipt states and the agreed terms. Nothing is spent, metered or handed out, and nothing of the
answer is shown. What was erased, or was never kept, is said to be "not retained".
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final, Literal

from sqlalchemy import Connection, Engine, Row, select

from catalog.home import Home
from catalog.releases.published import Release, UnknownRelease, by_id, protected_files, protected_folder
from catalog.store import reading
from catalog.store.tables.queries import receipts, reservations, usages
from contracts.canonical import digest
from policies.privacy_budget import nrho_cost
from policies.tariff import Taken, charged_class, tariff
from policies.terms import Mode
from space import store
from space.calls import answers
from space.calls.pricing import price_of
from space.engines.second import second_engine
from space.engines.workers.pool import Pool
from space.errors import EngineError
from space.granting.agreed import terms_of
from space.granting.grants import from_row
from space.query.plan import PLAN_VERSION, Plan
from space.query.telling.mechanism import mechanism

Outcome = Literal["same", "different", "not retained", "all but the noise"]
NOT_RETAINED: Final = "not retained"


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


def replay(engine: Engine, home: Home, states: Mapping[str, Any]) -> Replayed:
    """Compute the answer and the price of a receipt once more.

    Args:
        engine: of the store.
        home: of the installation, where releases and plans are.
        states: what a receipt states whose signature was found to hold.
    """
    with reading(engine) as connection:
        paid = _paid(connection, str(states["id"]))
        grant = store.grant_row(connection, str(states["grant"]))
        found = [_release(connection, str(each)) for each in states["releases"]]
    price, why_price = _price(grant, states)
    answer, why_answer = _answer(home, paid, grant, states, [release for release in found if release])
    return Replayed(answer, price, (*why_answer, *why_price))


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


def _price(grant: Row[Any] | None, states: Mapping[str, Any]) -> tuple[Outcome, tuple[str, ...]]:
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
    paid: Row[Any] | None,
    grant: Row[Any] | None,
    states: Mapping[str, Any],
    read: list[Release],
) -> tuple[Outcome, tuple[str, ...]]:
    plan = None if paid is None else _plan(home, paid.id)
    if plan is None or grant is None:
        return NOT_RETAINED, ("what was asked is not retained",)
    different = [*_unlike(plan, grant, states)]
    if different:
        return "different", tuple(different)
    assert paid is not None  # it has a plan
    if plan.mode is Mode.DP:
        return _all_but_noise(home, paid, plan, states)
    files = {} if len(read) < len(states["releases"]) else _files(home, read)
    if set(files) != set(plan.datasets):
        return NOT_RETAINED, ("a release it was computed from is not retained",)
    try:
        with Pool(spare=False, engine=second_engine()) as pool:
            made = pool.run(plan, files, owner=f"replay {states['id']}").table
    except EngineError:
        return NOT_RETAINED, ("the engine gave no answer this time — try again",)
    if hashlib.sha256(answers.file_bytes(made)).hexdigest() != states["answer"]:
        return "different", ("the answer computed from the releases is another",)
    return "same", ()


def _plan(home: Home, reservation_id: str) -> Plan | None:
    """The plan that was run; None where it is gone, or of a version whose meaning is not known any more."""
    document = answers.plan_of(home, reservation_id)
    if document is None or document.get("version") != PLAN_VERSION:
        return None
    return Plan.from_document(document)


def _unlike(plan: Plan, grant: Row[Any], states: Mapping[str, Any]) -> list[str]:
    """Where the receipt is not of this plan."""
    found = []
    if from_row(grant).salted(plan.canonical_digest) != states["canonical"]:
        found.append("the plan that was kept is not the one the receipt names")
    if digest(dict(mechanism(plan))) != digest(dict(states["mechanism"])):
        found.append("the mechanism is another than the plan's")
    if states["nrho"] not in (0, nrho_cost(plan.rho)):
        found.append("the privacy budget is another than the plan's")
    return found


def _all_but_noise(
    home: Home, paid: Row[Any], plan: Plan, states: Mapping[str, Any]
) -> tuple[Outcome, tuple[str, ...]]:
    """A private answer is never the same twice: its form and its bytes are compared, not its figures."""
    try:
        table = answers.fetch(home, paid.id, str(states["answer"]))
    except answers.AnswerDamaged:
        return NOT_RETAINED, ("the stored answer is not retained",)
    named = [(column.name, column.type) for column in plan.columns]
    if [name for name, _ in named] != table.schema.names:
        return "different", ("the columns of the stored answer are not those of the plan",)
    return "all but the noise", ()


def _files(home: Home, read: list[Release]) -> dict[str, tuple[Path, ...]]:
    """Protected files of every release that is all there."""
    found = {}
    for release in read:
        folder = protected_folder(home, release.dataset)
        if not (folder / "_delta_log").is_dir():
            continue
        files = protected_files(home, release)
        if all(path.exists() for path in files):
            found[release.dataset] = files
    return found
