"""Writes the city: department files, their contracts, and what is true of them."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from examples.city import addresses, business, police, services, surroundings, truth, welfare
from examples.city.delivery import Delivery
from examples.city.people import CLOSE
from examples.city.planted import Planted, PlantedDataset
from examples.city.table import SEED

CONTRACTS: Final = Path(__file__).parent / "contracts"
FORMS: Final = Path(__file__).parent / "forms"

# Every department's datasets, in the order a newcomer would read them.
DATASETS: Final[tuple[Callable[[int], Delivery], ...]] = (
    police.population,
    police.households,
    business.enterprises,
    business.insurance_months,
    welfare.low_income,
    welfare.old_age_allowance,
    welfare.disability_subsidy,
    services.medical_settlements,
    services.hotline_tickets,
    services.housing,
    surroundings.schools,
    surroundings.air_readings,
    surroundings.reservoir_levels,
    surroundings.bus_stops,
    surroundings.administrative_divisions,
)
# What the second delivery rewrites; every other file stays as it is.
CHANGING: Final = (police.population, welfare.low_income, welfare.old_age_allowance)


def generate(folder: Path, *, stage: int = 1) -> Planted:
    """Write one delivery of the city below ``folder``.

    Args:
        folder: gets ``data/<department>/…``, ``contracts/*.yaml``, ``forms/*.yaml``, the lists of places
            ``lists/*.csv``, where homes really lie in ``truth/housing_properties.csv``, and ``planted.json``.
        stage: 1 for the first delivery, 2 for the one a month later; the second rewrites only the
            files that changed, so the first must be there already.

    Returns:
        What is true of the files, as also written to ``planted.json``.

    Raises:
        ValueError: the stage is neither 1 nor 2, or there is no first delivery to follow.
    """
    if stage not in (1, 2):
        raise ValueError("stage is 1 or 2")
    if stage == 2 and not (folder / "planted.json").exists():
        raise ValueError("the second delivery needs the first one in the same folder")
    planted = _first(folder) if stage == 1 else _second(folder, Planted.read(folder / "planted.json"))
    planted.write(folder / "planted.json")
    return planted


def _first(folder: Path) -> Planted:
    deliveries = [make(1) for make in DATASETS]
    for delivery in deliveries:
        delivery.write(folder / "data")
    _copy_papers(CONTRACTS, folder / "contracts")
    _copy_papers(FORMS, folder / "forms")
    addresses.write_lists(folder / "lists")
    _write_truth(folder / "truth")
    by_name = {delivery.table.name: delivery for delivery in deliveries}
    known = {**truth.moving(by_name), **truth.lasting(by_name)}
    return Planted(
        seed=SEED,
        stage=1,
        close=CLOSE.isoformat(),
        datasets=(*(delivery.planted for delivery in deliveries), *truth.composed(known)),
        truth=known,
        correction=welfare.correction(),
    )


def _second(folder: Path, before: Planted) -> Planted:
    changed = [make(2) for make in CHANGING]
    for delivery in changed:
        delivery.write(folder / "data")
    # Its file stays, but the statistics of the elderly ask who receives it.
    steady = welfare.disability_subsidy(2)
    by_name = {delivery.table.name: delivery for delivery in (*changed, steady)}
    known = {**before.truth, **truth.moving(by_name)}
    figures = {delivery.table.name: delivery.planted for delivery in changed}
    theme, _ = truth.composed(known)
    figures[theme.name] = theme
    datasets = tuple(figures.get(one.name) or _standing(one) for one in before.datasets)
    return replace(before, stage=2, datasets=datasets, truth=known)


def _standing(one: PlantedDataset) -> PlantedDataset:
    """A dataset whose files did not change: its release stays, a stopped one is stopped again."""
    return replace(one, state="unchanged") if one.state == "released" else one


def _write_truth(folder: Path) -> None:
    """Where the homes lie, as somebody who goes there finds it; ``ybz backflow attribution`` reads it."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "housing_properties.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(("property_no", "area"))
        writer.writerows(services.where_homes_lie().items())


def _copy_papers(source: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for paper in sorted(source.glob("*.yaml")):
        shutil.copyfile(paper, folder / paper.name)
