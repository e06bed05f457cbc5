"""What the owner of a dataset asks of everyone who uses it 数源部门使用规则, with exceptions by party.

Decides which rules hold for whom on which day: the newest valid statement about the organisation itself,
else the newest about everyone. They hold beside the terms of every grant, also of grants signed before,
from the next call on. Statements are signed, recorded and never changed; a later one takes their place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, func, insert, or_, select

from catalog.evidence import record
from catalog.keys import Ring, Signer
from catalog.store.parts import Part, parted
from catalog.store.schema import new_id
from catalog.store.tables.grants import dataset_rules
from contracts.canonical import digest
from contracts.model import Contract
from policies.clocks import local_date
from policies.decision import Deny, Reason
from policies.protection import DatasetRules
from policies.protection_form import from_document, to_document
from space.calls import jws
from space.errors import Refused
from space.granting.kinds import published
from space.granting.rule_fit import unfit
from space.identity.organisations import organisation

RULES_TYPE: Final = "ybz-dataset-rules+jws"


@dataclass(frozen=True, slots=True)
class OwnerRules:
    """One statement of an owner.

    Attributes:
        id: of the statement.
        dataset: ``schema.table``.
        party: code of the organisation it is about; None = everyone.
        rules: what is asked; None takes the statement back.
        owner: code of the department that owns the dataset.
        valid_from: first day it holds.
        set_by, set_at: who stated it and when.
        signature: JWS over it.
    """

    id: str
    dataset: str
    party: str | None
    rules: DatasetRules | None
    owner: str
    valid_from: date
    set_by: str
    set_at: datetime
    signature: str

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return {
            "id": self.id,
            "dataset": self.dataset,
            "party": self.party,
            "rules": None if self.rules is None else to_document(self.rules),
            "owner": self.owner,
            "valid_from": self.valid_from.isoformat(),
            "set_by": self.set_by,
            "set_at": self.set_at.isoformat(),
            "signature": self.signature,
        }


def set_rules(
    connection: Connection,
    signer: Signer,
    dataset: str,
    rules: DatasetRules | None,
    *,
    by: str,
    now: datetime,
    party: str | None = None,
    valid_from: date | None = None,
) -> OwnerRules:
    """State, or take back, what is asked of users of a dataset.

    Args:
        connection: a writing transaction.
        signer: signs the statement.
        dataset: ``schema.table``.
        rules: what is asked; None takes back what was stated about the same party.
        by: the person who acts for the owner.
        now: aware instant.
        party: code of one organisation, for which it holds instead of what is asked of everyone.
        valid_from: first day it holds; today where None, never a day that is over.

    Raises:
        Refused: the dataset is not published, the rules cannot be enforced on it, or the day is over.
        Unknown: there is no such organisation.
    """
    day = local_date(now)
    first = valid_from or day
    contract = published(connection, [dataset]).get(dataset)
    reasons = _objections(dataset, contract, rules, first, day)
    if reasons or contract is None:
        raise Refused(Deny(reasons))
    if party is not None:
        organisation(connection, party)
    owner = contract.department.code or contract.department.name
    stated = {
        "owner": owner,
        "dataset": dataset,
        "party": party,
        "rules": None if rules is None else to_document(rules),
        "valid_from": first.isoformat(),
    }
    made, event = new_id("rul"), "space:rules:set" if rules is not None else "space:rules:withdraw"
    evidence = record(
        connection, event=event, subject=dataset, body={"id": made, "statement": digest(stated)}, now=now
    )
    connection.execute(
        insert(dataset_rules).values(
            id=made,
            dataset=dataset,
            number=_next_number(connection, dataset),
            party=party,
            rules=stated["rules"],
            digest=digest(stated),
            signature=jws.sign(signer, stated, RULES_TYPE),
            owner=owner,
            valid_from=first,
            set_by=by,
            set_at=now,
            evidence_id=evidence,
        )
    )
    found = connection.execute(select(dataset_rules).where(dataset_rules.c.id == made)).one()
    return _statement(found)


def in_force(
    connection: Connection, datasets: Iterable[str], party: str, on: date
) -> dict[str, DatasetRules]:
    """The rules that hold for an organisation, by dataset; datasets nothing is asked of are left out."""
    r = dataset_rules.c
    rows = connection.execute(
        select(dataset_rules)
        .where(r.dataset.in_(sorted(datasets)), r.valid_from <= on, or_(r.party.is_(None), r.party == party))
        .order_by(r.valid_from, r.number)
    ).all()
    newest: dict[tuple[str, bool], Mapping[str, Any] | None] = {}
    for row in rows:
        newest[row.dataset, row.party is not None] = row.rules
    found = {}
    for name in {dataset for dataset, _ in newest}:
        own = newest.get((name, True))
        stated = own if own is not None else newest.get((name, False))
        if stated is not None:
            found[name] = from_document(stated)
    return found


def history(connection: Connection, dataset: str, part: Part | None = None) -> tuple[OwnerRules, ...]:
    """Every statement about a dataset, the oldest first; a part by when it was set, and id."""
    r = dataset_rules.c
    key = (r.number,) if part is None else (r.set_at, r.id)
    query = select(dataset_rules).where(r.dataset == dataset)
    rows = connection.execute(parted(query, part, *key)).all()
    return tuple(_statement(row) for row in rows)


def verify(statement: OwnerRules, public: bytes | Ring) -> None:
    """Check that a stored statement is what was signed.

    Raises:
        SignatureInvalid: it is not.
    """
    signed = jws.verify(statement.signature, public, RULES_TYPE)
    stated = {
        key: value
        for key, value in statement.to_document().items()
        if key in ("owner", "dataset", "party", "rules", "valid_from")
    }
    if digest(signed) != digest(stated):
        raise jws.SignatureInvalid("the stored rules are not the ones that were signed")


def _next_number(connection: Connection, dataset: str) -> int:
    newest = select(func.max(dataset_rules.c.number)).where(dataset_rules.c.dataset == dataset)
    return int(connection.execute(newest).scalar_one() or 0) + 1


def _objections(
    dataset: str, contract: Contract | None, rules: DatasetRules | None, first: date, day: date
) -> tuple[Reason, ...]:
    if contract is None:
        return (Reason("grant.dataset.unknown", "no such dataset is published in the ledger", dataset),)
    reasons = [] if rules is None else list(unfit(rules, contract))
    if first < day:
        reasons.append(
            Reason(
                "grant.rules.past",
                "rules cannot begin on a day that is over",
                "valid_from",
                "state them from today on",
            )
        )
    return tuple(reasons)


def _statement(row: Row[Any]) -> OwnerRules:
    values = {name: row._mapping[name] for name in OwnerRules.__dataclass_fields__ if name != "rules"}
    return OwnerRules(**values, rules=None if row.rules is None else from_document(row.rules))
