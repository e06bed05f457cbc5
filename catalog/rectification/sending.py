"""A case goes out 下发: its failing rows as a workbook for the owning department.

Decides what is sent and to whom: the rows as they were delivered, corrections laid over them, to the
department the case belongs to and to nobody else. What was sent is kept in the lake, so that what comes
back can be told from what was never sent.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, Engine, insert, select

from catalog import keys, revisions
from catalog.clocks.owed import stated
from catalog.home import Home
from catalog.rectification import overlay, sheet
from catalog.rectification.cases import Case, case_called, event, write
from catalog.rectification.causes import CAST, CAUSES, allowed, rule_called, sentence
from catalog.rectification.delivered import delivered, published
from catalog.rectification.errors import NoRows, NotOpen, NotYours
from catalog.rectification.judging import failing, joined
from catalog.rectification.sheet import Column, Row
from catalog.store import reading, writing
from catalog.store.schema import new_id
from catalog.store.tables.quality import rectification_sendings
from contracts.canonical import canonical
from contracts.model import Contract
from policies import clocks
from policies.rulebook import rule

# Beside its cells a kept row holds _row (its name in this sending), _by and _key (how it is told later),
# _alike (another delivered row is the same in every cell), and what a faulty cell was when it landed.
WAS: Final = "_was_{}"
# How a rule names where it comes from, where no law says it.
_OWN: Final = "choice of the installation"
_AFTER: Final = ", on the model of "
_URGENCY: Final = {"urgent": "紧急", "important": "重要", "general": "一般"}


@dataclass(frozen=True, slots=True)
class Sent:
    """A workbook that went out.

    Attributes:
        rows: in it.
        left: failing rows that did not fit; they are sent once these are mended.
    """

    case: Case
    sending_id: str
    path: Path
    rows: int
    left: int

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return {
            "case": self.case.id, "sending": self.sending_id, "file": str(self.path), "rows": self.rows,
            "left": self.left, "due_on": self.case.due_on.isoformat(),
        }  # fmt: skip


def send(
    home: Home, engine: Engine, case_id: str, path: Path, *, by: str, now: datetime, department: str = ""
) -> Sent:
    """Write the workbook of a case.

    Args:
        home: the installation.
        engine: its store.
        case_id: which.
        path: of the file to make.
        by: who sends it.
        now: aware instant.
        department: code of the department it is meant for; "" = the one that owns the case.

    Raises:
        UnknownCase: there is no such case.
        NotYours: another department owns it.
        NotOpen: nothing is owed.
        NoRows: the fault has no rows to send.
        RowsGone: the landed rows cannot be read any more.
    """
    with reading(engine) as connection:
        case = owned(connection, case_id, department)
        revision = revisions.current(connection, case.dataset)
        corrections = overlay.cells(home, case.dataset, overlay.version(connection, case.dataset))
        rows = delivered(home, revision, case)
        now_held = overlay.apply(revision.contract, rows, corrections).table
        numbers = failing(revision.contract, case, now_held, published(home, connection))
    if not len(numbers):
        raise NoRows(f"{case.id}: no row fails any more — build {case.dataset} again and the case closes")
    most = int(rule("rectification", "workbook_rows", clocks.local_date(now)).value)
    chosen = numbers.slice(0, most)
    # A row is told by what was landed: that is what a correction will meet again.
    told = _told(revision.contract, rows).take(chosen)
    sending_id, secret = new_id("snd"), keys.load(home).pseudonym
    columns = columns_of(revision.contract, case)
    landed = rows.select([column.name for column in columns if column.faulty]).take(chosen)
    kept = _kept(sending_id, secret, now_held.take(chosen), told)
    for name in landed.column_names:
        kept = kept.append_column(WAS.format(name), landed[name])
    sheet.write(
        path,
        case_id=case.id,
        sending_id=sending_id,
        guide=_guide(revision.contract, case, len(chosen), len(numbers)),
        columns=columns,
        rows=[*_rows(kept, columns)],
        remark=sentence(revision.contract, case.rule, case.field),
        choices=allowed(revision.contract, case.rule),
    )
    digest = overlay.write_named(home, case.dataset, kept)
    with writing(engine) as connection:
        case = owned(connection, case_id, department)
        connection.execute(
            insert(rectification_sendings).values(
                id=sending_id, case_id=case.id, rows=len(chosen), digest=digest, sent_at=now, sent_by=by
            )
        )
        write(connection, case, state="sent", sent_at=now)
        more = {
            "sending": sending_id,
            "rows": len(chosen),
            "content": hmac.digest(secret, digest.encode(), "sha256").hex(),
        }
        event(connection, case, "send", remaining=len(numbers), actor=by, now=now, more=more)
        case = case_called(connection, case_id)
    return Sent(case, sending_id, path, len(chosen), len(numbers) - len(chosen))


def owned(connection: Connection, case_id: str, department: str) -> Case:
    """The case, if it is owed by that department.

    Raises:
        UnknownCase: there is no such case.
        NotYours: another department owns it.
        NotOpen: nothing is owed.
    """
    case = case_called(connection, case_id)
    if department and department != case.department_code:
        raise NotYours(f"{case.id} belongs to {case.department} — its rows go to no other department")
    if not case.owed:
        raise NotOpen(f"{case.id} is {case.state} — nothing is owed; `ybz rectify show {case.id}`")
    return case


def sending_digest(connection: Connection, case_id: str, sending_id: str) -> str | None:
    """Digest of the rows of a sending of that case, or None where there is none."""
    s = rectification_sendings.c
    found: str | None = connection.execute(
        select(s.digest).where(s.id == sending_id, s.case_id == case_id)
    ).scalar_one_or_none()
    return found


def columns_of(contract: Contract, case: Case) -> tuple[Column, ...]:
    """Key columns first, then those at fault, then the rest of the row."""
    found = [
        Column(
            field.name,
            field.business_name,
            field.name in at_fault(contract, case),
            field.name in contract.key,
        )
        for field in contract.fields
    ]
    return tuple(sorted(found, key=lambda column: (not column.key, not column.faulty)))


def at_fault(contract: Contract, case: Case) -> tuple[str, ...]:
    """The fields whose cells may be changed: those the rule reads."""
    found = None if case.rule.startswith(CAST) else rule_called(contract, case.rule)
    if found is None:
        return case.fields
    told = set(found.args.get("on") or ()) if isinstance(found.args.get("on"), dict) else set()
    return tuple(name for name in found.fields if name not in told) or found.fields


def _told(contract: Contract, rows: pa.Table) -> pa.Table:
    """How each delivered row is told: by its key where that is whole and its own, else by all its cells."""
    text = joined(rows, overlay.row_fields(contract, "row"))
    alike = pc.invert(_once(text))
    if not contract.key:
        return pa.table({"_by": pa.repeat("row", rows.num_rows), "_key": text, "_alike": alike})
    key = joined(rows, contract.key)
    by_key = _once(key)
    for name in contract.key:
        by_key = pc.and_(by_key, pc.is_valid(rows[name]))
    return pa.table(
        {
            "_by": pc.if_else(by_key, "key", "row"),
            "_key": pc.if_else(by_key, key, text),
            "_alike": pc.and_(alike, pc.invert(by_key)),
        }
    )


def _once(text: pa.ChunkedArray) -> pa.ChunkedArray:
    """Whether no other row has the same text."""
    counted = pc.value_counts(text)
    return pc.is_in(text, value_set=counted.field("values").filter(pc.equal(counted.field("counts"), 1)))


def _kept(sending_id: str, secret: bytes, sent: pa.Table, told: pa.Table) -> pa.Table:
    """The rows as they are sent, each under a name nobody can make up for another row."""
    names = [
        hmac.digest(secret, b"rectify\0" + canonical([sending_id, file, line, key]), "sha256").hex()[:24]
        for file, line, key in zip(
            sent["_file"].to_pylist(), sent["_line"].to_pylist(), told["_key"].to_pylist(), strict=True
        )
    ]
    kept = sent.append_column("_row", pa.array(names, pa.string()))
    for name in told.column_names:
        kept = kept.append_column(name, told[name])
    return kept


def _rows(kept: pa.Table, columns: Sequence[Column]) -> Sequence[Row]:
    return [
        Row(row["_row"], row["_file"], row["_line"], {c.name: row[c.name] for c in columns})
        for row in kept.to_pylist()
    ]


def due_by(due_rule: str) -> str:
    """The rule a last day comes of, in Chinese."""
    _, source, workdays = stated(due_rule)
    source = source.partition(", confidence ")[0]
    if source.startswith(_OWN):
        after = source.removeprefix(_OWN).removeprefix(_AFTER)
        source = f"本市自定（参照{after}）" if after else "本市自定"
    return f"{workdays} 个工作日，{source}" if workdays else source


def _guide(contract: Contract, case: Case, rows: int, failing_rows: int) -> list[tuple[str, str]]:
    provisional = "（该年度放假安排公布前为暂定）" if case.due_provisional else ""
    more = f"；共 {failing_rows} 行，其余待本批整改后下发" if failing_rows > rows else ""
    return [
        ("责任部门", case.department),
        ("数据集", f"{contract.title}（{contract.name}）"),
        ("问题", f"{CAUSES[case.cause]}：{sentence(contract, case.rule, case.field)}"),
        *([("可以填的值", "、".join(values))] if (values := allowed(contract, case.rule)) else []),
        ("规则编号", case.rule),
        ("问题行数", f"{rows}{more}"),
        ("紧急程度", _URGENCY[case.urgency]),
        ("整改期限", f"{case.due_on:%Y-%m-%d}{provisional}"),
        ("期限依据", due_by(case.due_rule)),
        ("怎样填写", "只修改“问题数据”表中标黄的单元格，写入核实后的内容；其余单元格已锁定，用于识别记录。"),
        ("不要改动", "勿改动 _row、来源文件、行号等锁定列，勿增加行，勿用公式；无法核实的行保持原样。"),
        ("退回之后", "按同一规则复核，全部合格即结案；来源系统须同步改正，再次出现将重新立案。"),
        ("保密要求", "本工作簿含原始数据，仅供责任部门整改使用，不得转发。"),
    ]  # fmt: skip
