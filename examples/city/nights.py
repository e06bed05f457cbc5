"""What arrives by night after the first delivery: only what is new, each as its department sends it.

The air station appends a file of the day's readings; the hotline sends tickets it took or closed since
its last export; the transport bureau sends a log of changed stops. Every other file stays as it is.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import numpy as np

from examples.city.files import write_csv
from examples.city.people import CLOSE, people
from examples.city.places import DISTRICTS, address_of, divisions
from examples.city.services import TICKETS, TOPICS, hotline_tickets
from examples.city.surroundings import STATIONS, STOPS, bus_stops
from examples.city.table import stream

HOURS: Final = 24
NEW_TICKETS: Final = 110
CLOSED_TICKETS: Final = 40
CHANGED_STOPS: Final = 6
NEW_STOPS: Final = 3
REMOVED_STOPS: Final = 2
OPERATION: Final = "变更类型"


@dataclass(frozen=True, slots=True)
class Arrival:
    """What one dataset's rows of a night must come to.

    Attributes:
        landed: rows of data in the night's file.
        quarantined: those kept out.
        added, changed, removed: net rows of the release.
    """

    landed: int
    quarantined: int
    added: int
    changed: int
    removed: int


def deliver(folder: Path, night: int) -> dict[str, Arrival]:
    """Write what arrives in one night.

    Args:
        folder: of the first delivery.
        night: 1 for the first night after the close of the period, 2 for the next …

    Returns:
        Dataset → what must come of it, as also written to ``night_<n>.json``.

    Raises:
        ValueError: there is no first delivery to follow, or the night is below 1.
    """
    if night < 1:
        raise ValueError("nights are counted from 1")
    if not (folder / "planted.json").exists():
        raise ValueError("a night needs the first delivery in the same folder")
    made = {name: write(folder / "data", night) for name, write in ARRIVALS.items()}
    text = json.dumps({name: asdict(one) for name, one in made.items()}, indent=1)
    (folder / f"night_{night}.json").write_text(text + "\n", encoding="utf-8")
    return made


def day_of(night: int) -> date:
    """The day a night's delivery is about."""
    return CLOSE + timedelta(days=night)


def _air(folder: Path, night: int) -> Arrival:
    rng, day = stream(f"night/{night}/air"), day_of(night)
    rows = len(STATIONS) * HOURS
    cells = {
        "站点编码": [f"YZ{s + 1:02d}" for s in range(len(STATIONS)) for _ in range(HOURS)],
        "站点名称": [name for name in STATIONS for _ in range(HOURS)],
        "监测时间": [f"{day} {hour:02d}:00:00" for _ in STATIONS for hour in range(HOURS)],
        "PM2.5": [str(n) for n in rng.integers(8, 120, rows).tolist()],
        "PM10": [str(n) for n in rng.integers(12, 200, rows).tolist()],
        "二氧化氮": [str(n) for n in rng.integers(4, 90, rows).tolist()],
        "臭氧": [str(n) for n in rng.integers(10, 200, rows).tolist()],
    }
    failed = rng.choice(rows, 2, replace=False).tolist()
    for row in failed:
        cells["PM2.5"][row] = "-999"
    write_csv(folder / "生态环境局" / f"空气质量小时值_{day:%Y%m%d}.csv", cells)
    return Arrival(rows, len(failed), rows - len(failed), 0, 0)


def _tickets(folder: Path, night: int) -> Arrival:
    rng, day, p = stream(f"night/{night}/tickets"), day_of(night), people()
    names = {d.code: d.name for d in divisions()}
    base = hotline_tickets(1).table
    pending = [r for r in range(TICKETS) if base.good[r] and base.cells["办理状态"][r] == "办理中"]
    closed = pending[(night - 1) * CLOSED_TICKETS : night * CLOSED_TICKETS]
    cells = {heading: [column[row] for row in closed] for heading, column in base.cells.items()}
    cells["办理状态"] = ["已办结"] * len(closed)
    caller = rng.choice(np.flatnonzero(p.ages() >= 18), NEW_TICKETS, replace=False).tolist()
    topics = rng.choice(list(TOPICS), NEW_TICKETS).tolist()
    second = np.sort(rng.integers(0, 86_400, NEW_TICKETS)).tolist()
    for number, (who, topic, at) in enumerate(zip(caller, topics, second, strict=True)):
        village = p.village[who]
        made = {
            "工单编号": f"RX{TICKETS + (night - 1) * NEW_TICKETS + number + 1:09d}",
            "来电人身份证号": p.identity[who],
            "来电号码": p.mobile[who],
            "受理时间": f"{day} {at // 3600:02d}:{at // 60 % 60:02d}:{at % 60:02d}",
            "诉求类别": topic if number else "其他类",
            "所属区县": DISTRICTS[village[:6]],
            "属地编码": village[:9],
            "诉求内容": TOPICS[topic][0].format(place=address_of(village, names)),
            "办理状态": "办理中",
            "满意度": "-",
        }
        for heading, text in made.items():
            cells[heading].append(text)
    write_csv(folder / "12345热线办" / f"12345热线工单_{day:%Y%m%d}.csv", cells, newline="\n")
    return Arrival(len(closed) + NEW_TICKETS, 1, NEW_TICKETS - 1, len(closed), 0)


def _stops(folder: Path, night: int) -> Arrival:
    rng = stream(f"night/{night}/stops")
    base = bus_stops(1).table
    good = [row for row in range(STOPS) if base.good[row]]
    each = CHANGED_STOPS + REMOVED_STOPS
    mine = good[(night - 1) * each : night * each]
    changed, removed = mine[:CHANGED_STOPS], mine[CHANGED_STOPS:]
    cells = {heading: [column[row] for row in mine] for heading, column in base.cells.items()}
    cells["线路数"] = [str(int(text) % 60 + 1) for text in cells["线路数"]]
    cells[OPERATION] = ["修改"] * len(changed) + ["撤销"] * len(removed)
    districts = rng.choice(list(DISTRICTS), NEW_STOPS).tolist()
    for number, district in enumerate(districts):
        made = {
            "站点编号": f"BS{STOPS + (night - 1) * NEW_STOPS + number + 1:05d}",
            "站点名称": f"{DISTRICTS[district]}新{night}-{number + 1}站",
            "经度": f"{108.2 + rng.random() * 0.9:.6f}",
            "纬度": f"{27.6 + rng.random() * 0.7:.6f}",
            "线路数": str(int(rng.integers(1, 14))),
            "所属区县": DISTRICTS[district],
            OPERATION: "新增",
        }
        for heading, text in made.items():
            cells[heading].append(text)
    write_csv(folder / "交通运输局" / f"公交站点_{day_of(night):%Y%m%d}.csv", cells)
    return Arrival(len(mine) + NEW_STOPS, 0, NEW_STOPS, len(changed), len(removed))


ARRIVALS: Final[dict[str, Callable[[Path, int], Arrival]]] = {
    "eco.air_readings": _air,
    "hotline.tickets": _tickets,
    "transport.bus_stops": _stops,
}
