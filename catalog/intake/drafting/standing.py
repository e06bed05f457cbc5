"""Contracts that stand already: which of them a new draft is another form of.

Decides from the files their sources take and from the headings of their fields. A draft for files an
earlier contract reads keeps its name and the names of its fields, so that a redraft is the same dataset.
Whether a person has touched a contract is decided in :mod:`catalog.intake.drafting.writing`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from catalog.intake.drafting.meanings import meanings
from catalog.intake.drafting.sources import matches
from catalog.intake.landing.origin import NAMES
from contracts.model import Contract, ContractError
from contracts.odcs.files import read

# Headings in common from which on two datasets may be one, and their share of the smaller.
ALIKE_FIELDS: Final = 4
ALIKE_SHARE: Final = 0.8


@dataclass(frozen=True, slots=True)
class Standing:
    """A contract that stands already.

    Attributes:
        contract: as it stands.
        patterns: what its sources take, absolute.
        where: file or ledger it was found in.
    """

    contract: Contract
    patterns: tuple[str, ...]
    where: str

    def reads(self, path: str) -> bool:
        """Whether one of its sources takes a file, given absolute."""
        return any(path == p or matches(path, p) for p in self.patterns)


def standing_in(folder: Path) -> tuple[Standing, ...]:
    """The contracts of a folder; what cannot be read is passed over, ``ybz lint`` tells why."""
    found = []
    for path in sorted(folder.glob("*.yaml")) if folder.is_dir() else []:
        try:
            contract = read(path)
        except (ContractError, OSError, UnicodeDecodeError):
            continue
        base = folder.resolve()
        patterns = tuple(
            s.path if PurePosixPath(s.path).is_absolute() else (base / s.path).as_posix()
            for s in contract.sources
        )
        found.append(Standing(contract, patterns, path.name))
    return tuple(found)


def same_files(paths: Iterable[Path], standing: Sequence[Standing]) -> Standing | None:
    """The contract that reads most of some files, or None where none reads any."""
    given = [p.resolve().as_posix() for p in paths]
    counted = [(sum(one.reads(p) for p in given), one) for one in standing]
    best = max(counted, key=lambda pair: pair[0], default=(0, None))
    return best[1] if best[0] else None


def names_of(contract: Contract) -> dict[str, str]:
    """Heading as it is compared → name of its field, of a contract that stands."""
    fields = {f.business_name or f.name: f.name for f in contract.fields if f.name not in NAMES.values()}
    known = {meanings(heading)[0]: name for heading, name in fields.items()}
    for source in contract.sources:
        for heading, name in source.columns.items():
            if not heading.startswith("@"):
                known.setdefault(meanings(heading)[0], name)
    return known


def alike(contract: Contract, standing: Sequence[Standing]) -> tuple[tuple[str, str], ...]:
    """Other datasets whose columns a draft shares, with a sentence on each.

    Args:
        contract: a draft.
        standing: contracts in folder and ledger.
    """
    mine = _tokens(contract)
    found: dict[str, str] = {}
    for one in standing:
        name = one.contract.name
        theirs = _tokens(one.contract)
        common = sum(1 for tokens in mine.values() if any(tokens & other for other in theirs.values()))
        least = min(len(mine), len(theirs))
        if name != contract.name and common >= ALIKE_FIELDS and common >= ALIKE_SHARE * least:
            found[name] = (
                f"{common} of its {len(mine)} columns are also in {name} ({one.where}): if it is the same "
                f"dataset, add these files there as a source and remove this contract"
            )
    return tuple(found.items())


def differences(stands: Contract, drafted: Contract) -> tuple[str, ...]:
    """What a new draft has that a contract a person edited has not, one sentence each.

    Args:
        stands: the contract as edited.
        drafted: the new draft, source paths relative to the same folder.
    """
    said = []
    paths = [s.path for s in stands.sources]
    for source in drafted.sources:
        if not any(source.path == p or matches(source.path, p) for p in paths):
            said.append(f"reads {source.path}, which the contract does not (source {source.name})")
    known = {f.name: f for f in stands.fields}
    for field in drafted.fields:
        if field.name not in known:
            said.append(f"has a field {field.name} {field.business_name}, which the contract has not")
        elif field.type is not known[field.name].type:
            said.append(f"takes {field.name} for {field.type}, the contract for {known[field.name].type}")
    return tuple(said)


def _tokens(contract: Contract) -> Mapping[str, frozenset[str]]:
    return {
        f.name: frozenset(meanings(f.business_name or f.name))
        for f in contract.fields
        if f.name not in NAMES.values()
    }
