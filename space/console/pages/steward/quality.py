"""The quality report of a dataset: its score, where it falls short, what that does; also to print."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from nicegui import ui

from space.console.frame import at
from space.console.pages.catalogue.words import five_grade, five_grade_says
from space.console.pages.steward.rectification import case_list
from space.console.pages.steward.stopped import why_stopped
from space.console.pages.steward.words import ACTIONS, BUILDS, DIMENSIONS, RULES, called
from space.console.paging import page
from space.console.parts import charts
from space.console.parts.figures import Figure, cards, instant, number, plain, share
from space.console.parts.notes import empty
from space.console.parts.tables import Column, table
from space.console.parts.ways import link, to_paper
from space.console.parts.words import Words, facts, heading
from space.console.seats import Seat


@page("/steward/quality/{name}", "质量报告", "Quality report")
async def quality(seat: Seat) -> None:
    """Score, dimensions, trend, rules, cases to be mended."""
    name, say = seat.names["name"], seat.say
    told, cases = await asyncio.gather(
        seat.calls.get(f"/v1/quality/{name}"), seat.calls.get("/v1/rectifications", name=name)
    )
    link(f"← {told['title']}", at(f"/steward/entries/{name}"))
    if not told["attempt"]:
        empty(
            say("还没有加工过数据", "No data was built yet"),
            say(
                "数据入库加工后，这里会有评分、各维度得分和问题清单。",
                "Once data is built its score will stand here.",
            ),
        )
        return
    with ui.element("div").classes("ybz-doing"):
        ui.button(say("打印", "Print"), icon="print", on_click=to_paper).props("outline")
    _heads(seat, told)
    _attempt(seat, told)
    _charts(seat, told)
    _worst(seat, told)
    if cases["cases"]:
        heading(say("待整改的问题", "To be mended"))
        case_list(seat, cases["cases"])
    _rules(seat, told)


def _heads(seat: Seat, told: Mapping[str, Any]) -> None:
    say, attempt, release = seat.say, told["attempt"], told["release"]
    on = instant(attempt["at"])
    grade = told["grade5"]
    cards(
        [
            Figure(
                say("质量得分", "Score"), share(told["score"], 2),
                say("各维度得分按权重合计，满分 100%。", "The dimensions, weighted together."), on,
            ),
            Figure(
                say("等级", "Grade"), five_grade(grade, say) if grade else plain(None),
                five_grade_says(grade, say) if grade else plain(None), on,
            ),
            Figure(
                say("在用版本行数", "Rows in use"), number(release["rows"] if release else None),
                say("最近发布的版本里的行数。", "Rows of the newest release."), on,
            ),
            Figure(
                say("最近一次拒收", "Left out last time"), number(attempt["quarantined"]),
                say("最近一次加工中被规则拒收的行，不在版本里。", "Rows left out of it."),
                on,
            ),
        ],
        say,
    )  # fmt: skip


def _attempt(seat: Seat, told: Mapping[str, Any]) -> None:
    """How the last build ended, and what stopped it."""
    say, attempt = seat.say, told["attempt"]
    good = attempt["state"] in ("released", "unchanged")
    with ui.element("section").classes("ybz-panel"):
        with ui.element("div").classes("ybz-headline"):
            heading(say("最近一次加工", "The last build"))
            Words("span", called(say, BUILDS, attempt["state"])).classes(
                f"ybz-badge {'good' if good else 'bad'}"
            )
        facts(
            [
                (say("时间", "When"), instant(attempt["at"])),
                (
                    say("文件行数（含表头）", "Lines of the files, headings included"),
                    say(f"{number(attempt['lines_read'])} 行", f"{number(attempt['lines_read'])} lines"),
                ),
                (
                    say("入库", "Taken"),
                    say(f"{number(attempt['typed'])} 行", f"{number(attempt['typed'])} rows"),
                ),
                (
                    say("拒收", "Left out"),
                    say(f"{number(attempt['quarantined'])} 行", f"{number(attempt['quarantined'])} rows"),
                ),
                (say("拒收上限", "Most that may leave"), share(told["quarantine_limit"], 0)),
            ]
        )
        if attempt["reason"]:
            ui.label(
                say("没有放行的原因：", "Why it was not released: ") + why_stopped(say, attempt["reason"])
            ).classes("ybz-note bad")


def _charts(seat: Seat, told: Mapping[str, Any]) -> None:
    say = seat.say
    with ui.element("div").classes("ybz-two"):
        labels = [called(say, DIMENSIONS, each) for each in told["dimensions"]]
        values = [_percent(one["x"]) for one in told["dimensions"].values()]
        charts.bars(
            say("各维度得分", "Score by dimension"), labels, {say("得分", "Score"): values}, say, unit="%"
        )
        points = told["trend"]
        charts.lines(
            say("历次版本得分", "Score by release"),
            [say(f"第{one['release']}版", f"#{one['release']}") for one in points],
            {say("得分", "Score"): [_percent(one["score"]) for one in points]},
            say, unit="%",
        )  # fmt: skip


def _percent(value: float | None) -> float | None:
    return None if value is None else round(100 * value, 2)


def _worst(seat: Seat, told: Mapping[str, Any]) -> None:
    say = seat.say
    if not told["worst_fields"]:
        return
    kinds = {one["rule"]: called(say, RULES, one["kind"]) for one in told["rules"]}
    heading(say("问题最多的信息项", "Where it falls short most"))
    rows = [
        {
            "field": one["field"], "title": one["title"], "bad": number(one["bad"]),
            "share": share(one["share"], 2),
            "rules": say("、", ", ").join(kinds.get(rule, rule) for rule in one["rules"]),
        }
        for one in told["worst_fields"]
    ]  # fmt: skip
    columns = [
        Column("title", say("信息项", "Item")),
        Column("bad", say("不符的格数", "Faulty cells"), numeric=True),
        Column("share", say("占比", "Share"), numeric=True),
        Column("rules", say("没达到的规则", "Rules not met")),
    ]
    table(columns, rows, say, caption=say("按不符占比", "By the share of faulty cells"), key="field")


def _rules(seat: Seat, told: Mapping[str, Any]) -> None:
    say = seat.say
    rows = [
        {
            "rule": one["rule"],
            "kind": called(say, RULES, one["kind"]),
            "titles": say("、", ", ").join(one["titles"]) or say("整个数据集", "The dataset"),
            "dimension": called(say, DIMENSIONS, one["dimension"]),
            "action": called(say, ACTIONS, one["action"]),
            "x": share(one["x"], 2) if one["evaluated"] else say("未评", "not assessed"),
            "was": share(one["was"], 2),
            "state": say("达到", "met") if one["passed"] else say("未达到", "not met"),
            "tone": "good" if one["passed"] else "bad" if one["action"] != "warn" else "warn",
        }
        for one in sorted(told["rules"], key=lambda one: (one["passed"], one["rule"]))
    ]
    columns = [
        Column("titles", say("信息项", "Item")),
        Column("kind", say("规则", "Rule")),
        Column("dimension", say("维度", "Dimension")),
        Column("action", say("不符时", "Otherwise")),
        Column("x", say("相符", "Good"), numeric=True),
        Column("was", say("上一版", "Before"), numeric=True),
        Column("state", say("结果", "Outcome"), badge="tone"),
    ]
    heading(say("全部规则", "Every rule"))
    table(columns, rows, say, caption=say(f"{len(rows)} 条规则", f"{len(rows)} rules"), key="rule")
