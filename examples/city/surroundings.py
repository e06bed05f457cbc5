"""Data without persons: schools, air, reservoirs, bus stops, administrative divisions."""

from __future__ import annotations

from typing import Final

import numpy as np

from examples.city.delivery import Delivery
from examples.city.files import write_csv, write_parquet
from examples.city.people import RESIDENTS, people
from examples.city.places import DISTRICTS, divisions
from examples.city.table import Table, const, full_width, spoken_date, stream

STATIONS: Final = (
    "云湖公园",
    "西岭",
    "南浦码头",
    "北川",
    "峰顶",
    "工业园",
    "大学城",
    "老城",
    "新区",
    "水源地",
)
HOURS: Final = 30 * 24
RESERVOIRS: Final = ("青龙", "白鹭", "石门", "月湾", "双河", "竹溪")
# Days reported of 2026; a daily dataset that stopped on 12 August is late at the end of September.
REPORTED_DAYS: Final = 224
SCHOOLS: Final = 260
STOPS: Final = 800


def schools(_stage: int) -> Delivery:
    """学校名录: declared public, but its remarks column holds headmasters' identity numbers."""
    p, rng = people(), stream("schools")
    adults = np.flatnonzero((p.ages()[:RESIDENTS] >= 35) & (p.ages()[:RESIDENTS] < 60))
    head = rng.choice(adults, SCHOOLS).tolist()
    district = rng.choice(list(DISTRICTS), SCHOOLS).tolist()
    kind = rng.choice(
        ["幼儿园", "小学", "初级中学", "普通高中"], SCHOOLS, p=(0.45, 0.35, 0.13, 0.07)
    ).tolist()
    pupils = rng.integers(80, 2_600, SCHOOLS).tolist()
    table = Table(
        "edu.schools",
        {
            "学校标识码": [f"{d}{n + 1:04d}" for n, d in enumerate(district)],
            "学校名称": [
                f"{DISTRICTS[d]}第{n + 1}{k}" for n, (d, k) in enumerate(zip(district, kind, strict=True))
            ],
            "办学类型": kind,
            "所属区县": [DISTRICTS[d] for d in district],
            "在校生数": [str(n) for n in pupils],
            "教职工数": [str(n // 14 + 3) for n in pupils],
            "建校年份": [str(y) for y in rng.integers(1950, 2024, SCHOOLS).tolist()],
            # The column nobody declared as what it is.
            "备注": [p.identity[i] for i in head],
        },
    )
    table.plant("full_width_number", 12, "在校生数", full_width)
    return Delivery(
        table, lambda folder: write_csv(folder / "教育局" / "学校名录.csv", table.cells), stopped="note"
    )


def air_readings(_stage: int) -> Delivery:
    """空气质量小时值: one row a station and hour of September 2026."""
    rng = stream("air")
    rows = len(STATIONS) * HOURS
    hour = np.datetime64("2026-09-01T00:00:00") + np.arange(HOURS).astype("timedelta64[h]")
    stamp = np.char.replace(hour.astype(str), "T", " ").tolist()
    base = np.tile(32 + 14 * np.sin(np.arange(HOURS) / 24 * 2 * np.pi), len(STATIONS))
    table = Table(
        "eco.air_readings",
        {
            "站点编码": [f"YZ{s + 1:02d}" for s in range(len(STATIONS)) for _ in range(HOURS)],
            "站点名称": [name for name in STATIONS for _ in range(HOURS)],
            "监测时间": [stamp[h] for _ in STATIONS for h in range(HOURS)],
            "PM2.5": [str(n) for n in (base + rng.normal(0, 9, rows)).clip(3, 240).astype(int).tolist()],
            "PM10": [
                str(n) for n in (base * 1.6 + rng.normal(0, 14, rows)).clip(5, 400).astype(int).tolist()
            ],
            "二氧化氮": [str(n) for n in rng.normal(28, 8, rows).clip(2, 160).astype(int).tolist()],
            "臭氧": [str(n) for n in rng.normal(88, 30, rows).clip(4, 300).astype(int).tolist()],
        },
    )
    table.plant("instrument_failure", 17, "PM2.5", const("-999"), spoils=True)
    table.plant("null_marker", 90, "PM2.5", const("-"))
    table.plant("null_word", 40, "臭氧", const("无"))
    return Delivery(
        table, lambda folder: write_csv(folder / "生态环境局" / "空气质量小时值_202609.csv", table.cells)
    )


def reservoir_levels(_stage: int) -> Delivery:
    """水库水位日报: daily, and late: the last day reported is 12 August."""
    rng = stream("reservoirs")
    day = np.datetime64("2026-01-01") + np.arange(REPORTED_DAYS).astype("timedelta64[D]")
    rows = len(RESERVOIRS) * REPORTED_DAYS
    table = Table(
        "water.reservoir_levels",
        {
            "水库名称": [f"{name}水库" for name in RESERVOIRS for _ in range(REPORTED_DAYS)],
            "日期": [d for _ in RESERVOIRS for d in day.astype(str).tolist()],
            "水位（米）": [f"{v:.2f}" for v in rng.normal(186, 4, rows).clip(160, 210).tolist()],
            "蓄水量（万立方米）": [str(v) for v in rng.integers(300, 9_000, rows).tolist()],
        },
    )
    table.plant("spoken_date", 64, "日期", spoken_date)
    return Delivery(
        table,
        lambda folder: write_csv(folder / "水务局" / "水库水位日报.csv", table.cells, encoding="utf-8-sig"),
        late=True,
    )


def bus_stops(_stage: int) -> Delivery:
    """公交站点: a log of stops set up, with coordinates, some of them swapped."""
    rng = stream("bus_stops")
    district = rng.choice(list(DISTRICTS), STOPS).tolist()
    table = Table(
        "transport.bus_stops",
        {
            "站点编号": [f"BS{n + 1:05d}" for n in range(STOPS)],
            "站点名称": [f"{DISTRICTS[d]}{n % 160 + 1}站" for n, d in enumerate(district)],
            "经度": [f"{108.2 + x:.6f}" for x in (rng.random(STOPS) * 0.9).tolist()],
            "纬度": [f"{27.6 + y:.6f}" for y in (rng.random(STOPS) * 0.7).tolist()],
            "线路数": [str(n) for n in rng.integers(1, 14, STOPS).tolist()],
            "所属区县": [DISTRICTS[d] for d in district],
            "变更类型": ["新增"] * STOPS,
        },
    )
    swapped = table.plant("swapped_coordinates", 14, "站点名称", lambda text: text + "（新）", spoils=True)
    for row in swapped:
        cells = table.cells
        cells["经度"][row], cells["纬度"][row] = cells["纬度"][row], cells["经度"][row]
    table.repeat(6)
    return Delivery(
        table, lambda folder: write_csv(folder / "交通运输局" / "公交站点.csv", table.cells), merged=True
    )


def administrative_divisions(_stage: int) -> Delivery:
    """行政区划: the city, its districts, streets and villages."""
    rows = divisions()
    table = Table(
        "civil_affairs.divisions",
        {
            "区划代码": [d.code for d in rows],
            "区划名称": [d.name for d in rows],
            "级别": [d.level for d in rows],
            "上级代码": [d.parent or "-" for d in rows],
        },
    )
    return Delivery(
        table, lambda folder: write_parquet(folder / "民政局" / "行政区划代码.parquet", table.cells), header=0
    )
