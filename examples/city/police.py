"""公安局: the population register (one file a district, GB18030) and the register of households (Parquet)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from examples.city.delivery import Delivery, Moves
from examples.city.files import write_csv, write_parquet
from examples.city.people import HOUSEHOLDS, NEWCOMERS, RESIDENTS, people
from examples.city.places import DISTRICTS, VILLAGE, address_of, divisions
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

ID: Final = "公民身份号码"
AREA: Final = "属地编码"
EDUCATION: Final = ("小学及以下", "初中", "高中", "大专", "本科", "研究生")
MARITAL: Final = ("未婚", "已婚", "丧偶", "离婚")


def population(stage: int) -> Delivery:
    """常住人口登记: one row a person."""
    table = Table("civil.population", _persons(range(RESIDENTS)), np.arange(RESIDENTS))
    missing = _without_area(table)
    moves = _moves(missing)
    table.reserve([*missing, *moves.changed, *moves.removed])
    _spoil(table)
    movement = moves.movement(table, AREA) if stage == 2 else {}
    if stage == 2:
        moves.apply(table)
    return Delivery(
        table, lambda folder: _write_population(folder, table), header=len(DISTRICTS), movement=movement
    )


def _persons(who: Sequence[int]) -> dict[str, list[str]]:
    p, rng = people(), stream(f"population/{len(who)}")
    names = {d.code: d.name for d in divisions()}
    ages = p.ages()
    schooling = rng.integers(0, len(EDUCATION), len(who)).tolist()
    family = rng.choice(len(MARITAL), len(who), p=(0.2, 0.68, 0.07, 0.05)).tolist()
    return {
        ID: [p.identity[i] for i in who],
        "姓名": [p.names[i] for i in who],
        "性别": ["男" if p.male[i] else "女" for i in who],
        "出生日期": [p.birth_text(i) for i in who],
        "户编号": [p.household_numbers[p.household[i]] for i in who],
        "婚姻状况": ["未婚" if ages[i] < 22 else MARITAL[m] for i, m in zip(who, family, strict=True)],
        "文化程度": [EDUCATION[s] if ages[i] >= 22 else "-" for i, s in zip(who, schooling, strict=True)],
        "所属区县": [names[p.village[i][:6]] for i in who],
        AREA: [p.village[i] for i in who],
        "住址": [
            f"{address_of(p.village[i], names)}{h % 60 + 1}号楼{h % 5 + 1}单元{h % 18 + 1}01室"
            for i, h in zip(who, p.household[list(who)].tolist(), strict=True)
        ],
        "联系电话": [p.mobile[i] if ages[i] >= 12 else "无" for i in who],
    }


def _without_area(table: Table) -> list[int]:
    # Far from the village the demonstration looks at, so that its figures stay its own.
    rows = [r for r in range(0, 4_000, 260) if not table.cells[AREA][r].startswith(VILLAGE[:6])]
    for row in rows:
        table.cells[AREA][row] = ""
    table.kept["missing_area"] = len(rows)
    return rows


def _moves(missing: Sequence[int]) -> Moves:
    p, rng = people(), stream("population/moves")
    here = [r for r in range(RESIDENTS) if p.village[r] == VILLAGE]
    spread = rng.choice(
        np.setdiff1d(np.arange(5_000, RESIDENTS), np.array(here)), size=400, replace=False
    ).tolist()
    changed = [*here[3:10], *spread[:240], *missing[:2]]
    removed = [*here[10:14], *spread[240:]]
    newcomers = list(range(RESIDENTS, RESIDENTS + NEWCOMERS))
    phones = (rng.permutation(10**5)[: len(changed)] * 991 + 13).tolist()
    return Moves(
        added=_persons(newcomers),
        newcomers=newcomers,
        changed={row: {"联系电话": f"154{n:08d}"} for row, n in zip(changed, phones, strict=True)},
        removed=removed,
    )


def _spoil(table: Table) -> None:
    p = people()
    born = p.births

    def last_century(row: int) -> bool:
        return bool(born[row] < 20_000_000)

    table.plant("wrong_check_digit", 37, ID, wrong_check_digit, spoils=True)
    table.plant("cut_short_id", 23, ID, cut_short, spoils=True)
    table.plant("missing_id", 8, ID, const("无"), spoils=True)
    table.plant("impossible_date", 12, "出生日期", const("2月30日"), spoils=True)
    table.plant("fifteen_digit_id", 120, ID, fifteen_digits, among=last_century)
    table.plant("full_width_id", 60, ID, full_width)
    table.plant("lower_case_x", 90, ID, str.lower)
    table.plant("padded_id", 40, ID, lambda text: f" {text} ")
    table.plant("spoken_date", 350, "出生日期", spoken_date)
    table.plant("slashed_date", 150, "出生日期", slashed_date)
    table.plant("null_marker", 500, "联系电话", const("无"))
    table.repeat(45)


def _write_population(folder: Path, table: Table) -> None:
    places: dict[str, list[int]] = {name: [] for name in DISTRICTS.values()}
    for row, name in enumerate(table.cells["所属区县"]):
        places[name].append(row)
    for name, rows in places.items():
        cells = {heading: [column[row] for row in rows] for heading, column in table.cells.items()}
        write_csv(folder / "公安局" / f"常住人口登记_{name}.csv", cells, encoding="gb18030")


def households(_stage: int) -> Delivery:
    """户籍登记: one row a household."""
    p, rng = people(), stream("households")
    members = np.bincount(p.household[:RESIDENTS], minlength=HOUSEHOLDS).tolist()
    day = np.datetime64("1985-01-01") + rng.integers(0, 15_000, HOUSEHOLDS).astype("timedelta64[D]")
    names = {d.code: d.name for d in divisions()}
    table = Table(
        "civil.households",
        {
            "户编号": list(p.household_numbers),
            "户主身份号码": [p.identity[i] for i in p.head.tolist()],
            "户别": rng.choice(["家庭户", "集体户"], HOUSEHOLDS, p=(0.94, 0.06)).tolist(),
            "户口性质": rng.choice(["城镇", "农村"], HOUSEHOLDS, p=(0.7, 0.3)).tolist(),
            "人口数": [str(m) for m in members],
            "立户日期": day.astype(str).tolist(),
            "所属区县": [names[v[:6]] for v in p.household_village],
            AREA: list(p.household_village),
        },
        np.arange(HOUSEHOLDS),
    )
    table.plant("wrong_check_digit", 14, "户主身份号码", wrong_check_digit, spoils=True)
    table.plant("no_members", 9, "人口数", const("0"), spoils=True)
    table.plant("fifteen_digit_id", 30, "户主身份号码", fifteen_digits,
                among=lambda h: bool(p.births[p.head[h]] < 20_000_000))  # fmt: skip
    table.repeat(26)
    return Delivery(table, lambda folder: _write_households(folder, table), header=0)


def _write_households(folder: Path, table: Table) -> None:
    # The department's system exports numbers as numbers and days as text.
    cells: dict[str, Sequence[object]] = {**table.cells, "人口数": [int(n) for n in table.cells["人口数"]]}
    write_parquet(folder / "公安局" / "户籍登记.parquet", cells)
