"""What a release is: a published version of a dataset, as its row says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from catalog.errors import CatalogError
from catalog.releases.facts import Facts


class UnknownRelease(CatalogError):
    """There is no release of that identifier."""


@dataclass(frozen=True, slots=True)
class Release:
    """A published version of a dataset; mirrors its row in the store.

    Attributes:
        number: 1, 2, … within the dataset.
        revision: of the contract it was built from.
        vault_version, protected_version: Delta versions readers pass.
        content_hash: SHA-256 over the typed rows in order; keyed before it is shown outside the owner.
        fingerprint: of the inputs and the contract; of the last inputs that gave these rows.
        counts: preamble, header, dropped by rule, quarantined by rule; what the load did (``changes``,
            ``load``), the files it holds (``loaded``) and where it stands (``watermark``, ``next_row``).
        quality: 0–1, None where nothing was assessed.
        dimensions: quality dimension → ``{a, b, x}``.
        grade: 1–4.
        facts: what was checked of the protected table.
    """

    id: str
    dataset: str
    number: int
    revision: int
    vault_version: int
    protected_version: int
    row_count: int
    content_hash: str
    fingerprint: str
    lines_read: int
    landed: int
    typed: int
    quarantined: int
    counts: Mapping[str, Any]
    quality: float | None
    dimensions: Mapping[str, Any]
    grade: int
    facts: Facts
    published_at: datetime
    evidence_id: str


def of_row(row: Row[Any]) -> Release:
    """The release a row of the store tells of."""
    values = dict(row._mapping)
    return Release(**{**values, "facts": Facts.from_document(values["facts"])})
