"""Quality of a dataset: public scores by dimension and their trend; for its keepers, rules and fields."""

from __future__ import annotations

import asyncio
from typing import Any

from nicegui import ui

from policies.access import Act
from space.console.pages.catalogue.one import (
    Document,
    dataset,
    head,
    nothing,
    only_for_keepers,
    where_allowed,
)
from space.console.pages.catalogue.words import DIMENSIONS, five_grade, five_grade_says, told
from space.console.pages.steward.words import RULES, called
from space.console.paging import page
from space.console.parts import charts
from space.console.parts.figures import number, share
from space.console.parts.notes import empty
from space.console.parts.tables import Column, table
from space.console.parts.ways import link
from space.console.parts.words import badge, heading
from space.console.seats import Seat


@page("/catalogue/{name}/quality", "数据质量", "Quality")
async def quality(seat: Seat) -> None:
    """Scores by dimension, their trend, and what its keepers see of them."""
    name = seat.names["name"]
    inner = where_allowed(seat.calls.get(f"/v1/quality/{name}")) if seat.may(Act.DETAIL_READ) else nothing()
    found, past, kept = await asyncio.gather(
        dataset(seat), seat.calls.get(f"/v1/datasets/{name}/releases"), inner
    )
    head(seat, found, "quality")
    if found["quality"] is None and not kept:
        empty(
            seat.say("还没有评价", "Not assessed yet"),
            seat.say(
                "数据发布时按质量规则检验，得分会显示在这里。",
                "Scores stand here once a release was checked.",
            ),
        )
        return
    _public(seat, found, past["releases"])
    if kept:
        _kept(seat, kept)
    else:
        only_for_keepers(seat)


def _public(seat: Seat, found: Document, releases: list[Any]) -> None:
    say = seat.say
    missing = say("\n未评价", "\nnot assessed")
    names = [
        say(*DIMENSIONS[each]) + ("" if found["dimensions"].get(each) is not None else missing)
        for each in DIMENSIONS
    ]
    now = [_percent(found["dimensions"].get(each)) for each in DIMENSIONS]
    ordered = releases[::-1]
    labels = [say(f"第 {one['number']} 版", f"no. {one['number']}") for one in ordered]
    series = {say("总分", "Score"): [_percent(one["quality"]) for one in ordered]} | {
        say(*DIMENSIONS[each]): [_percent(one["dimensions"].get(each)) for one in ordered]
        for each in DIMENSIONS
        if any(one["dimensions"].get(each) is not None for one in ordered)
    }
    assessed = sum(value is not None for value in now)
    ui.label(
        say(
            f"总分按已评价的 {assessed} 个维度（共 {len(now)} 个）加权得出；"
            "没有对应规则的维度不评价，也不算 0 分。公开值取整，只保留到百分之一。",
            f"The score weighs the {assessed} dimensions assessed, of {len(now)}; one without a rule is not "
            "assessed, nor 0. Public values are rounded to a per cent.",
        )
    ).classes("ybz-fine")
    with ui.element("div").classes("ybz-two"):
        charts.bars(
            say("各维度得分（%，公开值）", "By dimension (%, public)"),
            names,
            {say("得分", "Score"): now},
            say,
            sideways=True,
        )
        charts.lines(say("历次发布的得分（%，公开值）", "Over releases (%, public)"), labels, series, say)


def _kept(seat: Seat, kept: Any) -> None:
    """What those see who keep the dataset: exact counts, never a value."""
    say = seat.say
    heading(say("内部质量报告", "The keepers' report"))
    with ui.element("div").classes("ybz-row"):
        ui.label(say("精确得分", "Exact score"))
        badge(share(kept["score"], 2), "calm")
        if kept["grade5"]:
            badge(
                f"{five_grade(kept['grade5'], say)} · {five_grade_says(kept['grade5'], say)}",
                "good" if kept["grade5"]["level"] <= 2 else "warn",
            )
        link(say("可打印的报告", "Report to print"), f"/v1/quality/{kept['dataset']}/page")
    _rules(seat, kept["rules"])
    if kept["worst_fields"]:
        kinds = {one["rule"]: called(say, RULES, one["kind"]) for one in kept["rules"]}
        rows = [
            {
                "field": one["field"],
                "title": one["title"],
                "bad": one["bad"],
                "share": share(one["share"], 2),
                "rules": say("、", ", ").join(kinds.get(rule, rule) for rule in one["rules"]),
            }
            for one in kept["worst_fields"]
        ]
        columns = [
            Column("title", say("信息项", "Item")),
            Column("bad", say("问题数", "Faulty"), numeric=True),
            Column("share", say("最高问题率", "Largest share"), numeric=True),
            Column("rules", say("规则", "Rules")),
        ]
        table(columns, rows, say, caption=say("问题最多的信息项", "Items with most faults"), key="field")


def _rules(seat: Seat, rules: list[Any]) -> None:
    say = seat.say
    actions = {
        "quarantine": say("隔离该行", "row set aside"),
        "stop": say("停止发布", "stops the release"),
        "warn": say("计入得分", "counted"),
    }
    rows = [
        {
            "rule": one["rule"],
            "kind": called(say, RULES, one["kind"]),
            "titles": say("、", ", ").join(one["titles"]) or say("整个数据集", "The dataset"),
            "dimension": told(DIMENSIONS, one["dimension"], say),
            "good": f"{number(one['good'])} / {number(one['evaluated'])}",
            "x": share(one["x"], 2),
            "was": share(one["was"], 2),
            "action": actions.get(one["action"], one["action"]),
            "passed": say("通过", "passed") if one["passed"] else say("未通过", "failed"),
            "tone": "good" if one["passed"] else "bad",
        }
        for one in sorted(rules, key=lambda one: one["passed"])
    ]
    columns = [
        Column("kind", say("规则", "Rule")),
        Column("titles", say("信息项", "Items")),
        Column("dimension", say("维度", "Dimension")),
        Column("good", say("合格 / 检验", "Good / checked"), numeric=True),
        Column("x", say("合格率", "Share"), numeric=True),
        Column("was", say("上次", "Before"), numeric=True),
        Column("action", say("不合格时", "On a fault")),
        Column("passed", say("结果", "Result"), badge="tone"),
    ]
    table(columns, rows, say, caption=say("逐条规则，未通过的在前", "Rules, the failed first"), key="rule")


def _percent(value: float | None) -> float | None:
    return None if value is None else round(100 * value, 2)
