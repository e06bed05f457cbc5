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
from space.console.pages.department.records_of_file import Fields, Read, identifies, read_records, shown
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
# How a value of a type is written.
_FORMS: Final[words.Pairs] = {
    "date": ("例如 2026-09-01", "such as 2026-09-01"),
    "timestamp": ("例如 2026-09-01T08:00:00", "such as 2026-09-01T08:00:00"),
    "integer": ("只写数字", "digits only"),
    "decimal": ("只写数字，例如 100 或 100.5", "digits, such as 100 or 100.5"),
    "number": ("只写数字，例如 100 或 100.5", "digits, such as 100 or 100.5"),
    "boolean": ("true 或 false", "true or false"),
}
_MEANT: Final[words.Pairs] = {
    "match": ("您填的各项都与数源部门的记录相同。", "All you gave agrees with the source."),
    "mismatch": (
        "有这个对象，但您填的至少一项与数源部门的记录不同；不说是哪一项，可以分开再核。",
        "It is there, but at least one value differs; it is not said which. Compare one at a time.",
    ),
    "not_found": (
        "数源部门没有这个对象的记录。请核对标识项有没有填错。",
        "The source has no record of it. Check the identifier.",
    ),
}

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
                "先填标识项，再填至少一个要核对的项；不核对的留空。",
                "Give the identifier and at least one value to compare; leave the rest empty.",
            )
        )
        self._inputs = {each["name"]: self._input(each) for each in self._fields}
        with ui.element("div").classes("ybz-doing"):
            self._button = ui.button(say("核验", "Verify"), on_click=self._ask).props("unelevated")
            ui.button(say("清空", "Clear"), on_click=self._clear).props("flat")
        self._answer = ui.element("div").props('aria-live="polite"')

    def _input(self, field: Mapping[str, Any]) -> Any:
        say = self._seat.say
        label = (field["title"] or field["name"]) + (
            say("（标识）", " (identifies)") if identifies(field) else ""
        )
        if field["values"]:
            made: Any = ui.select(list(field["values"]), label=label, clearable=True)
        else:
            made = ui.input(label).props('autocomplete="off" spellcheck="false"')
            if field["type"] in _FORMS:
                made.props(f'hint="{say(*_FORMS[field["type"]])}"')
        return made.props("outlined stack-label dense").classes("ybz-wide")

    async def _ask(self) -> None:
        record = {name: str(made.value) for name, made in self._inputs.items() if made.value}
        self._answer.clear()
        self._button.props("loading")
        try:
            told = await self._seat.calls.post("/v1/verifications", {**self._asked, "records": [record]})
        except Declined as declined:
            with self._answer:
                reasons(self._seat, declined)
            return
        finally:
            self._button.props(remove="loading")
        with self._answer:
            self._tell(told, record)
        await self._after()

    def _tell(self, told: Mapping[str, Any], record: Mapping[str, str]) -> None:
        """The answer, what was compared, and what it means; no value of it."""
        say, (outcome,) = self._seat.say, told["outcomes"]
        compared = say("、", ", ").join(
            each["title"] or each["name"]
            for each in self._fields
            if each["name"] in record and not identifies(each)
        )
        with ui.element("p").classes("ybz-line ybz-outcome"):
            badge(words.called(say, words.OUTCOMES, outcome), words.tone(outcome))
            Words("span", say(f"核对了：{compared}", f"compared: {compared}"))
            number = told["receipt"]["id"]
            Words("span", say(f"回执 {number}", f"receipt {number}")).classes("ybz-fine")
        para(say(*_MEANT[outcome]), fine=True)

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
                "CSV 文件，第一行是列名，每行一条，用到的格都要有值。列名写中文名或代码都可以；"
                "至少一列标识、一列要核对的，多余的列不用删。",
                "A CSV file: the first line holds headings, by title or by code, each further line a record"
                " without an empty cell. One column identifies, one is compared; others are left out.",
            )
        )
        para(say("、", ", ").join(map(shown, self._fields)), fine=True)
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
        records = read.records
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
        self._told(read, outcomes)
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
            done, total = job["progress"]["done"], job["progress"]["total"]
            bar.set_value(done / total if total else 0)
            if job["state"] in _OVER:
                break
            await asyncio.sleep(_PAUSE_S)
        result = await calls.fetch(f"/v1/jobs/{job['id']}/result")
        return list(json.loads(result.content)["outcomes"])

    def _told(self, read: Read, outcomes: Sequence[str]) -> None:
        say, counted, empty = self._seat.say, Counter(outcomes), read.incomplete
        lines = [line for line, _ in read.records]
        self._answer.clear()
        with self._answer:
            with ui.element("p").classes("ybz-line ybz-outcome"):
                for code in words.OUTCOMES:
                    called = words.called(say, words.OUTCOMES, code)
                    badge(f"{called} {counted[code]}", words.tone(code) if counted[code] else "calm")
            if empty:
                shown = "、".join(map(str, empty[:20]))
                para(
                    say(
                        f"第 {shown} 行有空格，或者比列名多出格子，没有核对。",
                        f"Lines {shown} have an empty cell, or more cells than headings: not sent.",
                    )
                ).classes("ybz-lack")
            if read.left_out:
                named = say("、", ", ").join(read.left_out)
                para(
                    say(f"没有用这些列（授权里没有）：{named}", f"Not the grant's, left out: {named}"),
                    fine=True,
                )
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
