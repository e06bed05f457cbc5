"""The enterprises of the city, and who works where month by month."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np

from examples.city import codes
from examples.city.people import RESIDENTS, people
from examples.city.places import STREET_NAMES
from examples.city.table import stream

FIRMS: Final = 4_991
EMPLOYED: Final = 25_000
# 2025-10 to 2026-09.
MONTHS: Final = tuple(f"{2025 + (m + 9) // 12}-{(m + 9) % 12 + 1:02d}" for m in range(12))

# Sections of GB/T 4754-2017 that occur in the city, and their share of firms.
INDUSTRIES: Final = {
    "C": ("制造业", 0.19),
    "E": ("建筑业", 0.08),
    "F": ("批发和零售业", 0.23),
    "G": ("交通运输、仓储和邮政业", 0.06),
    "H": ("住宿和餐饮业", 0.09),
    "I": ("信息传输、软件和信息技术服务业", 0.08),
    "J": ("金融业", 0.03),
    "K": ("房地产业", 0.05),
    "L": ("租赁和商务服务业", 0.09),
    "M": ("科学研究和技术服务业", 0.05),
    "P": ("教育", 0.03),
    "Q": ("卫生和社会工作", 0.02),
}
# Two industries so small that no figure of them may be shown: two mines with two employees each, nine
# farms with one. Together they are large enough that no third industry has to hide them.
RARE: Final[dict[str, tuple[str, tuple[int, ...], int]]] = {
    "B": ("采矿业", (7, 8), 2),
    "A": ("农、林、牧、渔业", tuple(range(20, 29)), 1),
}

BRANDS: Final = (
    "云帆",
    "恒达",
    "瑞丰",
    "明远",
    "华拓",
    "中泽",
    "金穗",
    "天禾",
    "博雅",
    "新航",
    "宏宇",
    "嘉盛",
)
TRADES: Final = {
    "A": "农业", "B": "矿业", "C": "机械制造", "E": "建设工程", "F": "商贸", "G": "物流", "H": "餐饮管理",
    "I": "信息科技", "J": "小额贷款", "K": "置业", "L": "企业管理", "M": "检测技术", "P": "教育咨询",
    "Q": "健康服务",
}  # fmt: skip


@dataclass(frozen=True)
class Firms:
    """Every enterprise; all sequences have one entry per enterprise.

    Attributes:
        code: unified social credit codes.
        name: registered names, all different.
        industry: section letters of GB/T 4754.
        street: 9-digit codes.
        owner: index of the person who represents it.
        capital: registered capital in units of 10,000 yuan.
        founded: days as ISO text.
    """

    code: list[str]
    name: list[str]
    industry: list[str]
    street: list[str]
    owner: np.ndarray
    capital: list[int]
    founded: list[str]


@dataclass(frozen=True)
class Employment:
    """Who is insured where.

    Attributes:
        person: index of each insured person.
        employer: person × month → index of the enterprise, -1 for the self-employed.
        wage: person × month → contribution base in yuan.
    """

    person: np.ndarray
    employer: np.ndarray
    wage: np.ndarray


@cache
def firms() -> Firms:
    """The enterprises of the city, always the same."""
    rng = stream("firms")
    letters = list(INDUSTRIES)
    shares = np.array([share for _, share in INDUSTRIES.values()])
    industry = rng.choice(letters, size=FIRMS, p=shares / shares.sum()).tolist()
    for letter, (_, few, _) in RARE.items():
        for firm in few:
            industry[firm] = letter
    district = rng.integers(990101, 990106, FIRMS)
    street = district * 1000 + rng.integers(1, len(STREET_NAMES) + 1, FIRMS)
    serials = rng.choice(31**5, size=FIRMS, replace=False) * 17
    brand = rng.integers(0, len(BRANDS), FIRMS).tolist()
    day = np.datetime64("1998-03-01") + rng.integers(0, 10_100, FIRMS).astype("timedelta64[D]")
    adults = np.flatnonzero((people().ages()[:RESIDENTS] >= 24) & (people().ages()[:RESIDENTS] < 70))
    return Firms(
        code=[
            codes.credit_codes("91", str(d), serials[i : i + 1])[0] for i, d in enumerate(district.tolist())
        ],
        name=[
            f"云州市{BRANDS[b]}{n % 97 + 1}号{TRADES[letter]}第{n + 1}有限公司"
            for n, (b, letter) in enumerate(zip(brand, industry, strict=True))
        ],
        industry=industry,
        street=[str(s) for s in street.tolist()],
        owner=rng.choice(adults, FIRMS),
        capital=(rng.lognormal(5.2, 1.4, FIRMS).clip(3, 90_000)).astype(int).tolist(),
        founded=day.astype(str).tolist(),
    )


@cache
def employment() -> Employment:
    """Twelve months of social insurance, always the same."""
    rng = stream("employment")
    ages = people().ages()[:RESIDENTS]
    person = np.sort(rng.choice(np.flatnonzero((ages >= 18) & (ages < 60)), EMPLOYED, replace=False))
    weights = rng.lognormal(0.0, 1.1, FIRMS).clip(0.05, 18)
    weights[[firm for _, few, _ in RARE.values() for firm in few]] = 0
    weights /= weights.sum()
    first = rng.choice(FIRMS, size=EMPLOYED, p=weights)
    second = rng.choice(FIRMS, size=EMPLOYED, p=weights)
    # One in twelve changes the employer during the year; one in thirty works for himself.
    change = np.where(rng.random(EMPLOYED) < 1 / 12, rng.integers(1, 12, EMPLOYED), 12)
    employer = np.where(np.arange(12)[None, :] < change[:, None], first[:, None], second[:, None])
    employer[rng.random(EMPLOYED) < 1 / 30] = -1
    place = 100
    for _, few, staff in RARE.values():
        for firm in few:
            employer[place : place + staff] = firm
            place += staff
    base = rng.lognormal(8.65, 0.42, EMPLOYED).clip(3_600, 28_000)
    wage = (base[:, None] * (1 + 0.002 * np.arange(12)[None, :])).round(2).clip(3_600, 28_000)
    return Employment(person=person, employer=employer, wage=wage)
