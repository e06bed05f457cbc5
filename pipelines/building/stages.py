"""The stages of one build before it is judged: rows landed or composed, and checked by rules.

Decides nothing itself: it calls what decides, in order, keeps the account of rows and the time each
stage took. What is found in them, and whether they become a release, is :mod:`pipelines.building.gating`'s.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from sqlalchemy import Engine

from catalog import rectification
from catalog.home import Home
from catalog.intake.landing import raw
from catalog.intake.landing.landed import Landed
from catalog.intake.landing.landing import land
from catalog.intake.landing.typing import TypedRows, typed_rows
from catalog.quality import RuleResult, coded, dimensions, score, weights
from catalog.releases.arrivals import rows_after
from catalog.releases.published import vault_files
from catalog.revisions import Revision
from contracts.model import Contract, Rule, RuleKind
from contracts.rules import rules_for
from pipelines.building import row_counts
from pipelines.building.accepted import in_their_place
from pipelines.building.account import Account, Ledger, Rows, no_rejected
from pipelines.building.composed import compose
from pipelines.building.loads import NO_BASE, Base, netted, refuse_repeats, remembered, with_former_rows
from pipelines.errors import CountsDiffer, Stopped
from pipelines.expectations.freshness import judge_freshness
from pipelines.expectations.measured import measured
from pipelines.expectations.over_rows import ELSEWHERE
from pipelines.expectations.staging import ROW, Checked, Staging, rejected, remaining
from pipelines.statistics.noising import kinds_to_hide, with_noise


def landed_rows(
    contract: Contract,
    folder: Path,
    account: Account,
    *,
    home: Home,
    base: Base = NO_BASE,
    key: str = "",
    corrections: str = "",
    digest_of: Callable[[Path], str] | None = None,
    as_of: date | None = None,
) -> Rows:
    """Read the sources, keep their raw rows, lay corrections over them, clean, cast and net them.

    Args:
        contract: of the dataset.
        folder: what source paths are relative to.
        account: is filled.
        home: the installation.
        base: what the rows are added to.
        key: fingerprint of the pseudonym key.
        corrections: digest of the department's corrections; "" where there are none.
        digest_of: gives the SHA-256 of a file; every file is hashed where None.
        as_of: day of the dated rules; the newest ones where None.
    """
    spill = home.lake / "staging"
    spill.mkdir(parents=True, exist_ok=True)
    seen = {} if digest_of is None else {"digest": digest_of}
    with account.timed("land"):
        landed = land(
            contract,
            folder,
            spill=spill,
            since=base.since,
            loaded=frozenset(base.loaded),
            as_of=as_of,
            **seen,
        )
    with account.timed("keep"):
        refuse_repeats(home, contract, landed, base)
        names = raw.keep(home, contract, landed)
        former = with_former_rows(home, contract, landed, base)
        whole, rectified = rectification.lay(home, contract, former, corrections)
    again = former is not landed
    account.lines_read = landed.counts.lines_read
    account.landed = whole.table.num_rows + (whole.rejected.num_rows if again else 0)
    with account.timed("cast"):
        made = typed_rows(contract, whole, spill=spill, as_of=as_of)
    account.counts = _landing_counts(contract, landed, made, base, names)
    if again:
        account.counts["from_raw"] = account.landed - landed.table.num_rows
    if rectified:
        account.counts["rectified"] = rectified
    with account.timed("net"):
        arrived = netted(home, contract, made.typed, base, key)
    if arrived is None:
        return Rows(made.typed, made.rejected, base=base, cells=made.cells)
    account.counts["aside"] = dict(arrived.aside)
    rejected = pa.concat_tables([made.rejected, arrived.rejected])
    return Rows(arrived.rows, rejected, arrived=arrived, base=base, cells=made.cells)


def _landing_counts(
    contract: Contract, landed: Landed, made: TypedRows, base: Base, names: tuple[str, ...]
) -> dict[str, Any]:
    """What is kept of a landing with its release."""
    lines = landed.counts
    counts: dict[str, Any] = {
        "preamble": lines.preamble,
        "header": lines.header,
        "dropped": dict(lines.dropped),
        "unfolded": lines.unfolded,
        "cleaned": {step: cells for step, cells in made.cleaned.items() if cells},
        "drift": [{**asdict(drifted), "action": drifted.action.value} for drifted in made.drift],
        "files": [
            {
                "path": f.path,
                "sha256": f.sha256,
                **({"identity": f.identity} if f.identity != f.sha256 else {}),
                "lines_read": f.counts.lines_read,
                "landed": f.counts.landed,
                "dropped": dict(f.counts.dropped),
                "missing": list(f.missing),
            }
            for f in landed.files
        ],
        **remembered(contract, landed, names, base),
    }
    return counts


def composed_rows(
    home: Home,
    engine: Engine,
    revision: Revision,
    ledger: Ledger,
    inputs: tuple[str, ...],
    as_of: date,
    account: Account,
) -> Rows:
    """Run the SQL of a composed dataset over the published rows of its inputs, with noise where it must."""
    contract = revision.contract
    absent = [name for name in inputs if name not in ledger.releases]
    if absent:
        raise Stopped(f"made from {', '.join(absent)}, which has no release yet — build it first")
    used = {name: ledger.releases[name] for name in inputs}
    with account.timed("compose"):
        hidden = kinds_to_hide(contract, ledger.contracts, as_of)
        if hidden:
            made = with_noise(home, engine, revision, ledger.contracts, used, hidden, as_of)
        else:
            made = compose(home, contract, ledger.contracts, used, as_of)
    rows = made.rows.num_rows
    account.lines_read, account.landed = rows + made.withheld, rows
    account.counts = {
        "preamble": 0,
        "header": 0,
        "dropped": {"small_cell": made.withheld} if made.withheld else {},
        "inputs": {name: release.id for name, release in used.items()},
    }
    typed = made.rows.append_column("_file", pa.array([contract.name] * rows, pa.string()))
    typed = typed.append_column("_line", pa.array(np.arange(1, rows + 1)))
    return Rows(typed, no_rejected(), made.edges, made.derived_from, noise=made.noise, charge=made.charge)


def checked_rows(
    home: Home,
    contract: Contract,
    rows: Rows,
    staging: Staging,
    ledger: Ledger,
    as_of: date,
    account: Account,
) -> Rows:
    """Run the rules and take out the rows they quarantine; the account adds up or the build fails."""
    rules = rules_for(contract)
    former = ledger.releases.get(contract.name)
    of_all: tuple[Rule, ...] = ()
    if rows.base is not None and rows.base.adds:
        # Rows that are added do not tell how many there are: what they are added to is counted in below.
        of_all = tuple(rule for rule in rules if rule.kind is RuleKind.ROW_COUNT)
        rules = tuple(rule for rule in rules if rule.kind is not RuleKind.ROW_COUNT)
    references = _references(home, ledger, rules)
    with account.timed("check"):
        checked: Checked = staging.check(
            contract,
            rules,
            rows.typed,
            references=references,
            former_rows=None if former is None else former.row_count,
        )
    broken, kept = checked.broken, remaining(rows.typed, checked.broken)
    out = rejected(rows.typed, broken, rules)
    first = out.num_rows
    if rows.arrived is not None and rows.arrived.earlier is not None and out.num_rows:
        with account.timed("check"):
            kept, more = in_their_place(
                contract, rules, rows.typed, rows.arrived, broken, staging, references
            )
        account.counts["aside"]["superseded"] -= (
            kept.num_rows + out.num_rows + more.num_rows - rows.typed.num_rows
        )
        out = pa.concat_tables([out, more])
    late = [judge_freshness(r, contract, rows.typed, as_of) for r in rules if r.kind is RuleKind.FRESHNESS]
    also = measured(contract, rows.typed, rows.cells, checked.complete, account.counts.get("files", ()))
    account.results = coded((*checked.results, *late, *_counted(contract, of_all, rows, kept), *also), as_of)
    account.dimensions = dimensions(account.results)
    account.quality = score(account.dimensions, weights(as_of))
    gone = pa.concat_tables([rows.rejected.select(out.column_names).cast(out.schema), out])
    # Rows a load sets aside are typed too: they say nothing new, or that a row is gone.
    account.typed, account.quarantined = kept.num_rows + account.aside, gone.num_rows
    account.counts["quarantined"] = dict(sorted(Counter(gone["reason"].to_pylist()).items()))
    named_once = len(broken[ROW].unique()) == first
    if account.landed != account.typed + account.quarantined or not named_once:
        raise CountsDiffer(
            f"{contract.name}: {account.landed} rows landed, but {account.typed} are typed and "
            f"{account.quarantined} quarantined — this is a fault of the build"
        )
    return replace(rows, typed=kept, rejected=gone)


def _counted(contract: Contract, rules: Sequence[Rule], rows: Rows, kept: pa.Table) -> Iterator[RuleResult]:
    """Rules on the rows a release will have, where ``kept`` of a delivery is added to the former one."""
    if not rules or rows.base is None or rows.base.release is None or rows.arrived is None:
        return iter(())
    former = rows.base.release.row_count
    return row_counts.judged(rules, rows_after(contract, rows.arrived, kept, former), former)


def _references(home: Home, ledger: Ledger, rules: Sequence[Rule]) -> dict[str, Sequence[Path]]:
    """Files of the published rows that rules compare with; a dataset without a release is left out."""
    named = {str(rule.args["dataset"]) for rule in rules if rule.kind in ELSEWHERE}
    published = {name: ledger.releases[name] for name in named if name in ledger.releases}
    return {name: vault_files(home, release) for name, release in published.items()}
