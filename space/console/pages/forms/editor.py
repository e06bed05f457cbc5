"""Drafting a form for the grass roots: about whom, which items and from where; compared, shown, filed."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final
from urllib.parse import quote

from nicegui import ui

from policies.clocks import local_date
from space.console.calling import Declined
from space.console.pages.forms import words
from space.console.pages.forms.draft import Draft
from space.console.pages.forms.items import Items
from space.console.pages.forms.listing import ROOM
from space.console.pages.forms.one import known
from space.console.pages.forms.showing import compared, sheet
from space.console.paging import page
from space.console.parts.asking import Question, asked_field
from space.console.parts.notes import done, reasons
from space.console.parts.scripts import asked, call
from space.console.parts.ways import go, link
from space.console.parts.words import Words, heading
from space.console.seats import Seat

_SCRIPT: Final = "keeping"
# The reason of an item that reads a copy, and how it names the field that answers.
_COPY: Final = "form.item.copy"
_READ: Final = "read "


@page("/steward/forms/new", "起草报表", "Draft a form")
async def editor(seat: Seat) -> None:
    """A guided form, empty or filled from a demand or a form of the list."""
    say = seat.say
    link(say("← 基层报表", "← Forms"), ROOM)
    draft = await _begun(seat)
    await known(seat, draft)
    place = ui.element("div").classes("ybz-wide")
    body = ui.element("div").classes("ybz-wide")
    with body:
        _Desk(seat, draft).build()
    if not draft.items:
        _offer(seat, place, body)


async def _begun(seat: Seat) -> Draft:
    """The draft the address names, or a new one for the rest of the year."""
    demand, form = seat.query.get("demand", ""), seat.query.get("form", "")
    try:
        if demand:
            found = await seat.calls.get(f"/v1/forms/demands/{quote(demand, safe='')}")
            return Draft.of(found["form"], found["reason"])
        if form:
            return Draft.of(await seat.calls.get(f"/v1/forms/{quote(form, safe='')}"))
    except Declined as declined:
        if declined.status != 404:  # what the address names is gone, or another's: an empty draft
            raise
    today = local_date(datetime.now(UTC))
    return Draft(
        {
            "period": "monthly", "subjectKind": "person", "validFrom": today.isoformat(),
            "validTo": f"{today.year + (today.month > 10)}-12-31",
        }
    )  # fmt: skip


def _kept_as(seat: Seat) -> str:
    who = seat.person or seat.name
    return "form-" + sha256(f"{seat.organisation} {who}".encode()).hexdigest()[:16]


def _offer(seat: Seat, place: ui.element, body: ui.element) -> None:
    """Once the page stands: to go on with what was not filed, or to leave it."""
    say = seat.say

    async def look() -> None:
        found = None
        with suppress(TimeoutError):  # a browser that keeps nothing, or says nothing
            found = await asked(_SCRIPT, "kept", _kept_as(seat))
        draft = None if found is None else Draft.from_kept(found)
        if draft is None:
            return

        async def on() -> None:
            place.clear()
            await known(seat, draft)
            body.clear()
            with body:
                _Desk(seat, draft).build()

        def leave() -> None:
            call(_SCRIPT, "drop", _kept_as(seat))
            place.clear()

        with place, ui.element("section").classes("ybz-panel ybz-line").props('role="status"'):
            told = draft.stated.get("title") or say("还没有名称", "no title yet")
            ui.label(say(f"上次有一张没提交：{told}", f"Not filed last time: {told}"))
            ui.button(say("接着写", "Go on with it"), on_click=on).props("unelevated")
            ui.button(say("不要了", "Leave it"), on_click=leave).props("flat")

    ui.timer(0, look, once=True)


class _Desk:
    """The page of a draft."""

    def __init__(self, seat: Seat, draft: Draft) -> None:
        self._seat, self._draft = seat, draft

    def build(self) -> None:
        """The parts in their order."""
        say = self._seat.say
        self._about()
        self._items = Items(self._seat, self._draft, self._changed)
        self._items.build()
        with ui.element("section").classes("ybz-panel ybz-op-form"):
            heading(say("填报对象", "Who it is filled for"))
            self._roster = ui.element("div")
        self._show_roster()
        self._told = ui.element("div").classes("ybz-wide")
        with ui.element("div").classes("ybz-doing"):
            ui.button(say("查重并预览", "Compare and look"), icon="preview", on_click=self._preview).props(
                "outline"
            )
            ui.button(say("提交准入申请", "File it"), icon="send", on_click=self._file).props("unelevated")

    def _about(self) -> None:
        say = self._seat.say
        with ui.element("section").classes("ybz-panel ybz-op-form"):
            heading(say("这张表", "The form"))
            self._ask("title", say("名称", "Title"))
            self._ask(
                "code", say("编号", "Code"), hint=say("字母、数字和连字符，如 YZ-MZ-06", "such as YZ-MZ-06")
            )
            self._ask("basis", say("法律、法规或文件依据", "Legal basis"), long=True)
            self._ask("reason", say("为什么要填", "Why it is needed"), long=True)
            with ui.element("div").classes("ybz-two"):
                periods = {one: words.period(say, one) for one in words.PERIODS}
                self._ask("period", say("多久填一次", "How often"), choices=periods)
                kinds = {one: say(*pair) for one, pair in words.SUBJECTS.items()}
                self._ask("subjectKind", say("一份表是关于", "One sheet is about"), choices=kinds)
                self._ask("validFrom", say("从哪天起", "From"), day=True)
                self._ask("validTo", say("到哪天止", "Until"), day=True)
            hint = say("不写按规定天数", "as the rules have it where empty")
            days = say("下发后几个工作日内填完", "Working days to fill it")
            self._ask("answerWorkdays", days, hint=hint, count=True, needed=False)
            once = ui.checkbox(
                say("临时性报表，只填一次", "Temporary: filled once"), value=self._draft.temporary
            )
            once.on_value_change(lambda e: self._once(bool(e.value)))

    def _ask(
        self, name: str, label: str, *, hint: str = "", long: bool = False, day: bool = False,
        count: bool = False, needed: bool = True, choices: dict[str, str] | None = None,
    ) -> None:  # fmt: skip
        value = self._draft.stated.get(name, "")
        one = Question(name, label, hint, choices or {}, long, needed, value, day, count)
        made = asked_field(one, self._seat.say)
        made.on_value_change(lambda e: self._state(name, str(e.value or "").strip()))

    def _state(self, name: str, value: str) -> None:
        self._draft.stated[name] = value
        if name == "subjectKind":
            self._items.show()
        self._changed()

    def _once(self, value: bool) -> None:
        self._draft.temporary = value
        self._changed()

    def _changed(self) -> None:
        self._told.clear()
        self._show_roster()
        self._keep()

    def _show_roster(self) -> None:
        say, draft = self._seat.say, self._draft
        titles = draft.titles()
        found = {"": say("没有名单，由基层单位自己写", "No list: the bodies say")}
        found |= {name: titles.get(name, name) for name in draft.datasets if draft.key_in(name)}
        if draft.roster not in found:
            draft.roster = ""
        self._roster.clear()
        with self._roster:
            made = ui.select(found, value=draft.roster, label=say("名单来自", "Listed by"))
            made.props("outlined stack-label").classes("ybz-wide")
            made.on_value_change(lambda e: self._listed(str(e.value or "")))
            text = say(
                "有名单的，每个对象一份，带出的内容由基层核对、只改不同的；名单取自上面带出数据的数据集。",
                "With a list there is a sheet for each; the body confirms it and changes what differs.",
            )
            Words("p", text).classes("ybz-fine")

    def _listed(self, dataset: str) -> None:
        self._draft.roster = dataset
        self._told.clear()
        self._keep()

    def _keep(self) -> None:
        with self._told:  # what was pressed may be gone with the list it stood in
            call(_SCRIPT, "keep", _kept_as(self._seat), self._draft.kept())

    async def _preview(self) -> None:
        await self._compare()

    async def _compare(self) -> dict[str, Any] | None:
        """What the form asks again, with the form as it is met; None where it cannot be read."""
        seat, form = self._seat, self._draft.document(self._seat.called)
        self._told.clear()
        try:
            found: dict[str, Any] = await seat.calls.post("/v1/forms/overlap", {"form": form})
        except Declined as declined:
            self._refused(declined)
            return None
        titles = self._draft.titles()
        with self._told:
            sheet(seat, form, titles)
            compared(seat, found, titles, self._bind)
        return found

    async def _bind(self, item: str, place: str) -> None:
        """Take an item from where the ledger has it, instead of having it typed."""
        dataset, _, name = place.rpartition(".")
        if dataset not in self._draft.known:
            self._draft.known[dataset] = await self._seat.calls.get(f"/v1/datasets/{dataset}")
        one = next(each for each in self._draft.items if each["name"] == item)
        self._draft.bind(one, dataset, name)
        self._items.show()
        self._changed()
        await self._compare()

    def _refused(self, declined: Declined) -> None:
        if declined.status == 401:
            raise declined
        self._told.clear()
        with self._told, ui.element("section").classes("ybz-panel ybz-op-denied"):
            heading(self._seat.say("还不能提交", "Not yet"), 3)
            reasons(self._seat, declined)
            for one in declined.reasons:
                if one.code == _COPY and one.allowed.startswith(_READ):
                    self._from_source(one.where, one.allowed.removeprefix(_READ))

    def _from_source(self, item: str, place: str) -> None:
        """A button that takes an item from the field that answers for it."""
        say, titled = self._seat.say, {one["name"]: one["title"] for one in self._draft.items}
        label = say(
            f"“{titled.get(item, item)}”改从数源带出", f"Take {titled.get(item, item)} from its source"
        )
        ui.button(label, on_click=lambda: self._bind(item, place)).props("outline no-caps")

    async def _file(self) -> None:
        seat, form = self._seat, self._draft.document(self._seat.called)
        body = {"form": form, "reason": self._draft.stated.get("reason", "")}
        try:
            made = await seat.calls.post("/v1/forms/demands", body)
        except Declined as declined:
            self._refused(declined)
            return
        call(_SCRIPT, "drop", _kept_as(seat))
        done(seat.say("已提交，等主管部门审核", "Filed; it waits for the authority"))
        go(f"{ROOM}/demands/{made['id']}")
