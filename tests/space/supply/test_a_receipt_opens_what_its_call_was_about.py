"""Challenges of records seen in a 核验 or a list: those of the call, while its grant is in force."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.store import writing
from space.contracting.performing import suspend
from space.contracting.values import Side
from space.errors import Refused
from space.granting.revocation import revoke
from space.granting.stopping import stop
from space.identity.tokens import Caller
from space.verification.prepare import Asked
from space.verification.verifier import Verifier
from space.wayback.backflow.authoritative import NotInArea
from space.wayback.corrections.cases import Correction, open_challenge
from space.wayback.corrections.challenges import Challenge
from tests.space.bureau_contracts import POPULATION, identity

LIST = "SELECT id_card AS n, income FROM civil.population WHERE income < 5"


def verified(counter: Any, grant: Any, *records: dict[str, Any]) -> str:
    b = counter.bureau
    asked = Asked(grant.id, grant.terms.purpose, POPULATION.name, list(records))
    made = Verifier(b.engine, b.home, b.keys, b.pool, b.clock).verify(Caller(grant.grantee), asked)
    return str(made.receipt_id)


def challenged(counter: Any, grant: Any, receipt: str, number: int, **changed: Any) -> Correction:
    b = counter.bureau
    asked = {
        "asker": grant.grantee, "dataset": POPULATION.name, "row": "", "field": "income", "value": "999",
        "reason": "申报有误", "origin": receipt, "record": {"id_card": identity(number)},
    } | changed  # fmt: skip
    return open_challenge(b.home, b.engine, Challenge(**asked), by="周敏", now=b.clock.later(minutes=1))


def shut(counter: Any, grant: Any, receipt: str, *numbers: int, **changed: Any) -> None:
    for number in numbers:
        with pytest.raises(NotInArea):
            challenged(counter, grant, receipt, number, **changed)


def test_a_verification_opens_its_own_records_and_the_fields_it_compared(counter: Any) -> None:
    grant = counter.granted(analyses=("list", "verify"))
    receipt = verified(counter, grant, {"id_card": identity(3), "income": 9})
    verified(counter, grant, {"id_card": identity(4), "income": 9})

    shut(counter, grant, receipt, 4, 5)
    shut(counter, grant, receipt, 3, field="sex", value="男")
    # A right guess is a case too: whether it is right nobody is told.
    assert challenged(counter, grant, receipt, 3, value="3").state == "open"


def test_a_list_opens_the_rows_it_handed_out_and_the_columns_it_showed(counter: Any) -> None:
    grant = counter.granted()
    receipt = counter.bureau.ask(grant, f"{LIST} ORDER BY income LIMIT 3").receipt_id

    shut(counter, grant, receipt, 4, 5)  # beyond the limit, beyond the condition
    shut(counter, grant, receipt, 2, field="sex", value="男")
    assert challenged(counter, grant, receipt, 2).state == "open"


def test_a_masked_list_opens_its_rows_too(counter: Any) -> None:
    grant = counter.granted(analyses=("masked_list",))
    receipt = counter.bureau.ask(
        grant, "SELECT id_card, income FROM civil.population WHERE income = 3"
    ).receipt_id

    shut(counter, grant, receipt, 4)
    assert challenged(counter, grant, receipt, 3).state == "open"


def test_a_list_whose_answer_and_plan_are_gone_opens_what_its_grant_opens(counter: Any) -> None:
    grant = counter.granted(where="district = '云港区'")
    receipt = counter.bureau.ask(grant, "SELECT income FROM civil.population WHERE income = 241").receipt_id
    home = counter.bureau.home.root
    for answer in (home / "answers").glob("*.arrow"):
        answer.unlink()
    shut(counter, grant, receipt, 242)  # its conditions are kept
    for plan in (home / "plans").glob("*.json"):
        plan.unlink()

    shut(counter, grant, receipt, 200)  # of a district the grant filters out
    shut(counter, grant, receipt, 242, field="name", value="甲")
    assert challenged(counter, grant, receipt, 242).state == "open"


def refused(counter: Any, grant: Any, receipt: str) -> set[str]:
    codes = set()
    for number, value in ((3, "3"), (3, "999")):
        with pytest.raises(Refused) as told:
            challenged(counter, grant, receipt, number, value=value)
        codes |= {reason.code for reason in told.value.decision.reasons}
    return codes


def test_a_grant_that_is_not_in_force_opens_nothing(counter: Any) -> None:
    b, grant = counter.bureau, counter.granted(analyses=("list", "verify"))
    receipt = verified(counter, grant, {"id_card": identity(3), "income": 9})
    with writing(b.engine) as connection:
        suspend(connection, grant.id, side=Side.PLATFORM, by="李四", why="核查", now=b.clock())
    assert refused(counter, grant, receipt) == {"grant.suspended"}
    with writing(b.engine) as connection:
        revoke(connection, grant.id, reason="用途不符", by="李四", now=b.clock())

    assert refused(counter, grant, receipt) == {"grant.revoked"}


def test_a_stopped_dataset_opens_nothing(counter: Any) -> None:
    b, grant = counter.bureau, counter.granted(analyses=("list", "verify"))
    receipt = verified(counter, grant, {"id_card": identity(3), "income": 9})
    with writing(b.engine) as connection:
        stop(connection, "dataset", POPULATION.name, reason="疑似泄露", by="安全员", now=b.clock())
    assert refused(counter, grant, receipt) == {"stop.dataset"}


def test_a_grant_whose_days_are_over_opens_nothing(counter: Any) -> None:
    b, grant = counter.bureau, counter.granted(analyses=("list", "verify"))
    receipt = verified(counter, grant, {"id_card": identity(3), "income": 9})
    b.clock.later(days=(grant.terms.valid_to - grant.terms.valid_from).days + 2)

    assert refused(counter, grant, receipt) == {"grant.expired"}
