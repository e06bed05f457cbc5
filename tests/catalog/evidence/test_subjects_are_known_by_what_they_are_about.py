"""Ids in the log are told by what they are about: the log says it itself, once, at their beginning."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine

from catalog.evidence import integrate, record
from catalog.evidence.events import events
from catalog.evidence.subjects import About, abouts
from catalog.keys import Keys
from catalog.store import reading, writing
from catalog.store.parts import Part
from tests.catalog.evidence.conftest import NOON

VALUE = About(("civil.aid",), "living")


@pytest.fixture
def told(engine: Engine) -> Engine:
    """A log of a challenge, a notice of it, a clock, a report by its number, a contract by its digest."""
    said: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("correction:challenge:open", "cor_1", {"dataset": "civil.aid", "field": "living", "by": "陈静"}),
        ("correction:challenge:accept", "cor_1", {"by": "赵平", "department": "dept-a"}),
        ("catalog:clock:start", "challenge:cor_1", {"clock": "clk_1", "subject": "challenge:cor_1"}),
        ("backflow:delivery:order", "rdo_1", {"by": "陈静", "subject": "cor_1"}),
        ("space:agreement:sign", "agr_1", {"number": "云数授〔2026〕3号", "office": "operator"}),
        ("space:contract:begin", "ctr_1", {"agreement": "0" * 64}),
        ("space:body:register", "body-a", {"organisation": "body-a"}),
    )
    with writing(engine) as connection:
        for event, subject, body in said:
            record(connection, event=event, subject=subject, body=body, now=NOON)
    return engine


@pytest.mark.parametrize(
    ("subject", "about"),
    [
        ("cor_1", VALUE),
        ("challenge:cor_1", VALUE),
        ("rdo_1", VALUE),
        ("agr_1", About(number="云数授〔2026〕3号")),
        ("body-a", About(party="body-a")),
    ],
)
def test_a_subject_is_about_what_the_log_says_of_it(told: Engine, subject: str, about: About) -> None:
    with reading(told) as connection:
        assert abouts(connection, [subject]) == {subject: about}


@pytest.mark.parametrize("subject", ["ctr_1", "nothing_1", "req_1", "mrg_1"])
def test_what_the_ledger_does_not_tell_is_left_out(told: Engine, subject: str) -> None:
    with reading(told) as connection:
        assert abouts(connection, [subject]) == {}


def test_what_was_done_to_somebody_is_not_told_as_done_by_them(engine: Engine, keys: Keys) -> None:
    entered, opened = {"by": "per_admin", "person": "per_1"}, {"person": "per_1", "session": "ses_1"}
    with writing(engine) as connection:
        record(connection, event="space:membership:enter", subject="per_1", body=entered, now=NOON)
        record(connection, event="space:session:open", subject="per_1", body=opened, now=NOON)
    integrate(engine, keys.signer, NOON)
    with reading(engine) as connection:
        theirs = [one.event for one in events(connection, Part(None, 20), by="per_1")]
        admins = [one.event for one in events(connection, Part(None, 20), by="per_admin")]
    assert theirs == ["space:session:open"]
    assert admins == ["space:membership:enter"]
