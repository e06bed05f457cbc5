"""What was withdrawn from the ledger answers nobody, and what breaks is told to those who use it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from catalog.cataloging.acts import Who
from catalog.cataloging.announcing import Announcement, announcements
from catalog.cataloging.answering import withdraw
from catalog.cataloging.steps import approve, sign_off, submit
from catalog.store import reading
from contracts.model import FieldType
from policies.decision import Deny
from policies.machine import Office
from space.errors import Refused
from space.query.answered import Answered
from tests.space.bureau_contracts import AIR

AUTHORITY = Who("数据局", Office.AUTHORITY)
HOURLY = "SELECT station, pm25 FROM eco.air"


def withdrawn(bureau: Any) -> None:
    withdraw(bureau.engine, AIR.name, AUTHORITY, reason="数据有误", now=bureau.clock())


def published_again(bureau: Any, contract: Any = AIR) -> None:
    submit(
        bureau.engine, (contract, None), Who("张三", Office.STEWARD), reason="重新发布", now=bureau.clock()
    )
    sign_off(bureau.engine, contract.name, Who("李局长", Office.HEAD), now=bureau.clock())
    approve(bureau.engine, contract.name, AUTHORITY, now=bureau.clock(), seen_added_condition=True)


def told(bureau: Any) -> tuple[Announcement, ...]:
    with reading(bureau.engine) as connection:
        return announcements(connection, name=AIR.name)


def test_a_running_grant_stops_answering_and_answers_again_after_publication(busy: Any) -> None:
    held = busy.held(busy.weather)
    assert isinstance(busy.ask(held, HOURLY), Answered)
    withdrawn(busy)
    refused = busy.ask(held, HOURLY)
    assert not isinstance(refused, Answered), "a withdrawn dataset is not read"
    assert busy.row(held).state == "in_force"
    published_again(busy)
    assert isinstance(busy.ask(held, HOURLY), Answered)


def test_nobody_requests_or_signs_what_was_withdrawn(busy: Any) -> None:
    permitted = busy.permitted(busy.department, busy.weather)
    withdrawn(busy)
    with pytest.raises(Refused):
        busy.permitted(busy.department, busy.weather)
    with pytest.raises(Refused, match=r"grant\.dataset\.unknown"):
        busy.sign_under(permitted, busy.department, busy.weather)


def test_a_breaking_revision_is_told_to_each_grant_and_composed_dataset_that_feels_it(busy: Any) -> None:
    held = busy.held(busy.weather)
    gone = replace(AIR, fields=tuple(f for f in AIR.fields if f.name != "pm25"))
    published_again(busy, gone)
    found = {each.kind: each for each in told(busy)}
    assert sorted(found) == ["composed", "grant"]
    assert (found["grant"].target, found["grant"].organisation) == (held.id, held.grantee)
    assert (found["grant"].breaks, found["grant"].from_revision, found["grant"].to_revision) == (True, 1, 2)
    assert any("pm25" in line for line in found["grant"].effects)
    assert found["composed"].target == "eco.figures"


def test_a_revoked_grant_and_a_harmless_revision_are_told_nothing(busy: Any) -> None:
    published_again(busy, replace(AIR, summary="逐时读数"))
    assert told(busy) == ()
    busy.revoke(busy.held(busy.weather))
    stations = tuple(replace(f, type=FieldType.STRING) if f.name == "pm25" else f for f in AIR.fields)
    published_again(busy, replace(AIR, fields=stations))
    assert [each.kind for each in told(busy)] == ["composed"]


def test_a_returned_revision_is_told_to_nobody_until_it_is_published(busy: Any) -> None:
    gone = replace(AIR, fields=AIR.fields[:1])
    submit(busy.engine, (gone, None), Who("张三", Office.STEWARD), reason="精简", now=busy.clock())
    sign_off(busy.engine, AIR.name, Who("李局长", Office.HEAD), now=busy.clock())
    assert told(busy) == ()
    assert isinstance(busy.ask(busy.held(busy.weather), HOURLY), Answered)


def test_the_answer_to_a_query_on_a_withdrawn_dataset_names_no_reason_of_the_withdrawal(busy: Any) -> None:
    withdrawn(busy)
    refused = busy.ask(busy.held(busy.weather), HOURLY)
    decision = getattr(refused, "decision", refused)
    assert isinstance(decision, Deny)
    assert "数据有误" not in str(decision)
