"""In which office an organisation stands towards an agreement, and steps taken by their name in it.

Decides who is the implementing body, the operator or the data authority; that what an operator signs or
declines is the agreement until it is signed once, and the waiting supplement from then on; and that a step of
one office is not taken in another (the tables ``procedures/agreement.csv`` and ``scenario.csv``).

Source: 发改数据规〔2025〕27号.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final, Literal

from sqlalchemy import Connection

from catalog.clocks.owed import authority_on
from catalog.keys import Signer
from policies.operation import Party
from space.operation import agreeing, reviews, scenarios, supplements
from space.operation.agreements import Agreement, called
from space.operation.scenarios import Scenario
from space.operation.walking import AGREEMENT, SCENARIO, Actor, after

Step = Literal["offer", "sign", "decline", "drop", "suspend", "resume", "terminate"]
Move = Literal["adopt", "reject", "withdraw", "end"]
# What an operator signs or declines once the agreement is signed.
_OF_SUPPLEMENT: Final = {"sign": "countersign", "decline": "refuse_supplement"}


def office_of(connection: Connection, agreement: Agreement, organisation: str, on: date) -> Party | None:
    """The office of an organisation towards an agreement; None where it is a stranger to it."""
    parties = {agreement.body_code: Party.BODY, agreement.operator_code: Party.OPERATOR}
    if organisation in parties:
        return parties[organisation]
    return Party.AUTHORITY if authority_on(connection, on)[1] == organisation else None


def of_party(connection: Connection, organisation: str, on: date) -> str | None:
    """Of whose agreements an organisation has an office: of its own; the data authority of all (None)."""
    return None if authority_on(connection, on)[1] == organisation else organisation


def sign(connection: Connection, signer: Signer, number: str, *, by: str, now: datetime) -> Agreement:
    """Sign what waits for the operator: the agreement, or its supplement.

    Raises:
        Unknown: there is no agreement of that number.
        Refused: nothing waits, or one person would sign for both.
        IllegalStep: it is not offered.
    """
    first = called(connection, number).version == 0
    return (agreeing.sign if first else supplements.countersign)(connection, signer, number, by=by, now=now)


def decline(connection: Connection, number: str, *, reason: str, by: str, now: datetime) -> Agreement:
    """Decline what waits for the operator: the agreement, or its supplement.

    Raises:
        Unknown: there is no agreement of that number.
        Refused: nothing waits, or no reason is given.
        IllegalStep: it is not offered.
    """
    first = called(connection, number).version == 0
    return (agreeing.decline if first else supplements.refuse)(
        connection, number, reason=reason, by=by, now=now
    )


def take(
    connection: Connection, signer: Signer, number: str, step: Step, *, office: Party, by: str, reason: str,
    now: datetime,
) -> Agreement:  # fmt: skip
    """Take a step of an agreement in an office.

    Args:
        connection: a writing transaction.
        signer: of the installation, signs what both parties signed.
        number: of the agreement.
        step: by its name.
        office: in which the person acts.
        by: the person.
        reason: why; not asked of offers and signatures.
        now: aware instant.

    Raises:
        Unknown: there is no agreement of that number.
        Refused: a reason is missing, or one person would sign for both.
        IllegalStep: the step is not open, or not to this office.
    """
    _open_to(connection, number, step, Actor(by, office))
    if step == "offer":
        return agreeing.offer(connection, number, by=by, now=now)
    if step == "sign":
        return sign(connection, signer, number, by=by, now=now)
    if step in ("decline", "drop"):
        ending = decline if step == "decline" else agreeing.drop
        return ending(connection, number, reason=reason, by=by, now=now)
    acts = {"suspend": agreeing.suspend, "resume": agreeing.resume, "terminate": agreeing.terminate}
    return acts[step](connection, number, reason=reason, by=by, office=office, now=now)


def supplement(
    connection: Connection, number: str, changes: Mapping[str, Any], *, office: Party, reason: str, by: str,
    now: datetime,
) -> Agreement:  # fmt: skip
    """Propose a supplement in an office; see :func:`space.operation.supplements.propose`."""
    _open_to(connection, number, "supplement", Actor(by, office))
    return supplements.propose(connection, number, changes, reason=reason, by=by, now=now)


def review(
    connection: Connection, number: str, document: Mapping[str, Any], *, office: Party, by: str, now: datetime
) -> dict[str, Any]:
    """Review a year in an office; see :func:`space.operation.reviews.review`."""
    _open_to(connection, number, "review", Actor(by, office))
    return reviews.review(connection, number, document, by=by, now=now)


def move(
    connection: Connection, scenario: Scenario, step: Move, *, office: Party, by: str, reason: str,
    now: datetime,
) -> Scenario:  # fmt: skip
    """Take a step of a scenario in an office.

    Raises:
        Refused: a reason is missing, or the scenario may not be adopted.
        IllegalStep: the step is not open, or not to this office.
    """
    after(SCENARIO, scenario.state, step, Actor(by, office), scenario.id)
    if step == "adopt":
        return scenarios.adopt(connection, scenario.id, by=by, now=now, office=office)
    if step == "withdraw":
        return scenarios.withdraw(connection, scenario.id, reason=reason, by=by, now=now)
    act = scenarios.reject if step == "reject" else scenarios.end
    return act(connection, scenario.id, reason=reason, by=by, now=now, office=office)


def _open_to(connection: Connection, number: str, step: str, actor: Actor) -> None:
    """Refuse a step that the table does not have for the state and the office."""
    agreement = called(connection, number)
    event = step if agreement.version == 0 else _OF_SUPPLEMENT.get(step, step)
    after(AGREEMENT, agreement.state, event, actor, number)
