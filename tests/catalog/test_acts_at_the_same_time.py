"""Acts of several people at the same instant: each is taken once, on what its actor saw."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Engine

from catalog import revisions
from catalog.cataloging import checking, steps, telling
from catalog.cataloging.acts import Who
from catalog.cataloging.answering import refuse, retract, return_
from catalog.cataloging.entering import Acts, catalogue_all
from catalog.cataloging.errors import ActRefused
from catalog.cataloging.steps import approve, sign_off, submit
from catalog.store import reading
from contracts.model import Contract, Field, Party, ShareType, Sharing
from policies.machine import IllegalStep, Office

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


def history(engine: Engine) -> dict[str, Any]:
    with reading(engine) as connection:
        return telling.history(connection, NAME)


def at_once(*works: Callable[[], Any]) -> list[str]:
    """What came of each, begun at one instant: ``done`` or the name of its error."""
    gate = Barrier(len(works))

    def take(work: Callable[[], Any]) -> str:
        gate.wait()
        try:
            work()
        except (IllegalStep, ActRefused) as error:
            return type(error).__name__
        return "done"

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(take, works))


def test_two_approvals_at_once_publish_once(engine: Engine) -> None:
    submit(engine, (SCHOOLS, None), STEWARD, reason="首次", now=NOW)
    sign_off(engine, NAME, HEAD, now=NOW)
    came = at_once(*[lambda: approve(engine, NAME, AUTHORITY, now=NOW)] * 3)
    assert sorted(came) == ["IllegalStep", "IllegalStep", "done"]
    acts = [act["event"] for act in history(engine)["acts"]]
    assert acts == ["compile", "check", "sign_off", "review", "publish"]


def test_a_return_a_refusal_and_an_approval_at_once_are_one_act(engine: Engine) -> None:
    submit(engine, (SCHOOLS, None), STEWARD, reason="首次", now=NOW)
    sign_off(engine, NAME, HEAD, now=NOW)
    came = at_once(
        lambda: approve(engine, NAME, AUTHORITY, now=NOW),
        lambda: return_(engine, NAME, AUTHORITY, ["补摘要"], now=NOW),
        lambda: refuse(engine, NAME, AUTHORITY, basis="《政务数据共享条例》第十六条", reason="重复", now=NOW),
    )
    assert came.count("done") == 1
    assert history(engine)["state"] in ("published", "returned", "refused")


def test_two_stewards_enter_two_new_datasets_at_once_with_codes_of_their_own(engine: Engine) -> None:
    def enter(table: str) -> None:
        given = replace(SCHOOLS, id=table, table=table)
        catalogue_all(engine, [(given, None)], Acts(by="张三", reason="首次", now=NOW))

    assert at_once(*[lambda table=f"t{n}": enter(table) for n in range(4)]) == ["done"] * 4
    with reading(engine) as connection:
        assert len({each.code for each in revisions.all_current(connection)}) == 4


def test_a_named_revision_is_not_submitted_over_a_newer_one(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit(engine, (SCHOOLS, None), STEWARD, reason="首次", now=NOW)
    retract(engine, NAME, STEWARD, reason="补充", now=NOW)
    newer = replace(SCHOOLS, summary="同事补的摘要")
    check = checking.prepared

    def while_a_colleague_submits(*given: Any) -> Any:
        """The check of the entry, after it was read and before the act is written."""
        monkeypatch.setattr(steps, "prepared", check)
        submit(engine, (newer, None), Who("王五", Office.STEWARD), reason="补摘要", now=NOW)
        return check(*given)

    monkeypatch.setattr(steps, "prepared", while_a_colleague_submits)
    with pytest.raises(ActRefused, match="a newer revision"):
        submit(engine, NAME, STEWARD, reason="再交", now=NOW)
    with reading(engine) as connection:
        assert revisions.current(connection, NAME).contract.summary == "同事补的摘要"
