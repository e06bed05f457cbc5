"""Records that are verified: one that is typed, or a file of them.

Decides that a file is read in memory alone, that a line with an empty cell is not sent, and that results name
the line of the file.
"""

from __future__ import annotations

import asyncio
import base64
import csv
import io
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

from nicegui import ui

from space.console.calling import Declined
from space.console.pages.department import words
from space.console.pages.department.around import badge, para
from space.console.parts.dropping import drop_zone
from space.console.parts.notes import reasons
from space.console.parts.tables import Column, table
from space.console.parts.words import Words
from space.console.seats import Seat

# Of a file of records, in bytes; what is larger goes by the interface.
_LARGEST: Final = 900_000
# How often a job is asked how far it is, and how often at most.
_PAUSE_S: Final = 0.5
_ASKED: Final = 240
_OVER: Final = ("done", "failed", "cancelled")
_HEAD_LINE: Final = 1

Fields = Sequence[Mapping[str, Any]]
After = Callable[[], Awaitable[None]]


class Single:
    """One record."""

    def __init__(self, seat: Seat, asked: Mapping[str, str], fields: Fields, after: After) -> None:
        self._seat, self._asked, self._fields, self._after = seat, asked, fields, after

    def build(self) -> None:
        """A field for each item, and the answer."""
        say = self._seat.say
        para(
            say(
                "填标识项，再填要核对的项；不核对的留空。",
                "Give the identifier and what is to be compared; leave the rest empty.",
            )
        )
        self._inputs = {each["name"]: self._input(each) for each in self._fields}
        with ui.element("div").classes("ybz-doing"):
            ui.button(say("核验", "Verify"), on_click=self._ask).props("unelevated")
            ui.button(say("清空", "Clear"), on_click=self._clear).props("flat")
        self._answer = ui.element("div").props('aria-live="polite"')

    def _input(self, field: Mapping[str, Any]) -> Any:
        say = self._seat.say
        label = (field["title"] or field["name"]) + (
            say("（标识）", " (identifies)") if _names(field) else ""
        )
        if field["values"]:
            made: Any = ui.select(list(field["values"]), label=label, clearable=True)
        else:
            made = ui.input(label).props('autocomplete="off" spellcheck="false"')
        return made.props("outlined stack-label dense").classes("ybz-wide")

    async def _ask(self) -> None:
        record = {name: str(made.value) for name, made in self._inputs.items() if made.value}
        self._answer.clear()
        try:
            told = await self._seat.calls.post("/v1/verifications", {**self._asked, "records": [record]})
        except Declined as declined:
            with self._answer:
                reasons(self._seat, declined)
            return
        with self._answer, ui.element("p").classes("ybz-line ybz-outcome"):
            (outcome,) = told["outcomes"]
            badge(words.called(self._seat.say, words.OUTCOMES, outcome), words.tone(outcome))
            Words(
                "span", self._seat.say(f"回执 {told['receipt']['id']}", f"receipt {told['receipt']['id']}")
            ).classes("ybz-fine")
        await self._after()

    def _clear(self) -> None:
        for made in self._inputs.values():
            made.set_value(None if isinstance(made, ui.select) else "")
        self._answer.clear()


