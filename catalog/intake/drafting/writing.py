"""Drafted contracts on disk: one YAML file each; what a person has edited is never lost.

Decides whether a contract already there is still as drafted: then the new draft takes its place. Where
a person has edited it, it stays, the new draft is laid beside it as ``NAME.yaml.proposed`` (which no
command takes for a contract), and what is new in it is told.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from catalog.intake.drafting.draft import Draft, relocated
from catalog.intake.drafting.standing import differences
from contracts.model import Contract, ContractError
from contracts.odcs.files import dumps, read

# What each file held when it was drafted last: file name → SHA-256.
RECORD: Final = ".drafted.json"
PROPOSED: Final = ".proposed"


class State(StrEnum):
    """What a draft did to a contract file."""

    NEW = "new"
    UNCHANGED = "unchanged"
    UPDATED = "updated"  # nobody had edited it
    KEPT = "kept"  # a person had
    REPLACED = "replaced"  # a person had, and asked for it to be replaced


@dataclass(frozen=True, slots=True)
class Written:
    """What became of one drafted contract.

    Attributes:
        path: of the contract file.
        state: see :class:`State`.
        proposed: file with the new draft beside an edited contract, or None where it holds nothing new.
        changes: what the new draft has that the edited contract has not, one sentence each.
    """

    path: Path
    state: State
    proposed: Path | None = None
    changes: tuple[str, ...] = ()


def write(made: Draft, target: Path, *, overwrite: bool = False) -> dict[str, Written]:
    """Write every drafted contract into a folder.

    Args:
        made: the draft.
        target: folder, made where missing.
        overwrite: whether contracts a person has edited are replaced.

    Returns:
        Family name → what became of its contract.
    """
    target.mkdir(parents=True, exist_ok=True)
    record = _record(target)
    done: dict[str, Written] = {}
    for family in made.families:
        contract = relocated(family.contract, made.folder, target)
        path = target / f"{family.name}.yaml"
        text = dumps(contract)
        done[family.name] = _write_one(path, text, contract, record, overwrite=overwrite)
        record[path.name] = _digest(text)
    (target / RECORD).write_text(json.dumps(record, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return done


def _write_one(
    path: Path, text: str, contract: Contract, record: dict[str, str], *, overwrite: bool
) -> Written:
    proposed = path.with_name(path.name + PROPOSED)
    present = path.read_text(encoding="utf-8") if path.exists() else None
    edited = present is not None and record.get(path.name) != _digest(present)
    if present == text or present is None or overwrite or not edited:
        proposed.unlink(missing_ok=True)
        if present == text:
            return Written(path, State.UNCHANGED)
        path.write_text(text, encoding="utf-8")
        state = State.NEW if present is None else State.REPLACED if edited else State.UPDATED
        return Written(path, state)
    if record.get(path.name) == _digest(text):
        known = proposed if proposed.exists() else None
        return Written(path, State.KEPT, known, _changes(path, contract) if known else ())
    proposed.write_text(text, encoding="utf-8")
    return Written(path, State.KEPT, proposed, _changes(path, contract))


def _changes(path: Path, drafted: Contract) -> tuple[str, ...]:
    try:
        return differences(read(path), drafted)
    except ContractError:
        return ("the contract there cannot be read: `ybz lint` tells why",)


def _record(target: Path) -> dict[str, str]:
    try:
        found = json.loads((target / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(k): str(v) for k, v in found.items()} if isinstance(found, dict) else {}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
