"""The bench a question is worked at: its text, what was decided on it, its run, its answer.

Decides that a question is explained before it is asked, that what spends is asked for by name, and that one
under way can be left: it is asked with a key of repetition that the reader's browser keeps.
"""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from nicegui import ui

from space.console.calling import Declined
from space.console.pages.operator import answering, explaining, keeping, left, refusing
from space.console.pages.operator.gauges import gauges
from space.console.pages.operator.keeping import Question
from space.console.parts.asking import answers
from space.console.parts.figures import yuan
from space.console.parts.scripts import at_editor, call
from space.console.seats import Seat

_QUERIES: Final = "/v1/queries"
# Between two looks at a question that still runs, in seconds.
_PAUSE_S: Final = 2.0
_ENDINGS: Final = {answering.CSV: "csv", answering.ARROW: "arrow"}


@dataclass(slots=True)
class Bench:
    """A question being worked at.

    Attributes:
        seat: who works.
        grant: it is asked under.
        editor: holds the text.
        begins: the text to begin with.
        titles: column → what people call it.
        example: a question that may be asked.
        elsewhere: dataset of another grant → address to ask under that.
        gauges: the place of what is left of the grant.
        place: what came of it.
        stale: says that the text has changed since.
        place_of: the text it is about; empty where nothing stands there.
    """

    seat: Seat
    grant: dict[str, Any]
    begins: str
    titles: Mapping[str, str] = field(default_factory=dict)
    example: str = ""
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    editor: Any = field(init=False)
    place: Any = field(init=False)
    stale: Any = field(init=False)
    gauges: Any = None
    buttons: list[Any] = field(default_factory=list)
    place_of: str = ""

    def __post_init__(self) -> None:
        self.editor = ui.codemirror(
            self.begins,
            language="SQL",
            theme="eclipse",  # its colours can be told from the ground by weak eyes, too
            line_wrapping=True,
            keymap={"Mod-Enter": self.ask, "Mod-Shift-Enter": self.explain},
            on_change=self._changed,
        ).classes("ybz-op-editor")

    @property
    def sql(self) -> str:
        """The text as it stands."""
        return str(self.editor.value or "")

    def button(self, label: str, icon: str, act: Callable[[], Awaitable[None]]) -> Any:
        """A button that rests while something is under way."""
        self.buttons.append(ui.button(label, icon=icon, on_click=act))
        return self.buttons[-1]

    def prepare(self, completions: list[dict[str, str]]) -> None:
        """Offer names while somebody types."""
        at_editor(self.editor, "operator", "complete", completions)
        at_editor(self.editor, "operator", "name", self.seat.say("问句（SQL）", "Question (SQL)"))

    def take(self, sql: str) -> None:
        """Put a whole question into the editor."""
        self.editor.decorations = []
        self.editor.set_value(sql)

    def write(self, name: str) -> None:
        """Write a name where the cursor is."""
        at_editor(self.editor, "operator", "insert", name)

    async def explain(self) -> None:
        """Have the question explained, and show what was decided."""
        explained = await self._explained()
        if explained is not None:
            with self._cleared():
                explaining.told(self.seat, explained)
            self._show()

    async def ask(self) -> None:
        """Have the question explained, ask the reader where it spends, and run it."""
        explained = await self._explained()
        if explained is None:
            return
        spends = explained["cost"]
        if (spends["rho"] or spends["price_fen"]) and not await self._agreed(explained):
            return
        await self._run(
            {
                "key": uuid.uuid4().hex, "grant": self.grant["id"], "purpose": self.grant["purpose"],
                "sql": self.sql, "at": datetime.now(UTC).isoformat(), "state": "running",
            }
        )  # fmt: skip

    def offer(self, question: Question) -> None:
        """Offer to come back for a question that was left under way, or whose answer is there to be seen."""
        with self._cleared():
            left.offered(self.seat, question, lambda: self.come_back(question), lambda: self._left(question))

    async def come_back(self, question: Question) -> None:
        """Ask for the answer of a question of before, by its key: it is not a further call."""
        # The button that asked for it stands in the place that is cleared for its answer.
        with self.place:
            self.editor.set_value(question["sql"])
            await self._run(question)

    def _left(self, question: Question) -> None:
        with self.place:
            if question["state"] == "running":
                keeping.drop(self.seat, question["key"])
        self.place.clear()

    async def _explained(self) -> dict[str, Any] | None:
        """What the interface decides; None where it refuses, which is shown with its places."""
        asked = {"grant": self.grant["id"], "purpose": self.grant["purpose"], "sql": self.sql}
        self.editor.decorations = []
        if not self.sql.strip():
            with self._cleared():
                left.nothing_yet(self.seat.say)
            return None
        self._rest(resting=True)
        try:
            explained: dict[str, Any] = await self.seat.calls.post(f"{_QUERIES}/explain", asked)
        except Declined as declined:
            if declined.status == 401:
                raise
            self._mark(declined)
            self._refused(declined, self.sql)
            return None
        finally:
            self._rest(resting=False)
        return explained

    async def _agreed(self, explained: dict[str, Any]) -> bool:
        say, spends = self.seat.say, explained["cost"]
        text = say(
            f"将消耗隐私预算 ρ {spends['rho']:g}（还剩 {explained['left']['rho']:g}），1 次调用，"
            f"费用 {yuan(spends['price_fen'])}。消耗了就不能退回；"
            "同一句再问不再消耗隐私预算，但仍计次、计费。",
            f"It spends ρ {spends['rho']:g} of the privacy budget "
            f"({explained['left']['rho']:g} left), one call "
            f"and {yuan(spends['price_fen'])}. Nothing is given "
            "back; the same question again spends no budget, but a call and its price.",
        )
        given = await answers(
            say("提问并消耗预算？", "Ask and spend?"), [], say, text=text, do=say("提问", "Ask")
        )
        return given is not None

    async def _run(self, question: Question) -> None:
        keeping.keep(self.seat, question)
        self._rest(resting=True)
        with self._cleared():
            left.waiting(self.seat.say)
        self._show()
        try:
            document = await self._answer(question)
        except Declined as declined:
            keeping.drop(self.seat, question["key"])
            if declined.status == 401:
                raise
            self._refused(declined, question["sql"])
            return
        finally:
            self._rest(resting=False)
        if self.place.is_deleted:  # its reader went on; the answer waits under its key
            return
        keeping.keep(self.seat, question | {"state": "answered", "receipt": document["receipt"]["id"]})
        with self._cleared():
            answering.told(
                self.seat,
                answering.Shown(document, lambda form: self._export(question, form), self.titles),
            )
        self._show()
        await self.measure()

    async def measure(self) -> None:
        """Show anew what is left of the grant."""
        self.grant = await self.seat.calls.get(f"/v1/grants/{self.grant['id']}")
        self.gauges.clear()
        with self.gauges:
            gauges(self.seat.say, self.grant)

    async def _answer(self, question: Question) -> dict[str, Any]:
        """The answer, once it is there."""
        body = {name: question[name] for name in ("grant", "purpose", "sql")}
        while True:
            try:
                received = await self.seat.calls.send("POST", _QUERIES, body, repeat=question["key"])
            except Declined as declined:
                if declined.code != "idempotency.running" or self.place.is_deleted:
                    raise
                await asyncio.sleep(_PAUSE_S)
                continue
            document: dict[str, Any] = json.loads(received.content)
            return document

    async def _export(self, question: Question, form: str) -> None:
        body = {name: question[name] for name in ("grant", "purpose", "sql")}
        received = await self.seat.calls.send("POST", _QUERIES, body, repeat=question["key"], accept=form)
        named = received.headers.get("ybz-receipt-id", "answer")
        # The mark lets spreadsheets of this country read it as it is.
        mark = "\ufeff".encode() if form == answering.CSV else b""
        ui.download.content(mark + received.content, f"{named}.{_ENDINGS[form]}", form)

    def _refused(self, declined: Declined, sql: str) -> None:
        known = refusing.Refused(sql, self._to_line, self.example, self.take, self.elsewhere)
        with self._cleared():
            refusing.told(self.seat, declined, known)
        self._show()

    def _changed(self) -> None:
        """What was told of another text is no longer shown as if it were of this one."""
        self.stale.set_visibility(self.place_of not in ("", self.sql))

    def _show(self) -> None:
        self.place_of = self.sql
        call("operator", "show", self.place.html_id)

    def _mark(self, declined: Declined) -> None:
        """Mark the characters that are at fault."""
        long = len(self.sql)
        self.editor.decorations = [
            {"kind": "mark", "from": start, "to": start + length, "class": "ybz-op-fault"}
            for reason in declined.reasons
            for _line, _column, start, length in reason.places
            if length and start + length <= long
        ]

    def _to_line(self, line: int) -> None:
        self.editor.reveal_line(line)
        at_editor(self.editor, "operator", "at", line)

    def _cleared(self) -> Any:
        self.place_of = ""
        self.stale.set_visibility(False)
        self.place.clear()
        return self.place

    def _rest(self, *, resting: bool) -> None:
        for one in self.buttons:
            one.set_enabled(not resting)
