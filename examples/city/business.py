"""市场监督管理局: enterprises (UTF-8 with BOM). 人力资源和社会保障局: social insurance, one file a month."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

import numpy as np

from examples.city.delivery import Delivery
from examples.city.files import write_csv
from examples.city.firms import FIRMS, INDUSTRIES, MONTHS, RARE, employment, firms
from examples.city.people import people
from examples.city.places import DISTRICTS, divisions
from examples.city.table import (
    Table,
    cut_short,
    fifteen_digits,
    full_width,
    spoken_date,
    stream,
    wrong_check_digit,
)

CODE: Final = "统一社会信用代码"
# Persons whose last month has not been booked yet; with the repeated rows the total is 300,000.
UNBOOKED: Final = 80


def enterprises(_stage: int) -> Delivery:
    """市场主体登记: one row an enterprise."""
    f, p, rng = firms(), people(), stream("enterprises")
    names = {d.code: d.name for d in divisions()}
    industry = {k: v[0] for k, v in INDUSTRIES.items()} | {k: v[0] for k, v in RARE.items()}
    owners = f.owner.tolist()
    table = Table(
        "market.enterprises",
        {
            CODE: list(f.code),
            "企业名称": list(f.name),
            "行业门类": list(f.industry),
            "行业名称": [industry[letter] for letter in f.industry],
            "注册资本（万元）": [f"{c:,}" for c in f.capital],
            "成立日期": list(f.founded),
            "登记状态": rng.choice(["存续", "注销", "吊销"], FIRMS, p=(0.93, 0.05, 0.02)).tolist(),
            "法定代表人": [p.names[i] for i in owners],
            "法定代表人证件号码": [p.identity[i] for i in owners],
            "联系电话": [p.mobile[i] for i in owners],
            "所属区县": [DISTRICTS[s[:6]] for s in f.street],
            "属地编码": list(f.street),
            "住所": [f"{DISTRICTS[s[:6]]}{names[s]}工业路{n % 300 + 1}号" for n, s in enumerate(f.street)],
        },
        np.arange(FIRMS),
    )
    # The few firms of a rare industry all arrive, so that it is its size that hides it.
    table.reserve(firm for _, few, _ in RARE.values() for firm in few)
    table.plant("wrong_check_digit", 12, CODE, wrong_check_digit, spoils=True)
    table.plant("cut_short_code", 6, CODE, cut_short, spoils=True)
    table.plant("full_width_code", 20, CODE, full_width)
    table.plant("lower_case_code", 35, CODE, str.lower)
    table.plant("spoken_date", 60, "成立日期", spoken_date)
    table.plant("fifteen_digit_id", 25, "法定代表人证件号码", fifteen_digits,
                among=lambda row: bool(p.births[owners[row]] < 20_000_000))  # fmt: skip
    table.repeat(9)
    return Delivery(
        table,
        lambda folder: write_csv(
            folder / "市场监督管理局" / "市场主体登记信息.csv", table.cells, encoding="utf-8-sig"
        ),
    )


@cache
def booked_months() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Rows of all months, month by month: person, month, enterprise, wage."""
    e = employment()
    booked = np.ones((12, len(e.person)), dtype=bool)
    booked[11, ::310][:UNBOOKED] = False
    booked[11, np.flatnonzero(~booked[11])[UNBOOKED:]] = True
    keep = booked.ravel()
    month = np.repeat(np.arange(12), len(e.person))[keep]
    return np.tile(e.person, 12)[keep], month, e.employer.T.ravel()[keep], e.wage.T.ravel()[keep]


def insurance_months(_stage: int) -> Delivery:
    """社会保险缴费: one row a person and month, about the person and the employer."""
    person, month, employer, wage = booked_months()
    f, p, rng = firms(), people(), stream("insurance")
    days = rng.integers(8, 21, 12).tolist()
    table = Table(
        "hrss.insurance_months",
        {
            "证件号码": [p.identity[i] for i in person.tolist()],
            "姓名": [p.names[i] for i in person.tolist()],
            "单位统一社会信用代码": [f.code[i] if i >= 0 else "-" for i in employer.tolist()],
            "参保类型": ["职工" if i >= 0 else "灵活就业" for i in employer.tolist()],
            "到账日期": [f"{MONTHS[m]}-{days[m]:02d}" for m in month.tolist()],
            "缴费基数": [f"{w:.2f}" for w in wage.tolist()],
            "个人缴费": [f"{w * 0.08:.2f}" for w in wage.tolist()],
            "单位缴费": [
                f"{w * 0.16 if e >= 0 else 0:.2f}"
                for w, e in zip(wage.tolist(), employer.tolist(), strict=True)
            ],
        },
        person,
    )
    _spoil_insurance(table, employer)
    return Delivery(table, lambda folder: _write_insurance(folder, table, month), header=len(MONTHS))


def _spoil_insurance(table: Table, employer: np.ndarray) -> None:
    born = people().births[table.subject]
    code = "单位统一社会信用代码"
    table.reserve(
        np.flatnonzero(np.isin(employer, [firm for _, few, _ in RARE.values() for firm in few])).tolist()
    )
    table.plant("wrong_check_digit", 150, "证件号码", wrong_check_digit, spoils=True)
    table.plant("wrong_employer_code", 60, code, wrong_check_digit, spoils=True,
                among=lambda row: bool(employer[row] >= 0))  # fmt: skip
    table.plant("base_out_of_bounds", 25, "缴费基数", lambda text: text.replace(".", "") + ".00", spoils=True)
    table.plant("impossible_number", 15, "缴费基数", lambda _: "见附件", spoils=True)
    table.plant("fifteen_digit_id", 400, "证件号码", fifteen_digits,
                among=lambda row: bool(born[row] < 20_000_000))  # fmt: skip
    table.plant("full_width_number", 300, "缴费基数", full_width)
    table.plant("thousands_separator", 500, "缴费基数", lambda text: f"{float(text):,.2f}")
    table.plant("spoken_date", 200, "到账日期", spoken_date)
    table.repeat(UNBOOKED)


def _write_insurance(folder: Path, table: Table, month: np.ndarray) -> None:
    # Rows repeated at the end belong to the month they were first sent for: the last file holds them.
    for number, name in enumerate(MONTHS):
        rows = np.flatnonzero(month == number).tolist()
        if number == len(MONTHS) - 1:
            rows += range(len(month), table.rows)
        cells = {heading: [column[row] for row in rows] for heading, column in table.cells.items()}
        write_csv(folder / "人力资源和社会保障局" / f"社保缴费_{name.replace('-', '')}.csv", cells)
