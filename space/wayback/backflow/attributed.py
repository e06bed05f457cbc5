"""How the rows of a dataset were attributed 属地归集: by which rule, how surely, and why not the rest.

Decides nothing about an area: it reads what the rounds of deliveries kept, of the newest release that was
attributed. Beside a sample somebody checked on the spot it tells what share lies in the right street.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from sqlalchemy import Connection, select

from catalog import revisions
from catalog.home import Home
from catalog.lake import files_of
from catalog.places.attributing import meaning_of
from catalog.store.tables.attributions import attribution_shares
from catalog.store.tables.releases import releases
from space.errors import SpaceError, Unknown

AREA: Final = "area"
# What a reason names beside itself: the smallest area the row surely lies in.
_NEAR: Final = re.compile(r" near \d+")


class FilesGone(SpaceError):
    """A file that says how rows were attributed is missing."""


class NotASample(SpaceError):
    """A file that holds no rows somebody checked."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What one rule told.

    Attributes:
        by: the rule, as its place among the contract's and its kind.
        rows: it told an area of.
        confidence: mean share of them expected to be right.
    """

    by: str
    rows: int
    confidence: float


@dataclass(frozen=True, slots=True)
class Attribution:
    """How the rows of one release were attributed in one meaning.

    Attributes:
        rows: of the release.
        attributed: those an area is told of.
        rules: what each rule told, the one that told most first.
        why: reason → rows no area is told of, the commonest first.
    """

    dataset: str
    meaning: str
    release: str
    rows: int
    attributed: int
    rules: tuple[Rule, ...]
    why: tuple[tuple[str, int], ...]

    @property
    def share(self) -> float:
        """Of the rows, those an area is told of; 1 where there is none."""
        return self.attributed / self.rows if self.rows else 1.0


@dataclass(frozen=True, slots=True)
class Checked:
    """The same beside a sample somebody checked.

    Attributes:
        rows: of the sample that are in the release.
        attributed: those an area is told of.
        right: those told the right street.
    """

    rows: int
    attributed: int
    right: int

    @property
    def share_right(self) -> float:
        """Of the rows an area is told of, those told the right street; 1 where there is none."""
        return self.right / self.attributed if self.attributed else 1.0


def attribution(
    home: Home, connection: Connection, dataset: str, meaning: str = ""
) -> tuple[Attribution, pa.Table]:
    """How the newest attributed release of a dataset was attributed.

    Args:
        home: the installation.
        connection: a reading transaction.
        dataset: ``schema.table``.
        meaning: ``residence``, ``registration`` or ``workplace``; the dataset's first where empty.

    Returns:
        The figures, and the rows: the key fields first, then, ``_after``, ``_by``, ``_confidence``, ``_how``.

    Raises:
        Unknown: nothing of the dataset was attributed in that meaning.
    """
    shares = _shares(connection, dataset)
    last = max(shares, key=lambda row: row.number, default=None)
    contract = None if last is None else revisions.number(connection, dataset, last.revision).contract
    wanted = meaning or (meaning_of(contract, None) if contract is not None else "")
    shares = [row for row in shares if row.meaning == wanted]
    if contract is None or not shares:
        raise Unknown("attribution of", dataset, "somebody subscribes to it, then `ybz build`")
    newest = max(shares, key=lambda row: row.number)
    rows = _rows(home, shares, newest, contract.key)
    told = rows.filter(pc.is_valid(rows["_after"]))
    found = Attribution(
        dataset, wanted, newest.release_id, rows.num_rows, told.num_rows, _rules(told), _why(rows)
    )
    return found, rows


def checked(
    rows: pa.Table, sample: Mapping[tuple[str, ...], str], key: tuple[str, ...], digits: int
) -> Checked:
    """Compare what was told with what somebody found.

    Args:
        rows: as :func:`attribution` gives them.
        sample: key of a row → region code of where it really lies.
        key: names of the key fields, in the order of the sample's keys.
        digits: of a region code that names the street.
    """
    found = attributed = right = 0
    columns = [rows[name].cast(pa.string()).to_pylist() for name in key]
    for *cells, told in zip(*columns, rows["_after"].to_pylist(), strict=True):
        really = sample.get(tuple(cells))
        if really is None:
            continue
        found += 1
        attributed += told is not None
        right += told is not None and told[:digits] == really[:digits]
    return Checked(found, attributed, right)


def read_sample(file: Path, key: tuple[str, ...]) -> dict[tuple[str, ...], str]:
    """Rows somebody checked: a CSV in UTF-8 with the key fields of the dataset and ``area``.

    Raises:
        NotASample: it is another file, or a column is missing.
    """
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines)
            missing = {*key, AREA} - set(reader.fieldnames or ())
            if missing:
                raise NotASample(f"{file.name} has no column {', '.join(sorted(missing))} — add it")
            return {tuple(row[name] for name in key): row[AREA] for row in reader}
    except UnicodeDecodeError as error:
        raise NotASample(f"{file.name} is no CSV in UTF-8") from error


def _shares(connection: Connection, dataset: str) -> list[Any]:
    """What was kept of the comparisons of a dataset, each with number and revision of its release."""
    s, r = attribution_shares.c, releases.c
    query = (
        select(attribution_shares, r.number, r.revision)
        .join(releases, r.id == s.release_id)
        .where(s.dataset == dataset)
    )
    return list(connection.execute(query))


def _rows(home: Home, shares: list[Any], newest: Any, key: tuple[str, ...]) -> pa.Table:
    """The rows of a release, put together from the comparisons that lead to it."""
    chain = [newest]
    while chain[-1].since_release_id:
        earlier = [row for row in shares if row.release_id == chain[-1].since_release_id]
        # A comparison with nothing holds the whole release.
        chain.append(min(earlier, key=lambda row: row.since_release_id))
    rows, files = None, files_of(home)
    for row in reversed(chain):
        content = files.read(row.path)
        if content is None:
            raise FilesGone(f"how {row.dataset} was attributed is missing — restore it from backup")
        moved = pq.read_table(io.BytesIO(content))
        if rows is not None:
            rows = rows.join(moved.select(list(key)), list(key), join_type="left anti")
        stays = moved.filter(pc.not_equal(moved["_change"], "removed")).select(
            [*key, "_after", "_by", "_confidence", "_how"]
        )
        rows = stays if rows is None else pa.concat_tables([rows, stays])
    assert rows is not None, "the chain holds at least the newest"
    return rows


def _rules(told: pa.Table) -> tuple[Rule, ...]:
    found = told.group_by("_by").aggregate([("_confidence", "mean"), ("_confidence", "count")]).to_pylist()
    rules = (Rule(row["_by"], row["_confidence_count"], row["_confidence_mean"]) for row in found)
    return tuple(sorted(rules, key=lambda rule: (-rule.rows, rule.by)))


def _why(rows: pa.Table) -> tuple[tuple[str, int], ...]:
    untold = rows.filter(pc.is_null(rows["_after"]))["_how"].to_pylist()
    return tuple(Counter(_NEAR.sub("", why or "") for why in untold).most_common())
