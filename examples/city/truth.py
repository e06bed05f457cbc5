"""True figures of the released rows, counted from the city itself and not from its files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final

import numpy as np

from examples.city.business import booked_months
from examples.city.delivery import Delivery
from examples.city.firms import MONTHS, RARE, firms
from examples.city.people import people
from examples.city.planted import PlantedDataset

# Sixty years of age at the close of the period.
ELDERLY_BORN_UNTIL: Final = 19_660_930

Statistic = Mapping[str, float]


def moving(by_name: Mapping[str, Delivery]) -> dict[str, Statistic]:
    """Statistic → group → value, for what the second delivery changes."""
    return {
        "persons_by_district": _by(by_name["civil.population"], "所属区县"),
        "elderly_by_district": _elderly(by_name),
        "elderly_with_old_age_allowance": _receiving(by_name, "civil_affairs.old_age_allowance"),
        "elderly_with_low_income": _receiving(by_name, "civil_affairs.low_income"),
        "elderly_with_disability": _receiving(by_name, "disabled.subsidy"),
    }


def lasting(by_name: Mapping[str, Delivery]) -> dict[str, Statistic]:
    """Statistic → group → value, for what both deliveries have in common."""
    return {
        "enterprises_by_industry": _by(by_name["market.enterprises"], "行业名称"),
        "tickets_by_topic": _by(by_name["hotline.tickets"], "诉求类别"),
        "pm25_by_station": _pm25(by_name["eco.air_readings"]),
        "insured_by_industry_and_month": insured(by_name),
    }


def composed(known: Mapping[str, Statistic]) -> tuple[PlantedDataset, ...]:
    """The figures of the two datasets made by SQL over others, from the statistics."""
    elderly = int(sum(known["elderly_by_district"].values()))
    cells = known["insured_by_industry_and_month"]
    few = sum(cell.split("|")[0] in RARE for cell in cells)
    return (
        _made("theme.elderly_services", elderly, {}),
        _made("topic.jobs_by_industry", len(cells) - few, {"small_cell": few}),
    )


def _made(name: str, rows: int, dropped: Mapping[str, int]) -> PlantedDataset:
    return PlantedDataset(
        name=name,
        state="released",
        lines_read=rows + sum(dropped.values()),
        preamble=0,
        header=0,
        dropped=dropped,
        landed=rows,
        typed=rows,
        quarantined=0,
        composed=True,
    )


def _by(delivery: Delivery, heading: str) -> dict[str, float]:
    table = delivery.table
    found = Counter(text for text, good in zip(table.cells[heading], table.good, strict=True) if good)
    return dict(sorted(found.items()))


def _pm25(delivery: Delivery) -> dict[str, float]:
    table = delivery.table
    sums: dict[str, list[int]] = {}
    for station, text, good in zip(table.cells["站点名称"], table.cells["PM2.5"], table.good, strict=True):
        if good and text != "-":
            sums.setdefault(station, []).append(int(text))
    return {station: sum(values) / len(values) for station, values in sorted(sums.items())}


def _old_rows(by_name: Mapping[str, Delivery]) -> list[tuple[int, str]]:
    table, births = by_name["civil.population"].table, people().births
    rows = zip(table.subject.tolist(), table.cells["所属区县"], table.good, strict=True)
    return [(p, district) for p, district, good in rows if good and births[p] <= ELDERLY_BORN_UNTIL]


def _elderly(by_name: Mapping[str, Delivery]) -> dict[str, float]:
    return dict(sorted(Counter(district for _, district in _old_rows(by_name)).items()))


def _receiving(by_name: Mapping[str, Delivery], name: str) -> dict[str, float]:
    receiving = set(by_name[name].table.good_subjects.tolist())
    return dict(sorted(Counter(d for p, d in _old_rows(by_name) if p in receiving).items()))


def insured(by_name: Mapping[str, Delivery]) -> dict[str, float]:
    """``industry|month`` → insured persons, over released rows of released employers."""
    _, month, employer, _ = booked_months()
    good = by_name["hrss.insurance_months"].table.good[: len(month)]
    known = np.zeros(len(firms().code), dtype=bool)
    known[by_name["market.enterprises"].table.good_subjects] = True
    counted = good & (employer >= 0) & known[employer]
    letters = np.array(firms().industry)
    cells = np.char.add(np.char.add(letters[employer[counted]], "|"), np.array(MONTHS)[month[counted]])
    names, counts = np.unique(cells, return_counts=True)
    return dict(zip(names.tolist(), counts.tolist(), strict=True))
