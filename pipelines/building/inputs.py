"""What a dataset is made from: told before a build by a fingerprint, and again after its rows landed.

Decides whether the inputs are those a release was built from; what a file's content is,
:mod:`catalog.intake.landing.fingerprint` says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from catalog.intake.landing.fingerprint import FileDigests, fingerprint, identity
from catalog.intake.landing.landing import inputs
from contracts.canonical import digest
from contracts.model import Contract, LoadKind
from contracts.odcs.files import contract_digest
from pipelines.building.account import Account, Ledger, Rows
from pipelines.expectations.over_rows import ELSEWHERE


def input_fingerprint(
    contract: Contract,
    folder: Path,
    ledger: Ledger,
    inputs: tuple[str, ...],
    digests: FileDigests | None = None,
) -> str:
    """What a release was built from: the contract and the content of its files, or its inputs' releases."""
    if contract.composed is None:
        before = ledger.releases.get(contract.name)
        loaded = () if before is None else before.counts.get("loaded", ())
        return fingerprint(contract, folder, digests=digests, loaded=loaded)
    made_from = {name: ledger.releases[name].id if name in ledger.releases else "" for name in inputs}
    return digest({"contract": contract_digest(contract), "inputs": made_from})


def compared(contract: Contract) -> tuple[str, ...]:
    """The datasets whose published rows the rules of a contract read."""
    return tuple(sorted({str(rule.args["dataset"]) for rule in contract.rules if rule.kind in ELSEWHERE}))


def compared_with(fingerprint: str, dataset: str, named: Iterable[str], released: Mapping[str, str]) -> str:
    """The fingerprint of a dataset's inputs with the releases its rules compare rows with.

    Rules are judged again when one of these is another, though no row of the dataset is.

    Args:
        fingerprint: of what it is made from; "" = not known before the run.
        dataset: its name; a rule may compare it with itself.
        named: datasets that its rules read.
        released: dataset → id of its newest release.
    """
    others = {name: released.get(name, "") for name in named if name != dataset}
    return digest({"inputs": fingerprint, "compared": others}) if fingerprint and others else fingerprint


def still_there(contract: Contract, folder: Path, rows: Rows, account: Account, digests: FileDigests) -> bool:
    """Whether the files that landed are those a build would read now.

    Args:
        contract: of the dataset.
        folder: what source paths are relative to.
        rows: as landed.
        account: of the landing.
        digests: of files.
    """
    loaded = set(rows.base.loaded) if rows.base is not None else set()
    full = contract.load.kind is LoadKind.FULL
    read = {
        (file["path"] if full else "", file.get("identity", file["sha256"]))
        for file in account.counts["files"]
        if file["sha256"]
    }
    now = {
        (label if full else "", identity(source, label, digests.sha256(path)))
        for source in contract.sources
        for path, label in inputs(source, folder)
        if path is not None
    }
    return read == {one for one in now if full or one[1] not in loaded}
