"""The report 处置报告 of an incident: what is known, what was done, who was told, in time or late.

Decides what a report holds: facts of the ledger, and what people wrote at each step. No value of the data.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from policies.clocks import ZONE, local_date
from policies.watching import words
from space.watch import alerts, incidents
from space.watch.containing import stops_of
from space.watch.drafting import DRILL
from space.watch.exposure import digest, exposed
from space.watch.notices import notices_of


def report(connection: Connection, incident_id: str, now: datetime) -> dict[str, Any]:
    """The report of an incident as a document.

    Args:
        connection: to read with.
        incident_id: of the incident.
        now: aware instant it is made at.

    Raises:
        Unknown: there is none of that id.
    """
    found = incidents.by_id(connection, incident_id)
    lines = exposed(connection, found.scope(now))
    alert = None if found.alert_id is None else alerts.by_id(connection, found.alert_id).to_document()
    return {
        "made_at": now.isoformat(),
        "incident": found.to_document(),
        "alert": alert,
        "steps": list(incidents.steps_of(connection, incident_id)),
        "stops": [each.to_document() for each in stops_of(connection, incident_id)],
        "exposure": {"sha256": digest(lines), "lines": [line.to_document() for line in lines]},
        "notices": [each.to_document() for each in notices_of(connection, incident_id)],
    }


def page(document: dict[str, Any]) -> str:
    """The same as a page in Chinese, Markdown."""
    return "\n".join(_page(document)) + "\n"


def _page(document: dict[str, Any]) -> Iterator[str]:
    found = document["incident"]
    day = local_date(datetime.fromisoformat(found["opened_at"]))
    said = words("words", day)
    kind, grade = words("kinds", day)[found["kind"]], words("severities", day)[found["severity"]]
    yield f"# {DRILL if found['drill'] else ''}数据安全事件处置报告 {found['id']}"
    yield f"\n类型：{kind}　等级：{grade}　状态：{said[found['state']]}　发现：{_at(found['opened_at'])}"
    yield f"\n{found['statement']}"
    yield "\n## 处置过程\n\n| 时间 | 步骤 | 办理人 | 说明 |\n|---|---|---|---|"
    for each in document["steps"]:
        led = f"{said[each['event']]} → {said[each['state']]}"
        yield f"| {_at(each['made_at'])} | {led} | {each['made_by']} | {each['reason']} |"
    yield f"\n## {'模拟停用（未实际停用）' if found['drill'] else '停用'}\n"
    for each in document["stops"]:
        counts = "，".join(f"{said[name]} {count}" for name, count in each["effects"].items())
        yield f"- {said[each['kind']]} {each['name']}：{counts}" + ("（此前已停用）" if each["stood"] else "")
    yield "\n## 影响范围\n\n| 接收方 | 数据 | 方式 | 次数 | 记录 | 首次 | 末次 |"
    yield "|---|---|---|---|---|---|---|"
    for line in document["exposure"]["lines"]:
        rows = "" if line["rows"] is None else line["rows"]
        who = line["name"] or said.get(line["organisation"], line["organisation"])
        way = said.get(line["way"], line["way"])
        span = f"{_at(line['first_at'])} | {_at(line['last_at'])}"
        yield f"| {who} | {line['dataset']} | {way} | {line['times']} | {rows} | {span} |"
    yield "\n## 通知\n\n| 对象 | 时限 | 状态 | 发出 | 凭据 | 依据 |\n|---|---|---|---|---|---|"
    for each in document["notices"]:
        sent = "" if each["sent_at"] is None else _at(each["sent_at"]) + ("（逾期）" if each["late"] else "")
        yield (
            f"| {each['addressee']} | {_at(each['due_at'])} | {said[each['state']]} | {sent} |"
            f" {each['proof'] or ''} | {each['source']} |"
        )


def _at(instant: str) -> str:
    return f"{datetime.fromisoformat(instant).astimezone(ZONE):%Y-%m-%d %H:%M}"
