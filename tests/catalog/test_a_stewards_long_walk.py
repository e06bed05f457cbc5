"""An entry that is returned twice, refused, retracted and submitted again: what it owes and what it shows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from catalog import revisions
from catalog.cataloging import telling
from catalog.cataloging.acts import Who
from catalog.cataloging.answering import refuse, retract, return_, trigger
from catalog.cataloging.errors import ActRefused
from catalog.cataloging.steps import approve, sign_off, submit
from catalog.organisations import units
from catalog.store import reading, writing
from contracts.codes import uscc_check
from contracts.model import Contract, Field, Party, ShareType, Sharing
from policies.machine import Office

NOW = datetime(2026, 9, 24, 8, 0, tzinfo=UTC)
STEWARD, HEAD, AUTHORITY = (
    Who("张三", Office.STEWARD), Who("李局长", Office.HEAD), Who("数据局", Office.AUTHORITY),
)  # fmt: skip
SCHOOLS = Contract(
    id="schools", title="学校名录", schema="edu", table="schools", status="active",
    department=Party("云州市教育局", "11330100MB0F12345X"), classification="主题/公共服务",
    sharing=Sharing(ShareType.UNCONDITIONAL), fields=(Field(name="code"), Field(name="area")),
)  # fmt: skip
NAME = SCHOOLS.name


def hand_in(engine: Engine, days: int = 0, **change: Any) -> None:
    now = NOW + timedelta(days=days)
    submit(engine, (replace(SCHOOLS, **change), None), STEWARD, reason="改版", now=now)


def signed(engine: Engine, days: int = 0, **change: Any) -> None:
    hand_in(engine, days, **change)
    sign_off(engine, NAME, HEAD, now=NOW + timedelta(days=days))


def publish(engine: Engine, days: int = 0, **change: Any) -> None:
    signed(engine, days, **change)
    approve(engine, NAME, AUTHORITY, now=NOW + timedelta(days=days))


def history(engine: Engine) -> dict[str, Any]:
    with reading(engine) as connection:
        return telling.history(connection, NAME)


def test_returned_twice_refused_retracted_and_published_it_tells_its_whole_way(engine: Engine) -> None:
    publish(engine)
    signed(engine, 1, summary="一")
    return_(engine, NAME, AUTHORITY, ["summary: 写明范围"], now=NOW + timedelta(days=1))
    signed(engine, 4, summary="二")
    return_(engine, NAME, AUTHORITY, ["summary: 仍不明"], now=NOW + timedelta(days=4))
    signed(engine, 5, summary="三")
    refuse(
        engine,
        NAME,
        AUTHORITY,
        basis="《政务数据共享条例》第十六条",
        reason="重复",
        now=NOW + timedelta(days=5),
    )
    hand_in(engine, 6, summary="四")
    retract(engine, NAME, STEWARD, reason="再想想", now=NOW + timedelta(days=6))
    with reading(engine) as connection:
        assert revisions.current(connection, NAME).number == 1, "what is in force stayed in force"
    publish(engine, 7, summary="五")
    told = history(engine)
    assert (told["state"], told["revision"], told["pending"]) == ("published", 6, None)
    after = [
        act["after"] for act in told["acts"] if act["event"] in ("return", "refuse", "retract", "publish")
    ]
    assert after == ["published", "returned", "returned", "refused", "retracted", "published"]
    states = [clock["state"] for clock in told["clocks"]]
    assert states == ["done", "done", "done"], "no review is owed any more"


def test_an_update_that_is_owed_cannot_be_retracted_by_way_of_a_later_revision(engine: Engine) -> None:
    publish(engine)
    trigger(engine, NAME, AUTHORITY, kind="law", what="条例修订", now=NOW)
    hand_in(engine, 1, summary="一")
    return_(engine, NAME, HEAD, ["summary: 写明范围"], now=NOW + timedelta(days=1))
    hand_in(engine, 2, summary="二")
    with pytest.raises(ActRefused, match="the update stays owed"):
        retract(engine, NAME, STEWARD, reason="不改了", now=NOW + timedelta(days=2))
    sign_off(engine, NAME, HEAD, now=NOW + timedelta(days=2))
    approve(engine, NAME, AUTHORITY, now=NOW + timedelta(days=2))
    hand_in(engine, 3, summary="三")
    retract(engine, NAME, STEWARD, reason="不改了", now=NOW + timedelta(days=3))


def test_the_review_is_owed_by_the_authority_of_the_organisation_tree(engine: Engine) -> None:
    code = "11330100MB0F00001" + uscc_check("11330100MB0F00001")
    with writing(engine) as connection:
        units.add(
            connection, code=code, name="云州市数据局", kind=units.UnitKind.AUTHORITY,
            valid_from=NOW.date(), basis="机构改革方案", by="张三", now=NOW,
        )  # fmt: skip
    signed(engine)
    (clock,) = history(engine)["clocks"]
    assert (clock["rule"], clock["owner"]) == ("catalogue_review", "云州市数据局")
