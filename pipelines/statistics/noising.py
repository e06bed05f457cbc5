"""A statistical dataset for operators: figures with noise that hides every unit behind them.

Decides when figures need it, its scales, and which cells are there: every combination of public keys, else
those whose noisy count passes a threshold. What one build spends comes from the contract and the dated rules;
it is charged with the release (:mod:`catalog.releases.charges`), once for a revision over the same releases.
The SQL must be of the form :mod:`pipelines.statistics.noisable` reads.

Source: Bun and Steinke 2016, zero-concentrated differential privacy, proposition 1.6.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from math import ceil, sqrt
from statistics import NormalDist
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from sqlalchemy import Engine

from catalog.duck import connect
from catalog.home import Home
from catalog.lineage.columns import column_lineage, kinds_behind
from catalog.releases import charges
from catalog.releases.charges import Charge
from catalog.releases.noise import Noise
from catalog.releases.published import Release, by_id, read_vault
from catalog.revisions import Revision
from catalog.store import reading
from contracts.canonical import digest
from contracts.model import Composition, Contract, Readers
from pipelines.building.composed import ComposedRows, run, sealed, typed
from pipelines.errors import CheckFailed
from pipelines.statistics.noisable import ROWS, Figure, Noisable, noisable
from policies.access import Caller
from policies.disclosure import defaults
from policies.modes import required
from policies.privacy_budget import Loss, fdelta_cost, nrho_cost, of_build
from policies.terms import Mode

Numbers = npt.NDArray[Any]
# How often an error bound may be exceeded.
_ALPHA: Final = 0.05
# Beyond it the sampler of one build is killed, in seconds.
_LONGEST_S: Final = 600
_WORKER: Final = "pipelines.statistics.noise_worker"


def kinds_to_hide(contract: Contract, contracts: Mapping[str, Contract], on: date) -> tuple[str, ...]:
    """Unit kinds the noise of a dataset must hide; empty where it is made without noise.

    Args:
        contract: of the dataset.
        contracts: of every dataset of the ledger, by name.
        on: day whose rules apply.
    """
    made = contract.composed
    if made is None or made.kind is not Composition.STATISTICAL or made.readers is not Readers.OPERATORS:
        return ()
    kinds = kinds_behind(contract.name, contracts)
    needed = bool(kinds) and required(Caller.OUTSIDE, kinds, on).mode is Mode.DP
    return tuple(sorted(kinds)) if needed else ()


def with_noise(
    home: Home,
    engine: Engine,
    revision: Revision,
    contracts: Mapping[str, Contract],
    inputs: Mapping[str, Release],
    kinds: tuple[str, ...],
    on: date,
) -> ComposedRows:
    """The rows of a dataset with noise: those of the release its revision was charged for, or new ones.

    Args:
        home: the installation.
        engine: its store.
        revision: of the dataset.
        contracts: of every dataset of the ledger, by name.
        inputs: the release each input is read at.
        kinds: of unit to hide.
        on: day of the rules.

    Raises:
        Stopped: its SQL cannot be made with noise.
        YearExhausted: a kind's year does not leave what it spends; nothing was computed.
        CheckFailed: the SQL fails, or the process that adds noise does.
    """
    contract = revision.contract
    sources = digest({name: release.id for name, release in sorted(inputs.items())})
    build = Build(contract, contracts, kinds, on, sources)
    charge = build.charge()
    with reading(engine) as connection:
        charged = charges.already(connection, contract.name, revision.number, sources)
        if charged is None:
            charges.check(connection, contract.name, charge, on)
        before = None if charged is None else by_id(connection, charged)
    if before is None:
        return build.rows(home, inputs)
    rows = read_vault(home, before).select([field.name for field in contract.fields])
    edges = column_lineage(contract, contracts)
    return ComposedRows(rows, 0, edges, kinds, before.facts.noise, charge)


@dataclass(frozen=True, slots=True)
class Build:
    """One build with noise.

    Attributes:
        contract: of the dataset.
        contracts: of every dataset of the ledger, by name.
        kinds: of unit it hides.
        on: day of the rules.
        sources: digest of the releases of its inputs.
    """

    contract: Contract
    contracts: Mapping[str, Contract]
    kinds: tuple[str, ...]
    on: date
    sources: str

    @property
    def form(self) -> Noisable:
        """What its SQL computes."""
        return noisable(self.contract, self.contracts)

    @property
    def loss(self) -> Loss:
        """What it spends."""
        assert self.contract.composed is not None
        return of_build(self.on, self.contract.composed.rho)

    def charge(self) -> Charge:
        """What is taken from the year of every kind.

        Raises:
            Stopped: its SQL cannot be made with noise.
        """
        delta = 0 if self.form.domain_sql else fdelta_cost(self.loss.delta)
        return Charge(self.sources, self.kinds, nrho_cost(self.loss.rho), delta)

    def rows(self, home: Home, inputs: Mapping[str, Release]) -> ComposedRows:
        """The dataset's rows with noise.

        Args:
            home: the installation.
            inputs: the release each input is read at.

        Raises:
            Stopped: its SQL cannot be made with noise.
            CheckFailed: the SQL fails, or the process that adds noise does.
        """
        form, loss = self.form, self.loss
        exact = run(home, self.contract, self.contracts, inputs, form.sql)
        shares = len(form.figures) + (not form.domain_sql)
        rho = loss.rho / shares
        request = {
            "keys": None if form.domain_sql else self._keys(form, exact, rho),
            "figures": [_figure(figure, form.bound, exact, rho) for figure in form.figures],
        }
        noisy = _asked(self.contract.name, request)
        cells = exact.select([name for name, _ in form.keys]).take(pa.array(noisy["shown"], pa.int64()))
        for name, column in _settled(form, noisy).items():
            cells = cells.append_column(name, pa.array(column, pa.int64()))
        with connect() as connection:
            connection.register("given", cells)
            connection.execute("CREATE TABLE noised AS SELECT * FROM given")
            connection.unregister("given")
            found = sealed(connection, self.contract.name, form.shown_sql)
        rows = typed(self.contract, found)
        noise = Noise(
            kinds=self.kinds,
            hides=form.hides,
            rho=loss.rho,
            delta=0.0 if form.domain_sql else loss.delta,
            bound=form.bound,
            public_keys=bool(form.domain_sql),
            sigma={f: _sigma(x.sensitivity(form.bound), rho) / x.factor for f, x in form.told.items()},
            within={f: _within(form, x, rho) for f, x in form.told.items()},
        )
        edges = column_lineage(self.contract, self.contracts)
        return ComposedRows(_bounded(self.contract, rows), 0, edges, self.kinds, noise, self.charge())

    def _keys(self, form: Noisable, exact: pa.Table, rho: float) -> dict[str, Any]:
        return {
            "counts": exact[ROWS].to_pylist(),
            "bound": form.bound,
            "sigma": _sigma(form.bound, rho),
            "rho": rho,
            "delta": self.loss.delta,
            "k": defaults(self.on).k,
        }


def _figure(figure: Figure, bound: int, exact: pa.Table, rho: float) -> dict[str, Any]:
    sensitivity = figure.sensitivity(bound)
    return {
        "values": exact[figure.name].to_pylist(),
        "sensitivity": sensitivity,
        "sigma": _sigma(sensitivity, rho),
        "rho": rho,
    }


def _sigma(sensitivity: float, rho: float) -> float:
    """Standard deviation of Gaussian noise that spends ``rho`` (rounded up a hair)."""
    return sensitivity / sqrt(2 * rho) * (1 + 1e-9)


def _within(form: Noisable, figure: Figure, rho: float) -> float:
    """How far a figure may lie from the truth, in units of its field, rounding to whole steps included.

    A figure is kept within what the noisy figures above it allow (a sum within its count of values, that
    within the rows of its cell), so its error is that of one of them: together they may fail so often.
    """
    levels = 1 + (bool(form.rows) and figure.name != form.rows) + bool(figure.bounds)
    z = NormalDist().inv_cdf(1 - _ALPHA / (2 * levels))
    return ceil(z * _sigma(figure.sensitivity(form.bound), rho) + 1) / figure.factor


def _asked(name: str, request: dict[str, Any]) -> dict[str, Any]:
    """What a process of its own makes of a request.

    Raises:
        CheckFailed: it did not answer; nothing was released.
    """
    command = [sys.executable, "-I", "-m", _WORKER]
    body = json.dumps(request).encode()
    try:
        done = subprocess.run(  # noqa: S603  (module: a constant above)
            command, input=body, capture_output=True, timeout=_LONGEST_S, check=True
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        raise CheckFailed(f"{name}: the process that adds noise did not answer — build it again") from None
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _settled(form: Noisable, noisy: Mapping[str, Any]) -> dict[str, Numbers]:
    """Noisy figures within what is public of them.

    No count is negative or above the rows of its cell, no mean beyond its bounds.
    """
    made = {f.name: np.array(v, np.int64) for f, v in zip(form.figures, noisy["figures"], strict=True)}
    if noisy["counted"] is not None:
        made[ROWS] = np.array(noisy["counted"], np.int64)
    for figure in form.figures:
        if figure.bounds is None:
            made[figure.name] = np.maximum(made[figure.name], 0)
    rows = made.get(form.rows)
    for figure in form.figures:
        if figure.bounds is None and rows is not None:
            made[figure.name] = np.minimum(made[figure.name], rows)
    for figure in form.figures:
        if figure.bounds is not None:
            low, high = (made[figure.counted] * side for side in figure.bounds)
            made[figure.name] = np.minimum(np.maximum(made[figure.name], low), high)
    return made


def _bounded(contract: Contract, rows: pa.Table) -> pa.Table:
    """The rows with every figure within its public bounds: what lies beyond them is noise."""
    import pyarrow.compute as pc

    for place, field in enumerate(contract.fields):
        kind, column = rows.schema.field(place).type, rows.column(place)
        for bound, cut in ((field.minimum, pc.max_element_wise), (field.maximum, pc.min_element_wise)):
            if isinstance(bound, int | float) and (pa.types.is_integer(kind) or _real(kind)):
                limit = pa.scalar(bound, pa.float64()).cast(kind)
                column = pc.if_else(pc.is_null(column), column, cut(column, limit))
        rows = rows.set_column(place, rows.schema.field(place), column)
    return rows


def _real(kind: pa.DataType) -> bool:
    return bool(pa.types.is_decimal(kind) or pa.types.is_floating(kind))
