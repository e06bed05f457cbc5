"""Answering an offer with another 还价, and writing a draft anew: the whole of it, and what is changed.

Decides nothing of the terms; what the reader changes is said in words before it is sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from nicegui import ui

from space.console.calling import Declined, Told
from space.console.pages.contracting import words
from space.console.pages.contracting.around import address, around, datasets_of, known_purposes, names
from space.console.pages.contracting.changes import Names, changes
from space.console.pages.contracting.sides import opened
from space.console.pages.contracting.stating import TermsForm
from space.console.paging import page
from space.console.parts.notes import done, empty, reasons
from space.console.parts.ways import go, link
from space.console.parts.words import Words, heading
from space.console.seats import Seat

# Event → last part of its path at the interface.
_PATHS: Final = {"counter": "offers", "redraft": "redraft"}
# How the interface begins what it says of terms that do not read.
_UNREADABLE: Final = "terms: "


@page("/operator/contracts/{contract}/terms", "还价", "Counter-offer")
@page("/department/contracts/{contract}/terms", "还价", "Counter-offer")
async def countering(seat: Seat) -> None:
    """The last offer as a form, to be sent back with other terms."""
    around(seat)
    say, named = seat.say, seat.names["contract"]
    found = await seat.calls.get(f"/v1/contracts/{named}")
    event = next((one for one in _PATHS if one in opened(seat, found)), None)
    if event is None:
        empty(
            say("现在不能改条款", "The terms cannot be changed now"),
            say(
                "轮到对方答复，或者已经谈定。对方还价后可以再改。",
                "The other side answers, or it is agreed. Once they counter, they can be changed again.",
            ),
            say("回到合约", "Back to the contract"),
            lambda: go(address(seat, f"/{named}")),
        )
        return
    called, columns = await names(seat, datasets_of(found))
    terms = found["offers"][-1]["terms"]
    form = TermsForm(seat, terms, await _offered(seat, found, terms, columns), called)
    Words(
        "p",
        say(
            "下面是最近一次要约的全部条款。改您要改的，其余照旧；发出后等对方答复。",
            "These are all terms of the last offer. Change what you want to; the rest stays.",
        )
        if event == "counter"
        else say(
            "下面是草稿的全部条款；改好再发出要约。", "All terms of your draft; change them, then offer."
        ),
    )
    _Desk(seat, found, event, form, called).build()


class _Desk:
    """The form with what it changes, and the button that sends it."""

    def __init__(
        self, seat: Seat, found: Mapping[str, Any], event: str, form: TermsForm, called: Names
    ) -> None:
        self._seat, self._found, self._event, self._form, self._called = seat, found, event, form, called

    def build(self) -> None:
        """Put it into the page."""
        say = self._seat.say
        self._form.build(self._compare)
        with ui.element("section").classes("ybz-panel ybz-op-left"):
            heading(
                say("与上一次要约相比", "Compared with the last offer")
                if self._event == "counter"
                else say("与草稿相比", "Compared with the draft")
            )
            self._changes = ui.element("div").props('aria-live="polite"')
            self._why = ui.textarea(say("为什么这样改（对方会看到）", "Why; the other side reads it"))
            self._why.props("outlined stack-label autogrow").classes("ybz-wide")
            self._told = ui.element("div")
            with ui.element("div").classes("ybz-doing"):
                send = (
                    say("还价", "Counter") if self._event == "counter" else say("保存草稿", "Save the draft")
                )
                ui.button(send, icon="send", on_click=self._send).props("unelevated")
                link(say("不改了", "Leave it"), address(self._seat, f"/{self._found['id']}"))
        self._compare()

    def _lines(self) -> list[str]:
        before = self._found["offers"][-1]["terms"]
        return changes(self._seat.say, before, self._form.document(), self._called, known_purposes())

    def _compare(self) -> None:
        lines = self._lines()
        self._changes.clear()
        with self._changes:
            if not lines:
                Words("p", self._seat.say("还没有改动。", "Nothing is changed yet."))
                return
            with ui.element("ul"):
                for line in lines:
                    Words("li", line).classes("ybz-mark")

    async def _send(self) -> None:
        say = self._seat.say
        self._compare()
        self._told.clear()
        why = str(self._why.value or "").strip()
        if not why:
            with self._told:
                Words("p", say("请写明为什么这样改。", "Say why.")).classes("ybz-lack").props('role="alert"')
            return
        where = f"/v1/contracts/{self._found['id']}/{_PATHS[self._event]}"
        try:
            await self._seat.calls.post(where, {"why": why, "terms": self._form.document()})
        except Declined as declined:
            with self._told:
                reasons(self._seat, named(self._seat, declined, self._called))
            return
        done(say("已发给对方", "Sent") if self._event == "counter" else say("已保存", "Saved"))
        go(address(self._seat, f"/{self._found['id']}"))


def named(seat: Seat, declined: Declined, called: Names) -> Declined:
    """A refusal of terms that calls a term, a dataset or a column by what readers call it."""

    def term(key: str) -> str:
        key = key.strip("`'\" ")
        whole = next((one for one in words.TERMS if one.rpartition(".")[2] == key), key)
        return called.get(key) or words.called(seat.say, words.TERMS, whole)

    def one(reason: Told) -> Told:
        if reason.message.startswith(_UNREADABLE):
            key, _, what = reason.message.removeprefix(_UNREADABLE).partition(": ")
            inner, _, rest = what.partition(": ")
            if key == "terms" and rest:  # of a line that does not read, the key stands within
                key, what = inner, rest
            return Told("terms.unreadable", f"{term(key)}: {what}", term(key))
        return Told(reason.code, reason.message, term(reason.where), reason.allowed, reason.places)

    return Declined(declined.status, declined.code, tuple(map(one, declined.reasons)))


async def _offered(
    seat: Seat,
    found: Mapping[str, Any],
    terms: Mapping[str, Any],
    columns: Mapping[str, Sequence[Mapping[str, Any]]],
) -> dict[str, list[str]]:
    """Columns that may be ticked: those the request was permitted, as far as the reader's side is told.

    Where it is not told, those of every offer.
    """
    made = {
        str(one["name"]): list(
            dict.fromkeys(
                column
                for offer in reversed(found["offers"])
                for each in offer["terms"]["datasets"]
                if each["name"] == one["name"]
                for column in each["columns"]
            )
        )
        for one in terms["datasets"]
    }
    for item in await _permitted(seat, str(found["request"])):
        held = made.get(item["dataset"])
        if held is not None and item["field"] not in held:
            held.append(item["field"])
    for name, held in made.items():  # as the catalogue orders them
        order = [str(each["name"]) for each in columns.get(name, ())]
        held.sort(key=lambda column: order.index(column) if column in order else len(order))
    return made


async def _permitted(seat: Seat, request: str) -> list[dict[str, Any]]:
    for path in (f"/v1/requests/{request}", f"/v1/requests/{request}/answering"):
        try:
            items = (await seat.calls.get(path))["items"]
        except Declined:  # it is told to the sides of the request alone
            continue
        return [one for one in items if one["answer"] == "permitted"]
    return []
