"""Drafted contracts on disk: one YAML file each; a contract already there is never lost."""

from __future__ import annotations

from pathlib import Path

from catalog.errors import CatalogError
from catalog.intake.draft import Draft, relocated
from contracts.odcs import dumps


class ContractExists(CatalogError):
    """A contract of that name is already in the folder, perhaps confirmed by a person."""


def write(made: Draft, target: Path, *, overwrite: bool = False) -> dict[str, str]:
    """Write every drafted contract into a folder.

    Args:
        made: the draft.
        target: folder, made where missing.
        overwrite: whether a contract already there with other content may be replaced.

    Returns:
        Family name → file written.

    Raises:
        ContractExists: a file with other content is in the way; nothing is written then.
    """
    texts: dict[str, tuple[Path, str]] = {}
    for family in made.families:
        path = target / f"{family.name}.yaml"
        texts[family.name] = path, dumps(relocated(family.contract, made.folder, target))
    if not overwrite:
        for path, text in texts.values():
            if path.exists() and path.read_text(encoding="utf-8") != text:
                raise ContractExists(
                    f"{path} is already there and differs — use --force to replace it, or --out DIR"
                )
    target.mkdir(parents=True, exist_ok=True)
    for path, text in texts.values():
        path.write_text(text, encoding="utf-8")
    return {name: str(path) for name, (path, _) in texts.items()}
