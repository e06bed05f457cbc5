"""Drafts of notices: what is said to whom, from the facts of the ledger.

Decides the words. A draft holds names of datasets and parties, counts and dates; what only a person knows
(the cause, the harm, whom to call) is left blank, and the blank is marked.

Source: 个人信息保护法 Art 57 (what a notice says).
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, select

from catalog.store.tables.ledger import entries
from catalog.store.tables.watch import incident_stops
from policies.clocks import ZONE, local_date
from policies.watching import words
from space.watch.exposure import Exposed
from space.watch.incidents import Incident

# What a person has to fill in.
BLANK: Final = "【请填写】"
DRILL: Final = "【演练】"


def draft(
    connection: Connection,
    incident: Incident,
    rule: str,
    to: tuple[str, str],
    source: str,
    lines: tuple[Exposed, ...],
) -> str:
    """The draft of a notice.

    Args:
        connection: to read with.
        incident: as it stands.
        rule: name of the notice, which decides its closing.
        to: name and code of the addressee.
        source: what the notice rests on.
        lines: the exposure list; a receiver is told its own lines only.
    """
    today = local_date(incident.opened_at)
    own = tuple(line for line in lines if rule != "receivers" or line.organisation == to[1])
    closings = words("drafts", today)
    mark = DRILL if incident.drill else ""
    traits = "".join(f"，{words('traits', today)[each]}" for each in incident.traits)
    opened = f"{incident.opened_at.astimezone(ZONE):%Y年%m月%d日 %H:%M}"
    grade, kind = words("severities", today)[incident.severity], words("kinds", today)[incident.kind]
    return "\n".join(
        (
            f"{mark}关于数据安全事件 {incident.id} 的通知",
            f"致：{to[0]}",
            f"一、基本情况：{opened}确认一起数据{kind}事件，等级为{grade}{traits}。",
            f"二、涉及数据：{_datasets(connection, incident, own)}。",
            f"三、影响范围：{_extent(own)}。",
            f"四、发生原因和可能造成的危害：{BLANK}",
            f"五、已采取的措施：{_measures(connection, incident)}。",
            f"六、{closings.get(rule, closings['others'])}",
            f"七、联系人和联系方式：{BLANK}",
            f"依据：{source}",
        )
    )


def _datasets(connection: Connection, incident: Incident, lines: tuple[Exposed, ...]) -> str:
    named = sorted({*incident.datasets, *(line.dataset for line in lines)})
    e = entries.c
    titles = {
        row.name: row.title for row in connection.execute(select(e.name, e.title).where(e.name.in_(named)))
    }
    return "、".join(f"{titles[name]}（{name}）" if name in titles else name for name in named) or "正在核实"


def _extent(lines: tuple[Exposed, ...]) -> str:
    if not lines:
        return "尚未发现对外提供记录"
    rows = sum(line.rows or 0 for line in lines)
    text = f"{len({line.organisation for line in lines})} 个接收方，共 {sum(line.times for line in lines)} 次"
    first, last = min(line.first_at for line in lines), max(line.last_at for line in lines)
    span = f"{first.astimezone(ZONE):%Y-%m-%d %H:%M} 至 {last.astimezone(ZONE):%Y-%m-%d %H:%M}"
    return f"{text}，{span}" + (f"，涉及记录 {rows} 条" if rows else "")


def _measures(connection: Connection, incident: Incident) -> str:
    s = incident_stops.c
    query = select(s.kind, s.name).where(s.incident_id == incident.id).order_by(s.made_at, s.kind, s.name)
    kinds = {"dataset": "停止提供数据", "organisation": "停止向其提供数据：", "all": "停止全部对外提供"}
    done = "；".join(f"{kinds[row.kind]}{row.name}" for row in connection.execute(query))
    return ("模拟" + done if incident.drill else done) if done else "正在处置"
