"""Claims on items, and the conflicts the data authority decides 数源争议.

Decides where a field stands towards an item: each act is a step of ``procedures/authority.csv``. The first
claim makes a field authoritative; a further one opens a case with a clock, and the one that stands goes on
answering until the authority decides. The loser is a copy 副本.

Source: 政务数据共享条例 Art 19 (the authority names the lead where several collect the same).
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, delete, insert, select, update

from catalog import evidence, revisions
from catalog.authority import announcing, cases, naming
from catalog.authority.claimed import Claim, claim_of, claims_it, claims_of
from catalog.authority.items import Item, NoSuchItem, item_at
from catalog.authority.naming import Authority
from catalog.errors import CatalogError
from catalog.store.schema import new_id
from catalog.store.tables.authority import authority_case_claims, authority_claims
from policies.machine import Office, machine

PROCEDURE: Final = "authority"
AUTHORITATIVE: Final = "authoritative"
CONTESTED: Final = "contested"
COPY: Final = "copy"


class ClaimError(CatalogError):
    """A claim that lacks something, or a decision for a field that is no party."""


def claim(
    connection: Connection, dataset: str, field: str, *, basis: str, by: str, now: datetime,
    office: Office = Office.STEWARD,
) -> Claim:  # fmt: skip
    """Claim that a field answers for its item; where another stands, a conflict case is opened.

    Args:
        connection: a writing transaction.
        dataset: whose field should answer.
        field: which of its fields.
        basis: why: law, duty, decision.
        by: who claims.
        now: aware instant.
        office: the steward's, or the authority's, which names where nobody stands.

    Raises:
        NoSuchItem: the field follows no element.
        ClaimError: no basis is stated.
        AuthorityTaken: the authority names a field where another one stands.
        IllegalStep: the field answers already, or its claim is before the authority.
    """
    item = item_at(revisions.current(connection, dataset).contract, field)
    _stated(basis)
    naming.adopt_former(connection)
    _mirror_standing(connection, item, now)
    standing = naming.source_of(connection, *item.key)
    taken = standing is not None and standing.place != item.place
    event = "name" if office is Office.AUTHORITY else "contest" if taken else "claim"
    machine(PROCEDURE).after(_state(connection, item), event, office, item.place)
    if taken and standing is not None and event == "name":
        raise naming.AuthorityTaken(standing)
    made = _step(connection, item, event, office, basis=basis, by=by, now=now)
    if made.state == CONTESTED:
        case = cases.join(connection, item, by=by, now=now)
        connection.execute(insert(authority_case_claims).values(case_id=case.id, claim_id=made.id))
    else:
        naming.begin(connection, item, basis=basis.strip(), by=by, now=now)
    return made


def decide(
    connection: Connection, case_id: str, winner: str, *, basis: str, by: str, now: datetime,
    office: Office = Office.AUTHORITY,
) -> Authority:  # fmt: skip
    """Decide a conflict for one of its fields; every other one is a copy from then on.

    Args:
        connection: a writing transaction.
        case_id: of the conflict.
        winner: ``schema.table.field`` of a claimant, or of the one that stands.
        basis: decision it rests on.
        by: of the data authority.
        now: aware instant.
        office: who decides.

    Raises:
        UnknownCase, ClaimError: no such case, decided already, or the field is no party to it.
        IllegalStep: another office decides.
    """
    case = cases.open_case(connection, case_id)
    _stated(basis)
    standing = naming.source_of(connection, *case.key)
    parties = {each.item.place: each for each in claims_of(connection, case_id)}
    if standing is not None:
        parties[standing.place] = claim_of(connection, _item_of(standing))
    if winner not in parties:
        raise ClaimError(
            f"{winner} is no party to {case_id} — decide for one of {', '.join(sorted(parties))}"
        )
    table = machine(PROCEDURE)
    steps = {
        place: _event_for(place == winner, standing is not None and place == standing.place)
        for place in parties
    }
    for place, event in steps.items():
        table.after(parties[place].state, event, office, place)
    if standing is not None and standing.place != winner:
        naming.end(connection, _item_of(standing), basis=basis.strip(), by=by, now=now)
    for place, event in steps.items():
        _step(connection, parties[place].item, event, office, basis=basis, by=by, now=now)
    if standing is None or standing.place != winner:
        naming.begin(connection, parties[winner].item, basis=basis.strip(), by=by, now=now)
    cases.close(connection, case, winner, basis=basis.strip(), by=by, now=now)
    found = naming.source_of(connection, *case.key)
    assert found is not None
    if standing is not None and standing.place != winner:
        announcing.announce(connection, standing, found, basis.strip(), by=by, now=now)
    return found


def retract(
    connection: Connection, dataset: str, field: str, *, basis: str, by: str, now: datetime,
    office: Office = Office.STEWARD,
) -> Claim:  # fmt: skip
    """Take a contested claim back; a case without claims falls away.

    Raises:
        IllegalStep: the claim is not contested.
    """
    item = item_at(revisions.current(connection, dataset).contract, field)
    _stated(basis)
    made = _step(connection, item, "retract", office, basis=basis, by=by, now=now)
    for case in cases.open_cases(connection):
        if case.key == item.key:
            c = authority_case_claims.c
            mine = (c.case_id == case.id) & (c.claim_id == made.id)
            connection.execute(delete(authority_case_claims).where(mine))
            if not claims_of(connection, case.id):
                cases.drop(connection, case, basis=basis.strip(), by=by, now=now)
    return made


def withdraw(
    connection: Connection, element: str, subject: str | None = None, *, basis: str, by: str, now: datetime,
    office: Office = Office.AUTHORITY,
) -> None:  # fmt: skip
    """Withdraw the source of an item, by a decision of the data authority; nobody answers then.

    Raises:
        NoSuchItem: none is named.
        ClaimError: a conflict over it is open.
        IllegalStep: another office withdraws.
    """
    standing = naming.source_of(connection, element, subject)
    if standing is None:
        raise NoSuchItem(f"no source is named for {element}{f' of {subject}' if subject else ''}")
    _stated(basis)
    item = _item_of(standing)
    if any(case.key == item.key for case in cases.open_cases(connection)):
        raise ClaimError(f"a conflict over {element} of {item.subject} is open — decide it instead")
    naming.adopt_former(connection)
    _mirror_standing(connection, item, now)
    _step(connection, item, "withdraw", office, basis=basis, by=by, now=now)
    naming.end(connection, item, basis=basis.strip(), by=by, now=now)
    announcing.announce(connection, standing, None, basis.strip(), by=by, now=now)


def _event_for(wins: bool, stands: bool) -> str:
    if wins:
        return "keep" if stands else "prevail"
    return "yield"


def _step(
    connection: Connection, item: Item, event: str, office: Office, *, basis: str, by: str, now: datetime
) -> Claim:
    """Take a step of the procedure; nothing is written where it is not lawful."""
    before = _state(connection, item)
    after = machine(PROCEDURE).after(before, event, office, item.place)
    values = {"state": after, "changed_at": now}
    if before == machine(PROCEDURE).start:
        connection.execute(
            insert(authority_claims).values(
                id=new_id("clm"), basis=basis.strip(), made_by=by, made_at=now, **asdict(item), **values
            )
        )
    else:
        connection.execute(update(authority_claims).where(claims_it(item)).values(**values))
    body = {
        "element": item.element, "subject": item.subject, "field": item.place, "before": before,
        "after": after, "office": office.value, "actor": by, "basis": basis.strip(),
    }  # fmt: skip
    evidence.record(connection, event=f"catalog:claim:{event}", subject=item.place, body=body, now=now)
    return claim_of(connection, item)


def _mirror_standing(connection: Connection, item: Item, now: datetime) -> None:
    """A source named before there were claims has one from now on."""
    standing = naming.source_of(connection, *item.key)
    if standing is None:
        return
    former = _item_of(standing)
    if connection.execute(select(authority_claims.c.id).where(claims_it(former))).first() is None:
        connection.execute(
            insert(authority_claims).values(
                id=new_id("clm"), basis=standing.basis, made_by="", made_at=standing.named_at,
                state=AUTHORITATIVE, changed_at=now, **asdict(former),
            )
        )  # fmt: skip


def _item_of(standing: Authority) -> Item:
    return Item(
        standing.element, standing.subject, standing.dataset, standing.field, standing.department,
        standing.department_code,
    )  # fmt: skip


def _state(connection: Connection, item: Item) -> str:
    found: str | None = connection.execute(select(authority_claims.c.state).where(claims_it(item))).scalar()
    return found or machine(PROCEDURE).start


def _stated(basis: str) -> None:
    if not basis.strip():
        raise ClaimError("a claim and a decision state what they rest on — give a `basis`")
