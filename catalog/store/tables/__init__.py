"""All tables of the system, one module per room; importing this package registers them."""

from catalog.store.tables import (
    backflow,
    evidence,
    forms,
    grants,
    identity,
    inputs,
    ledger,
    quality,
    quality_details,
    queries,
    releases,
    standards,
)

__all__ = [
    "backflow",
    "evidence",
    "forms",
    "grants",
    "identity",
    "inputs",
    "ledger",
    "quality",
    "quality_details",
    "queries",
    "releases",
    "standards",
]
