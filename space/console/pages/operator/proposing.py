"""Proposing a scenario: what is to be done, with which items and why each is needed, what is risked."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from nicegui import ui

from policies.clocks import local_date
from policies.rulebook import rule
from space.console.pages.operator.around import address, purpose_of, ways
from space.console.paging import page
from space.console.parts.notes import done
from space.console.parts.ways import go
from space.console.parts.words import Words, heading
from space.console.seats import Seat


@dataclass(slots=True)
class _Form:
    """The fields of a proposal by their names; items by dataset and field."""

    fields: dict[str, Any] = field(default_factory=dict)
    items: dict[str, dict[str, Any]] = field(default_factory=dict)
    reasons: dict[str, Any] = field(default_factory=dict)

    def said(self, name: str) -> str:
        """What was filled in."""
        return str(self.fields[name].value or "").strip()


@page("/operator/scenarios/{number}", "提出应用场景", "Propose a scenario")
async def proposing(seat: Seat) -> None:
    """A form for a scenario under an agreement."""
    ways(seat)
    say, number = seat.say, seat.names["number"]
    found = await seat.calls.get(f"/v1/agreements/{quote(number, safe='')}")
    known = await asyncio.gather(
        *(seat.calls.get(f"/v1/datasets/{name}/dictionary") for name in found["listed"])
    )
    form = _Form()
    Words("p", say(f"依据协议 {number}。实施机构审核采纳后才能据以申请数据。",
                   f"Under {number}; data are asked for once it is adopted."))  # fmt: skip
    with ui.element("section").classes("ybz-panel ybz-op-form"):
        heading(say("做什么", "What for"))
        _text(form, "title", say("名称", "Title"))
        _choice(form, "purpose", say("用途", "Purpose"), {one: purpose_of(one, say) for one in
                                                        found["stated"]["purposes"]})  # fmt: skip
        _text(form, "description", say("说明", "Description"), long=True)
        _text(form, "valid_to", say("用到哪一天（如 2027-05-21）", "Until (as 2027-05-21)"))
        _text(form, "person", say("负责人（单位和姓名）", "Person in charge"))
    with ui.element("section").classes("ybz-panel ybz-op-form"):
        heading(say("要哪些数据项，为什么", "Which items, and why"))
        for one in known:
            _items(seat, form, one)
    with ui.element("section").classes("ybz-panel ybz-op-form"):
        heading(say("安全风险评估", "Risk assessment"))
        levels = rule("operation", "risk_levels", local_date(datetime.now(UTC))).value
        _choice(
            form, "level", say("风险等级", "Level"), {code: say(str(zh), code) for code, zh in levels.items()}
        )
        _text(form, "findings", say("评估结论", "Findings"), long=True)
        _text(form, "measures", say("防控措施", "Measures"), long=True)
        _text(form, "assessed_by", say("评估人", "Assessed by"))
        _text(form, "assessed_on", say("评估日期（如 2026-02-10）", "Assessed on (as 2026-02-10)"))
    with ui.element("section").classes("ybz-panel ybz-op-form"):
        heading(say("产品", "Product"))
        products = {one["name"]: one["name"] for one in found["stated"]["products"]}
        _choice(form, "product", say("协议写明的产品", "A product of the agreement"), products)
    with ui.element("div").classes("ybz-doing"):
        ui.button(
            say("提交实施机构", "Propose"), icon="send", on_click=lambda: _propose(seat, form, found)
        ).props("unelevated")


def _text(form: _Form, name: str, label: str, *, long: bool = False) -> None:
    made = ui.textarea(label) if long else ui.input(label)
    form.fields[name] = made.props("outlined dense stack-label").classes("ybz-wide")


def _choice(form: _Form, name: str, label: str, choices: dict[str, str]) -> None:
    made = ui.select(choices, label=label, value=next(iter(choices), None))
    form.fields[name] = made.props("outlined dense stack-label").classes("ybz-wide")


def _items(seat: Seat, form: _Form, known: dict[str, Any]) -> None:
    name = known["name"]
    with ui.element("fieldset").classes("ybz-op-items"):
        Words("legend", f"{known['title']} {name}")
        form.items[name] = {}
        with ui.element("div").classes("ybz-doing"):
            for column in known["columns"]:
                if column["use"] not in ("never", "free_text"):
                    form.items[name][column["name"]] = ui.checkbox(column["title"] or column["name"])
        form.reasons[name] = (
            ui.input(seat.say("为什么需要这些项", "Why these are needed"))
            .props("outlined dense stack-label")
            .classes("ybz-wide")
        )


async def _propose(seat: Seat, form: _Form, found: dict[str, Any]) -> None:
    chosen = {name: [one for one, box in boxes.items() if box.value] for name, boxes in form.items.items()}
    risk = ("level", "findings", "measures", "assessed_by", "assessed_on")
    product = [one for one in found["stated"]["products"] if one["name"] == form.said("product")]
    await seat.calls.post(
        "/v1/scenarios",
        {
            "agreement": found["number"],
            **{name: form.said(name) for name in ("title", "purpose", "description", "valid_to", "person")},
            "risk": {name: form.said(name) for name in risk},
            "products": product,
            "items": [
                {"dataset": name, "fields": dict.fromkeys(fields, str(form.reasons[name].value or ""))}
                for name, fields in chosen.items()
                if fields
            ],
        },
    )
    done(seat.say("已提交，等实施机构采纳", "Proposed"))
    go(address(f"/agreements/{found['number']}"))
