"""民政局: low income and old-age allowance (printed workbooks). 残疾人联合会: subsidies (GB18030)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np

from examples.city.codes import luhn
from examples.city.delivery import Delivery, Moves
from examples.city.files import write_csv, write_workbook
from examples.city.people import RESIDENTS, people
from examples.city.places import DISTRICTS, STREET, VILLAGE
from examples.city.planted import Correction
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

ID: Final = "身份证号"
AREA: Final = "属地编码"
LIVING: Final = ("与子女同住", "与配偶同住", "独居", "养老机构")
# Months that Excel sheets count from.
UNITS: Final = "单位：元"


def card(number: int) -> str:
    """A bank card number with a right Luhn digit and an issuer that does not exist."""
    return luhn(f"629999{number:012d}")


@cache
def recipients() -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Old-age allowance: who receives it in the first delivery, and who joins in the second."""
    rng = stream("old_age")
    old = np.flatnonzero(people().ages()[:RESIDENTS] >= 80)
    chosen = rng.permutation(old)
    late = len(old) // 12
    return tuple(sorted(chosen[late:].tolist())), tuple(sorted(chosen[:late].tolist()))


@cache
def poor() -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Low-income allowance: who receives it in the first delivery, and who joins in the second."""
    rng = stream("low_income")
    chosen = rng.permutation(RESIDENTS)[:1_700]
    return tuple(sorted(chosen[70:].tolist())), tuple(sorted(chosen[:70].tolist()))


def old_age_allowance(stage: int) -> Delivery:
    """高龄津贴: one row a person of 80 and more."""
    first, joining = recipients()
    table = Table("civil_affairs.old_age_allowance", _old(first), np.array(first))
    missing = _clear_area(table, 4)
    moves = _old_moves(table, joining, missing)
    table.reserve([*missing, *moves.changed, *moves.removed])
    table.plant("wrong_check_digit", 9, ID, wrong_check_digit, spoils=True)
    table.plant("cut_short_id", 5, ID, cut_short, spoils=True)
    table.plant("fifteen_digit_id", 60, ID, fifteen_digits)
    table.plant("spoken_date", 120, "发放起始日期", spoken_date)
    table.plant("full_width_id", 15, ID, full_width)
    table.repeat(7)
    movement = moves.movement(table, AREA) if stage == 2 else {}
    if stage == 2:
        moves.apply(table)
    return Delivery(
        table,
        lambda folder: _write_old(folder, table, stage),
        header=2,
        preamble=2,
        dropped={"total": 1, "signature": 1},
        movement=movement,
    )


def _old(who: Sequence[int]) -> dict[str, list[str]]:
    p, rng = people(), stream(f"old_age/{len(who)}")
    ages = p.ages()
    living = rng.choice(LIVING, len(who), p=(0.46, 0.3, 0.18, 0.06)).tolist()
    return {
        "序号": [str(n + 1) for n in range(len(who))],
        "姓名": [p.names[i] for i in who],
        ID: [p.identity[i] for i in who],
        "年龄段": [_band(int(ages[i])) for i in who],
        "居住方式": living,
        "月发放金额": [str(_amount(int(ages[i]))) for i in who],
        "发放起始日期": [f"{int(p.births[i]) // 10_000 + 80}-{i % 12 + 1:02d}-01" for i in who],
        "所属区县": [DISTRICTS[p.village[i][:6]] for i in who],
        AREA: [p.village[i] for i in who],
        "联系电话": [p.mobile[i] for i in who],
    }


def _band(age: int) -> str:
    return "100岁及以上" if age >= 100 else "90-99岁" if age >= 90 else "80-89岁"


def _amount(age: int) -> int:
    return 800 if age >= 100 else 300 if age >= 90 else 100


def _clear_area(table: Table, count: int) -> list[int]:
    rows = [r for r in range(table.rows) if not table.cells[AREA][r].startswith((STREET[:6], VILLAGE[:6]))]
    for row in rows[:count]:
        table.cells[AREA][row] = ""
    table.kept["missing_area"] = count
    return rows[:count]


def _old_moves(table: Table, joining: Sequence[int], missing: Sequence[int]) -> Moves:
    areas = table.cells[AREA]
    here = [r for r in range(table.rows) if areas[r].startswith(STREET)]
    elsewhere = [r for r in range(table.rows) if areas[r] and not areas[r].startswith(STREET)]
    asked = here[0]
    changed = {row: {"居住方式": _other_living(table.cells["居住方式"][row])} for row in here[1:5]}
    changed |= {row: {"月发放金额": "120"} for row in [*elsewhere[10:400:13], missing[0]]}
    changed[asked] = {"居住方式": _corrected(table.cells["居住方式"][asked])}
    return Moves(
        added=_old(joining),
        newcomers=joining,
        changed=changed,
        removed=[*here[5:8], *elsewhere[405:700:11], missing[1]],
    )


def _other_living(text: str) -> str:
    return "养老机构" if text != "养老机构" else "与子女同住"


def _corrected(text: str) -> str:
    return "独居" if text != "独居" else "与子女同住"


def correction() -> Correction:
    """The street knows how one of its old people really lives; the department agrees."""
    first, _ = recipients()
    cells = _old(first)
    row = next(r for r, code in enumerate(cells[AREA]) if code.startswith(STREET))
    old = cells["居住方式"][row]
    return Correction(
        dataset="civil_affairs.old_age_allowance",
        key_field="id_card",
        key=cells[ID][row],
        field="living",
        old=old,
        new=_corrected(old),
        area=cells[AREA][row],
    )


def _write_old(folder: Path, table: Table, stage: int) -> None:
    cells: dict[str, Sequence[object]] = {**table.cells}
    amounts = [int(text) for text in table.cells["月发放金额"]]
    cells["序号"] = list(range(1, table.rows + 1))
    cells["月发放金额"] = amounts
    write_workbook(
        folder / "民政局" / "高龄津贴发放花名册.xlsx",
        cells,
        title="云州市80周岁以上老年人高龄津贴发放花名册",
        caption=f"填报单位：云州市民政局    统计时间：2026年{8 + stage}月30日    {UNITS}",
        groups=(("", 1), ("基本信息", 4), ("发放情况", 2), ("", 3)),
        totals={"月发放金额": sum(amounts)},
        signature="填表人：民政局养老服务科    审核人：民政局办公室",
    )


def low_income(stage: int) -> Delivery:
    """最低生活保障: one row a person."""
    first, joining = poor()
    table = Table("civil_affairs.low_income", _poor(first), np.array(first))
    missing = _clear_area(table, 5)
    areas = table.cells[AREA]
    rows = [r for r in range(table.rows) if areas[r]]
    moves = Moves(
        added=_poor(joining),
        newcomers=joining,
        changed={r: {"月保障金额": "910.50"} for r in [*rows[5:900:17], missing[0], missing[1]]},
        removed=[*rows[910:1_400:23], missing[2]],
    )
    table.reserve([*missing, *moves.changed, *moves.removed])
    _spoil_poor(table)
    movement = moves.movement(table, AREA) if stage == 2 else {}
    if stage == 2:
        moves.apply(table)
    return Delivery(
        table,
        lambda folder: _write_poor(folder, table, stage),
        header=2,
        preamble=2,
        dropped={"total": 1, "signature": 1},
        movement=movement,
    )


def _spoil_poor(table: Table) -> None:
    born = people().births[table.subject]
    table.plant("wrong_check_digit", 6, ID, wrong_check_digit, spoils=True)
    table.plant("unknown_category", 4, "救助类别", const("其它情况"), spoils=True)
    table.plant("fifteen_digit_id", 18, ID, fifteen_digits, among=lambda row: bool(born[row] < 20_000_000))
    table.plant("spoken_date", 80, "审批日期", spoken_date)
    table.plant("slashed_date", 40, "审批日期", slashed_date)
    table.plant("null_marker", 55, "银行账号", const("无"))
    table.repeat(5)


def _poor(who: Sequence[int]) -> dict[str, list[str]]:
    p, rng = people(), stream(f"low_income/{len(who)}")
    money = (rng.integers(6_000, 9_000, len(who)) / 10).tolist()
    day = np.datetime64("2017-01-05") + rng.integers(0, 3_400, len(who)).astype("timedelta64[D]")
    return {
        "序号": [str(n + 1) for n in range(len(who))],
        "姓名": [p.names[i] for i in who],
        ID: [p.identity[i] for i in who],
        "户编号": [p.household_numbers[p.household[i]] for i in who],
        "救助类别": rng.choice(["城市低保", "农村低保", "特困供养"], len(who), p=(0.5, 0.4, 0.1)).tolist(),
        "月保障金额": [f"{m:.2f}" for m in money],
        "审批日期": day.astype(str).tolist(),
        "银行账号": [card(i) for i in who],
        "所属区县": [DISTRICTS[p.village[i][:6]] for i in who],
        AREA: [p.village[i] for i in who],
    }


def _write_poor(folder: Path, table: Table, stage: int) -> None:
    cells: dict[str, Sequence[object]] = {**table.cells}
    amounts = [float(text) for text in table.cells["月保障金额"]]
    cells["序号"] = list(range(1, table.rows + 1))
    cells["月保障金额"] = amounts
    write_workbook(
        folder / "民政局" / "最低生活保障对象名册.xlsx",
        cells,
        title="云州市城乡最低生活保障对象名册",
        caption=f"填报单位：云州市民政局    统计时间：2026年{8 + stage}月30日    {UNITS}",
        groups=(("", 1), ("对象信息", 3), ("救助情况", 4), ("", 2)),
        totals={"月保障金额": round(sum(amounts), 2)},
        signature="填表人：民政局社会救助科    审核人：民政局办公室",
    )


@cache
def disabled() -> tuple[int, ...]:
    """Who receives a disability subsidy."""
    return tuple(sorted(stream("disabled").permutation(RESIDENTS)[:2_200].tolist()))


def disability_subsidy(_stage: int) -> Delivery:
    """残疾人两项补贴: one row a person; identity numbers end in a TAB, as spreadsheets are tricked."""
    p, rng, who = people(), stream("disability"), disabled()
    table = Table(
        "disabled.subsidy",
        {
            "残疾人证号持有人身份证号": [p.identity[i] for i in who],
            "姓名": [p.names[i] for i in who],
            "残疾类别": rng.choice(
                ["肢体", "视力", "听力", "言语", "智力", "精神", "多重"], len(who)
            ).tolist(),
            "残疾等级": rng.choice(["一级", "二级", "三级", "四级"], len(who)).tolist(),
            "补贴类型": rng.choice(["生活补贴", "护理补贴"], len(who)).tolist(),
            "月补贴金额": [str(n) for n in rng.choice([80, 100, 120], len(who)).tolist()],
            "所属区县": [DISTRICTS[p.village[i][:6]] for i in who],
            AREA: [p.village[i] for i in who],
        },
        np.array(who),
    )
    number = "残疾人证号持有人身份证号"
    table.plant("wrong_check_digit", 8, number, wrong_check_digit, spoils=True)
    table.plant("unknown_level", 5, "残疾等级", const("五级"), spoils=True)
    table.plant("full_width_number", 40, "月补贴金额", full_width)
    table.repeat(11)
    tailed = {**table.cells, number: [f"{text}\t" for text in table.cells[number]]}
    return Delivery(
        table,
        lambda folder: write_csv(folder / "残疾人联合会" / "残疾人两项补贴.csv", tailed, encoding="gb18030"),
    )