class Batch:
    """A file of records."""

    def __init__(
        self, seat: Seat, asked: Mapping[str, str], fields: Fields, at_once: int, after: After
    ) -> None:
        """A file of records.

        Args:
            seat: who asks.
            asked: grant, purpose and dataset.
            fields: of the dataset that the grant opens.
            at_once: records one call takes; more are a job.
            after: called when something was answered.
        """
        self._seat, self._asked, self._fields = seat, asked, fields
        self._at_once, self._after = at_once, after

    def build(self) -> None:
        """What a file looks like, where it is handed in, and the answers."""
        say = self._seat.say
        para(
            say(
                "CSV 文件，第一行是下面的列名，每行一条；只留要用的列，每格都要有值。",
                "A CSV file: the first line names columns of these, each further line is a record; keep the"
                " columns you need, no cell empty.",
            )
        )
        para("、".join(each["title"] or each["name"] for each in self._fields), fine=True)
        with ui.element("div").classes("ybz-doing"):
            ui.button(say("下载模板", "Template"), icon="download", on_click=self._template).props("flat")
        dropped = say("把 CSV 文件放到这里", "Drop a CSV file here")
        drop_zone(dropped, say, self._given, accept=".csv,text/csv")
        self._answer = ui.element("div").props('aria-live="polite"')

    def _template(self) -> None:
        heads = ",".join(each["title"] or each["name"] for each in self._fields)
        ui.download.content("\ufeff" + heads + "\r\n", f"{self._asked['dataset']}.csv")

    def _too_large(self) -> None:
        self._say(
            self._seat.say(
                "文件太大：请分成几个文件，或者用接口提交。",
                "The file is too large: split it, or use the interface.",
            )
        )

    async def _given(self, file: dict[str, str]) -> None:
        content = base64.b64decode(file["content"])
        if len(content) > _LARGEST:
            self._too_large()
            return
        read = read_records(content, self._fields)
        if isinstance(read, tuple):
            self._say(self._seat.say(*read))
            return
        records, empty = read.records, read.incomplete
        if not records:
            self._say(self._seat.say("文件里没有一行是完整的。", "No line of the file is complete."))
            return
        self._say(self._seat.say(f"正在核对 {len(records)} 条…", f"Verifying {len(records)} records …"))
        try:
            outcomes = await self._verified([record for _, record in records])
        except Declined as declined:
            self._answer.clear()
            with self._answer:
                reasons(self._seat, declined)
            return
        self._told([line for line, _ in records], outcomes, empty)
        await self._after()

    async def _verified(self, records: list[dict[str, str]]) -> list[str]:
        """The outcomes, in order; of many records by a job whose progress is shown."""
        calls = self._seat.calls
        if len(records) <= self._at_once:
            told = await calls.post("/v1/verifications", {**self._asked, "records": records})
            return list(told["outcomes"])
        job = await calls.post("/v1/verifications/batches", {**self._asked, "records": records, "by": ""})
        self._answer.clear()
        with self._answer:
            bar = ui.linear_progress(0, show_value=False).classes("ybz-wide")
            bar.props(f'aria-label="{self._seat.say("进度", "Progress")}"')
        for _ in range(_ASKED):
            job = await calls.get(f"/v1/jobs/{job['id']}")
            bar.set_value(job["done"] / job["total"] if job["total"] else 0)
            if job["state"] in _OVER:
                break
            await asyncio.sleep(_PAUSE_S)
        result = await calls.fetch(f"/v1/jobs/{job['id']}/result")
        return list(json.loads(result.content)["outcomes"])

    def _told(self, lines: Sequence[int], outcomes: Sequence[str], empty: Sequence[int]) -> None:
        say, counted = self._seat.say, Counter(outcomes)
        self._answer.clear()
        with self._answer:
            with ui.element("p").classes("ybz-line ybz-outcome"):
                for code in words.OUTCOMES:
                    called = words.called(say, words.OUTCOMES, code)
                    badge(f"{called} {counted[code]}", words.tone(code) if counted[code] else "calm")
            if empty:
                shown = "、".join(map(str, empty[:20]))
                para(
                    say(f"第 {shown} 行有空格，没有核对。", f"Lines {shown} have an empty cell: not sent.")
                ).classes("ybz-lack")
            rows = [
                {"id": line, "line": line, "outcome": words.called(say, words.OUTCOMES, code),
                 "tone": words.tone(code)}
                for line, code in zip(lines, outcomes, strict=True)
            ]  # fmt: skip
            columns = [
                Column("line", say("文件第几行", "Line of the file"), numeric=True),
                Column("outcome", say("结果", "Outcome"), badge="tone"),
            ]
            table(columns, rows, say, caption=say("逐条结果", "Results"))
            ui.button(
                say("下载结果", "Download"), icon="download", on_click=lambda: self._result(lines, outcomes)
            ).props("flat")

    def _result(self, lines: Sequence[int], outcomes: Sequence[str]) -> None:
        text = io.StringIO()
        say = self._seat.say
        writer = csv.writer(text)
        writer.writerow([say("行", "line"), say("结果", "outcome")])
        writer.writerows(
            (line, words.called(say, words.OUTCOMES, code))
            for line, code in zip(lines, outcomes, strict=True)
        )
        ui.download.content("\ufeff" + text.getvalue(), "outcomes.csv")

    def _say(self, text: str) -> None:
        self._answer.clear()
        with self._answer:
            para(text)


class Read:
    """Records of a file with their lines, and lines that have an empty cell."""

    def __init__(self, records: list[tuple[int, dict[str, str]]], incomplete: list[int]) -> None:
        self.records, self.incomplete = records, incomplete


def read_records(content: bytes, fields: Fields) -> Read | tuple[str, str]:
    """The records of a file, or in both languages why it does not read."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("gb18030")
        except UnicodeDecodeError:
            return (
                "文件的编码读不了：请另存为 UTF-8 的 CSV。",
                "The file does not read: save it as UTF-8 CSV.",
            )
    lines = list(csv.reader(io.StringIO(text)))
    named = {each["title"]: each["name"] for each in fields} | {each["name"]: each["name"] for each in fields}
    heads = [named.get(head.strip(), "") for head in lines[0]] if lines else []
    if not heads or not all(heads) or len(set(heads)) < len(heads):
        return (
            "第一行要是授权里的列名，每列一次：请从模板开始。",
            "The first line names columns of the grant, each once: begin with the template.",
        )
    found: list[tuple[int, dict[str, str]]] = []
    incomplete = []
    for line, cells in enumerate(lines[1:], _HEAD_LINE + 1):
        values = [cell.strip() for cell in cells]
        if not any(values):
            continue
        if len(values) == len(heads) and all(values):
            found.append((line, dict(zip(heads, values, strict=True))))
        else:
            incomplete.append(line)
    return Read(found, incomplete)


def _names(field: Mapping[str, Any]) -> bool:
    """Whether a field names what a record is about."""
    return bool(field["key"] or field["use"] == "identifier")
