"""医疗保障局: settlements (JSON lines). 12345: tickets (UTF-8). 住房和城乡建设局: homes (a database)."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

import numpy as np

from examples.city.addresses import written_of
from examples.city.codes import credit_codes
from examples.city.delivery import Delivery
from examples.city.files import write_csv, write_jsonl, write_sqlite
from examples.city.people import RESIDENTS, people
from examples.city.places import DISTRICTS, address_of, divisions
from examples.city.table import (
    Table,
    const,
    cut_short,
    fifteen_digits,
    full_width,
    slashed_date,
    spoken_date,
    stream,
    wrong_check_digit,
)

SETTLEMENTS: Final = 30_000
TICKETS: Final = 39_970
HOMES: Final = 12_000
HOSPITALS: Final = tuple(
    f"云州市{name}" for name in (
        "第一人民医院", "第二人民医院", "中医院", "妇幼保健院", "第三人民医院", "云湖区人民医院",
        "云岭区人民医院", "云浦区人民医院", "云川区人民医院", "云峰县人民医院", "康复医院", "口腔医院",
    )
)  # fmt: skip
DIAGNOSES: Final = ("I10", "E11", "J18", "M54", "K29", "J06", "N18", "C34", "F32", "I25", "S82", "H25")
# Most rows one person may have; the registers keep to them.
SETTLEMENTS_A_PERSON: Final = 24
TICKETS_A_PERSON: Final = 40
HOMES_A_PERSON: Final = 6

TOPICS: Final = {
    "城市管理": ("{place}门口垃圾多日无人清运", "{place}路灯不亮，夜间出行不便", "{place}人行道被车辆占用"),
    "住房保障": ("{place}房屋漏水，物业一直不处理", "咨询公租房申请条件，现住{place}", "{place}电梯停运三天"),
    "社会保障": ("咨询养老金何时到账", "社保转移手续办理进度查询", "反映{place}附近社保网点排队过长"),
    "医疗卫生": ("咨询异地就医报销比例", "反映医院挂号困难", "{place}社区卫生站药品不全"),
    "交通出行": ("{place}公交班次太少", "{place}路口信号灯时间过短", "建议{place}增设公交站"),
    "环境保护": ("{place}夜间施工噪声扰民", "{place}河道有异味", "{place}餐馆油烟直排"),
    "教育服务": ("咨询{place}学区划分", "反映校外培训机构退费难", "{place}学校周边车辆拥堵"),
    "劳动监察": ("反映单位拖欠工资两个月", "咨询劳动合同解除补偿", "反映加班费未发放"),
}
HOTLINE_DAYS: Final = 365


def medical_settlements(_stage: int) -> Delivery:
    """医保结算: one row a settlement, with a diagnosis."""
    p, rng = people(), stream("medical")
    weight = np.clip(p.ages()[:RESIDENTS] / 40, 0.2, 2.5)
    person = _bounded(rng, SETTLEMENTS, RESIDENTS, weight, SETTLEMENTS_A_PERSON)
    total = (rng.lognormal(5.6, 1.1, SETTLEMENTS).clip(20, 90_000)).round(2)
    fund = (total * rng.choice([0.5, 0.6, 0.7, 0.8], SETTLEMENTS)).round(2)
    day = np.datetime64("2026-01-01") + rng.integers(0, 273, SETTLEMENTS).astype("timedelta64[D]")
    hospital = credit_codes("12", "990100", np.arange(len(HOSPITALS)) * 977 + 31)
    at = rng.integers(0, len(HOSPITALS), SETTLEMENTS).tolist()
    table = Table(
        "medical.settlements",
        {
            "结算单号": [f"YB2026{n:08d}" for n in rng.permutation(SETTLEMENTS).tolist()],
            "证件号码": [p.identity[i] for i in person.tolist()],
            "医疗机构代码": [hospital[i] for i in at],
            "医疗机构名称": [HOSPITALS[i] for i in at],
            "就诊类型": rng.choice(["门诊", "住院", "门诊慢病"], SETTLEMENTS, p=(0.72, 0.14, 0.14)).tolist(),
            "诊断编码": rng.choice(DIAGNOSES, SETTLEMENTS).tolist(),
            "结算日期": day.astype(str).tolist(),
            "总费用": [f"{x:.2f}" for x in total.tolist()],
            "统筹支付": [f"{x:.2f}" for x in fund.tolist()],
            "所属区县": [DISTRICTS[p.village[i][:6]] for i in person.tolist()],
        },
        person,
    )
    table.plant("wrong_check_digit", 20, "证件号码", wrong_check_digit, spoils=True)
    table.plant("fund_above_total", 16, "统筹支付", const("99999.00"), spoils=True)
    table.plant("impossible_date", 7, "结算日期", const("2026-02-30"), spoils=True)
    table.plant("slashed_date", 300, "结算日期", slashed_date)
    table.plant("lower_case_x", 25, "证件号码", str.lower)
    table.repeat(18)
    return Delivery(
        table, lambda folder: write_jsonl(folder / "医疗保障局" / "医保结算明细.jsonl", table.cells), header=0
    )


def hotline_tickets(_stage: int) -> Delivery:
    """12345 热线工单: one row a ticket; a caller behind most; names and numbers hidden in the text."""
    p, rng = people(), stream("hotline")
    caller = _bounded(rng, TICKETS, RESIDENTS, rng.pareto(1.6, RESIDENTS) + 0.02, TICKETS_A_PERSON)
    second = np.sort(rng.integers(0, HOTLINE_DAYS * 86_400, TICKETS))
    opened = np.datetime64("2025-10-01T00:00:00") + second.astype("timedelta64[s]")
    topic = rng.choice(list(TOPICS), TICKETS).tolist()
    names = {d.code: d.name for d in divisions()}
    village = [p.village[i] for i in caller.tolist()]
    wording = rng.integers(0, 3, TICKETS).tolist()
    table = Table(
        "hotline.tickets",
        {
            "工单编号": [f"RX{n + 1:09d}" for n in range(TICKETS)],
            "来电人身份证号": [p.identity[i] for i in caller.tolist()],
            "来电号码": [p.mobile[i] for i in caller.tolist()],
            "受理时间": np.char.replace(opened.astype(str), "T", " ").tolist(),
            "诉求类别": topic,
            "所属区县": [DISTRICTS[v[:6]] for v in village],
            "属地编码": [v[:9] for v in village],
            "诉求内容": [
                TOPICS[t][w].format(place=address_of(v, names))
                for t, w, v in zip(topic, wording, village, strict=True)
            ],
            "办理状态": rng.choice(["已办结", "办理中", "已退回"], TICKETS, p=(0.88, 0.1, 0.02)).tolist(),
            "满意度": [
                str(n) for n in rng.choice([1, 2, 3, 4, 5], TICKETS, p=(0.05, 0.07, 0.18, 0.4, 0.3)).tolist()
            ],
        },
        caller,
    )
    _spoil_tickets(table)
    return Delivery(
        table,
        lambda folder: write_csv(folder / "12345热线办" / "12345热线工单.csv", table.cells, newline="\n"),
        merged=True,
    )


def _spoil_tickets(table: Table) -> None:
    p = people()
    who = table.subject.tolist()
    texts = table.cells["诉求内容"]
    born = p.births

    def telling(row: int) -> bool:
        return bool(born[who[row]] < 20_000_000)

    table.plant("impossible_time", 18, "受理时间", lambda t: t[:5] + "13-45 00:00:00", spoils=True)
    table.plant("unknown_topic", 22, "诉求类别", const("其他类"), spoils=True)
    table.plant("wrong_check_digit", 45, "来电人身份证号", wrong_check_digit, spoils=True)
    table.plant("cut_short_id", 15, "来电人身份证号", cut_short, spoils=True)
    table.plant("fifteen_digit_id", 200, "来电人身份证号", fifteen_digits, among=telling)
    table.plant("unknown_score", 260, "满意度", const("-"))
    anonymous = table.plant("anonymous_caller", 1_990, "来电人身份证号", const("无"))
    table.subject[anonymous] = -1
    for kind, count in (("hidden_identity_number", 600), ("hidden_phone_number", 1_500), ("line_break", 120)):
        for row in table.plant(kind, count, "诉求内容", lambda text: text + "。"):
            texts[row] = _hide(kind, texts[row], who[row])
    table.repeat(30)


def _hide(kind: str, text: str, person: int) -> str:
    p = people()
    if kind == "hidden_identity_number":
        return f"{text}来电人{p.names[person]}，身份证{p.identity[person]}，请尽快回复"
    if kind == "hidden_phone_number":
        return f'{text}联系电话{p.mobile[person]}，"急"'
    return f"{text}\n（补充说明：已多次反映）"


@cache
def _coordinates(count: int) -> tuple[list[str], list[str]]:
    rng = stream("housing/coordinates")
    east = 108.2 + rng.random(count) * 0.9
    north = 27.6 + rng.random(count) * 0.7
    return [f"{x:.6f}" for x in east.tolist()], [f"{y:.6f}" for y in north.tolist()]


def housing(_stage: int) -> Delivery:
    """房屋登记: one row a home, about its owner; where it lies is told by its address alone."""
    p, rng = people(), stream("housing")
    owner = _owners(rng)
    east, north = _coordinates(HOMES)
    village = [p.village[i] for i in owner.tolist()]
    table = Table(
        "housing.properties",
        {
            "房屋编号": [f"FW{n + 1:08d}" for n in range(HOMES)],
            "权利人证件号": [p.identity[i] for i in owner.tolist()],
            "权利人": [p.names[i] for i in owner.tolist()],
            "房屋用途": rng.choice(
                ["住宅", "商业", "办公", "车位"], HOMES, p=(0.82, 0.07, 0.04, 0.07)
            ).tolist(),
            "建筑面积": [f"{a:.2f}" for a in rng.normal(98, 28, HOMES).clip(12, 400).tolist()],
            "建成年份": [str(y) for y in rng.integers(1982, 2027, HOMES).tolist()],
            "登记日期": (np.datetime64("2005-01-01") + rng.integers(0, 7_900, HOMES).astype("timedelta64[D]"))
            .astype(str)
            .tolist(),
            "坐落": [home.text for home in written_of(village, "housing")],
            "经度": list(east),
            "纬度": list(north),
            "所属区县": [DISTRICTS[v[:6]] for v in village],
        },
        owner,
    )
    table.plant("wrong_check_digit", 14, "权利人证件号", wrong_check_digit, spoils=True)
    table.plant("no_area", 11, "建筑面积", const("0"), spoils=True)
    table.plant("spoken_date", 90, "登记日期", spoken_date)
    table.plant("full_width_year", 45, "建成年份", full_width)
    swapped = table.plant("swapped_coordinates", 28, "坐落", lambda text: text + "（坐标待核）", spoils=True)
    for row in swapped:
        cells = table.cells
        cells["经度"][row], cells["纬度"][row] = cells["纬度"][row], cells["经度"][row]
    return Delivery(table, lambda folder: _write_housing(folder, table), header=0)


def where_homes_lie() -> dict[str, str]:
    """Number of a home → the 12-digit code of the village it really lies in, whatever is written of it."""
    village = people().village
    owners = _owners(stream("housing")).tolist()
    return {f"FW{n + 1:08d}": village[owner] for n, owner in enumerate(owners)}


def _owners(rng: np.random.Generator) -> np.ndarray:
    adult = np.where(people().ages()[:RESIDENTS] >= 22, 1.0, 0.0)
    return _bounded(rng, HOMES, RESIDENTS, adult, HOMES_A_PERSON)


def _write_housing(folder: Path, table: Table) -> None:
    write_sqlite(folder / "住房和城乡建设局" / "不动产.db", "fw_property", table.cells)


def _bounded(rng: np.random.Generator, rows: int, units: int, weight: np.ndarray, most: int) -> np.ndarray:
    """A unit for each row, by weight, none with more than ``most - 2`` rows (repeats come on top)."""
    limit = most - 2
    drawn = rng.choice(units, size=rows * 2, p=weight / weight.sum())
    order = np.argsort(drawn, kind="stable")
    ranked = drawn[order]
    starts = np.r_[0, np.flatnonzero(np.diff(ranked)) + 1]
    ranks = np.empty(len(drawn), dtype=np.int64)
    ranks[order] = np.arange(len(drawn)) - np.repeat(starts, np.diff(np.r_[starts, len(drawn)]))
    kept: np.ndarray = drawn[ranks < limit][:rows]
    if len(kept) < rows:
        raise ValueError("too few rows remain within the bound")
    return kept
