"""Drafting a contract 起草合约 on a permitted request: until when, who is in charge, the rest by rules.

Decides nothing: what a draft leaves out the interface fills in, and the draft is then written anew at will.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nicegui import ui

from space.console.calling import Declined
from space.console.pages.contracting import words
from space.console.pages.contracting.around import address, around, names
from space.console.pages.contracting.changes import Names
from space.console.pages.contracting.countering import named
from space.console.pages.department.around import every
from space.console.paging import page
from space.console.parts.figures import instant
from space.console.parts.notes import done, empty, reasons
from space.console.parts.ways import go
from space.console.parts.words import Words, heading
from space.console.seats import Seat

_WAYS = {"query": ["aggregate"], "verification": ["verify"], "file": ["list"], "exchange": ["list"]}


# Its address is taken before that of one contract, which any name would fit.
@page("/operator/contracts/new", "起草合约", "Draft a contract")
@page("/department/contracts/new", "起草合约", "Draft a contract")
async def drafting(seat: Seat) -> None:
    """A draft on one of the permitted requests the reader's organisation filed or answered."""
    around(seat)
    say = seat.say
    found = await _permitted(seat)
    if not found:
        empty(
            say("没有获同意的申请", "No permitted request"),
            say(
                "合约据获同意的申请起草：先提出申请，获同意后在这里谈条款。",
                "A contract is drafted on a permitted request: file one, and negotiate once it is permitted.",
            ),
        )
        return
    held = {name for one in found.values() for name in one["datasets"]}
    called, _ = await names(seat, held)
    _Form(seat, found, called).build()


class _Form:
    """What a draft begins with."""

    def __init__(self, seat: Seat, found: Mapping[str, Mapping[str, Any]], called: Names) -> None:
        self._seat, self._found, self._called = seat, found, called

    def build(self) -> None:
        """Put it into the page."""
        say, found = self._seat.say, self._found
        comma = say("、", ", ")
        choices = {
            code: " · ".join(
                filter(
                    None,
                    (
                        comma.join(self._called[name] for name in one["datasets"]),
                        one["statement"].get("scenario"),
                        instant(one["received_at"]),
                    ),
                )
            )
            for code, one in found.items()
        }
        wanted = self._seat.query.get("request", "")
        first = wanted if wanted in choices else next(iter(choices))
        with ui.element("section").classes("ybz-panel ybz-op-form"):
            heading(say("据哪件申请、由谁负责", "On which request, who is in charge"))
            self._of = ui.select(choices, label=say("获同意的申请", "Permitted request"), value=first)
            self._of.props("outlined stack-label dense").classes("ybz-wide")
            self._until = self._text("valid_to", str(found[first]["use_until"] or "")).props("type=date")
            self._manager, self._user = (self._text(f"in_charge.{key}") for key in ("manager", "user"))
            self._provider = ui.select(self._providers(first), label=say("由谁提供", "Provided by"), value="")
            self._provider.props("outlined stack-label dense").classes("ybz-wide")
            self._why = self._text(say("做什么用（对方会看到）", "What for; the other side reads it"))
            self._of.on_value_change(lambda e: self._chosen(str(e.value)))
            fine = say(
                "其余条款先按规则填好，起草后可以逐项改，再发出要约。",
                "All else is filled in by the rules; change it before you offer.",
            )
            Words("p", fine).classes("ybz-fine")
            self._told = ui.element("div")
            with ui.element("div").classes("ybz-doing"):
                ui.button(say("起草", "Draft"), on_click=self._draft).props("unelevated")

    def _chosen(self, request: str) -> None:
        self._until.set_value(str(self._found[request]["use_until"] or ""))
        self._provider.set_options(self._providers(request), value="")

    def _providers(self, request: str) -> dict[str, str]:
        """Who may provide: whoever answered the request; on the other side of it, the reader's own."""
        say, one = self._seat.say, self._found[request]
        if one["applicant"] != self._seat.organisation:
            return {"": self._seat.called}
        usual = say(
            "按规则：实施机构，或者唯一的数源部门", "by rule: the implementing body, or the one source"
        )
        return {"": usual} | {case["owner_code"]: case["owner"] for case in one["cases"]}

    def _text(self, label: str, value: str = "") -> Any:
        made = ui.input(words.called(self._seat.say, words.TERMS, label), value=value)
        return made.props("outlined stack-label dense").classes("ybz-wide")

    async def _draft(self) -> None:
        self._told.clear()
        try:
            made = await self._seat.calls.post("/v1/contracts", self._body())
        except Declined as declined:
            with self._told:
                reasons(self._seat, named(self._seat, declined, self._called))
            return
        done(self._seat.say("已起草", "Drafted"))
        go(address(self._seat, f"/{made['id']}"))

    def _body(self) -> dict[str, Any]:
        request = self._found[str(self._of.value)]
        terms = {
            "purpose": request["purpose"],
            "datasets": [{"name": name, "columns": held} for name, held in request["datasets"].items()],
            "analyses": _WAYS.get(request["statement"].get("method", ""), ["aggregate"]),
            "valid_to": str(self._until.value or ""),
            "in_charge": {"manager": str(self._manager.value or ""), "user": str(self._user.value or "")},
        }
        why, provider = str(self._why.value or ""), str(self._provider.value or "").strip()
        body = {"why": why, "terms": terms, "request": request["id"], "to": request["applicant"]}
        if request["applicant"] == self._seat.organisation and provider:
            body["provider"] = provider
        return body


async def _permitted(seat: Seat) -> dict[str, dict[str, Any]]:
    """Permitted requests by their ids; one that was answered here where the address names it."""
    try:
        found = [one for one in await every(seat, "/v1/requests", "requests") if one["state"] == "permitted"]
    except Declined:  # the role files none
        found = []
    named_ = seat.query.get("request", "")
    if named_ and all(one["id"] != named_ for one in found):
        found.append(await seat.calls.get(f"/v1/requests/{named_}/answering"))
    made = {}
    for one in reversed(found):
        columns: dict[str, list[str]] = {}
        for item in one["items"]:
            if item["answer"] == "permitted":
                columns.setdefault(item["dataset"], []).append(item["field"])
        if columns:
            made[one["id"]] = {**one, "datasets": columns}
    return made
