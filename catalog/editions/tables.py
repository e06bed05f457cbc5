"""The tables of an edition: their columns, and their rows from the public view.

Decides which columns others get of the ledger; figures come from :mod:`catalog.statistics` alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import pyarrow as pa
from sqlalchemy import Connection

from catalog.keys import Keys
from catalog.lineage import columns as lineage
from catalog.releases.content import seal
from catalog.releases.published import Release, by_id
from catalog.statistics import PublicView, public_views
from policies.clocks import local_date
from policies.grading import item_grade

_TEXT, _WHOLE, _RATIO, _FLAG = pa.string(), pa.int64(), pa.float64(), pa.bool_()
SCHEMAS: Final[Mapping[str, pa.Schema]] = {
    "datasets": pa.schema(
        {
            "name": _TEXT, "code": _TEXT, "title": _TEXT, "department": _TEXT, "department_code": _TEXT,
            "classification": _TEXT, "sharing": _TEXT, "share_condition": _TEXT, "share_basis": _TEXT,
            "open": _FLAG, "update_cycle": _TEXT, "unit_kinds": _TEXT, "grade": _WHOLE, "revision": _WHOLE,
            "revision_digest": _TEXT, "rows": _WHOLE, "rows_withheld": _FLAG, "quality": _RATIO,
        }
    ),
    "fields": pa.schema(
        {
            "dataset": _TEXT, "position": _WHOLE, "name": _TEXT, "business_name": _TEXT, "type": _TEXT,
            "use": _TEXT, "element": _TEXT, "unit_kind": _TEXT, "category": _TEXT, "grade": _WHOLE,
            "personal": _FLAG, "sensitive": _FLAG, "sharing": _TEXT,
        }
    ),
    "releases": pa.schema(
        {
            "dataset": _TEXT, "release": _TEXT, "number": _WHOLE, "revision": _WHOLE, "published_on": _TEXT,
            "rows": _WHOLE, "quarantined": _WHOLE, "grade": _WHOLE, "quality": _RATIO, "content_hash": _TEXT,
            "mechanism": _TEXT,
        }
    ),
    "quality": pa.schema({"dataset": _TEXT, "dimension": _TEXT, "ratio": _RATIO}),
    "lineage": pa.schema(
        {
            "source_dataset": _TEXT, "source_field": _TEXT, "target_dataset": _TEXT, "target_field": _TEXT,
            "subtype": _TEXT,
        }
    ),
    # Where the period stands between systems and use, and what fell out on the way.
    "balance": pa.schema({"stage": _TEXT, "count": _WHOLE}),
    "fallen_out": pa.schema({"stage": _TEXT, "dataset": _TEXT, "why": _TEXT, "count": _WHOLE}),
    # What reads differently than in the last edition of an earlier period.
    "changes": pa.schema(
        {"dataset": _TEXT, "field": _TEXT, "kind": _TEXT, "what": _TEXT, "before": _TEXT, "after": _TEXT}
    ),
}  # fmt: skip

# The tables that show the public view; the others say what became of it.
VIEWED: Final = ("datasets", "fields", "releases", "quality", "lineage")

Rows = list[dict[str, Any]]


def content_of(connection: Connection, keys: Keys, now: datetime) -> dict[str, Rows]:
    """The rows of the tables of the public view, of published datasets only.

    Args:
        connection: a reading transaction; all tables show the same instant.
        keys: the pseudonym key hides content hashes.
        now: aware instant.
    """
    views = public_views(connection, local_date(now))
    names = {view.revision.name for view in views}
    content: dict[str, Rows] = {name: [] for name in VIEWED}
    for view in views:
        content["datasets"].append(_dataset_row(view))
        content["fields"] += _field_rows(view)
        content["quality"] += [
            {"dataset": view.revision.name, "dimension": name, "ratio": ratio}
            for name, ratio in view.dimensions.items()
        ]
        if view.release is not None:
            content["releases"].append(_release_row(view, by_id(connection, view.release), keys))
        into, _ = lineage.edges_around(connection, view.revision.name)
        content["lineage"] += [_edge_row(edge) for edge in into if edge.source_dataset in names]
    return content


def _dataset_row(view: PublicView) -> dict[str, Any]:
    revision, contract = view.revision, view.revision.contract
    return {
        "name": revision.name,
        "code": revision.code,
        "title": contract.title,
        "department": contract.department.name,
        "department_code": contract.department.code,
        "classification": contract.classification,
        "sharing": contract.sharing.type.value,
        "share_condition": contract.sharing.condition,
        "share_basis": contract.sharing.basis,
        "open": contract.open,
        "update_cycle": contract.update_cycle.value,
        "unit_kinds": " ".join(view.kinds),
        "grade": view.grade,
        "revision": revision.number,
        "revision_digest": revision.digest,
        "rows": None if view.rows is None else view.rows.value,
        "rows_withheld": view.rows is not None and view.rows.value is None,
        "quality": view.quality,
    }


def _field_rows(view: PublicView) -> Rows:
    sharing = view.revision.contract.sharing.type
    return [
        {
            "dataset": view.revision.name,
            "position": place,
            "name": item.name,
            "business_name": item.business_name,
            "type": item.type.value,
            "use": item.use.value,
            "element": item.element,
            "unit_kind": None if item.unit is None else item.unit.kind,
            "category": item.category,
            "grade": item_grade(item, sharing).grade,
            "personal": item.personal,
            "sensitive": item.sensitive,
            "sharing": (item.sharing or sharing).value,
        }
        for place, item in enumerate(view.revision.contract.fields, 1)
    ]


def _release_row(view: PublicView, release: Release, keys: Keys) -> dict[str, Any]:
    assert view.rows is not None
    assert view.quarantined is not None
    return {
        "dataset": view.revision.name,
        "release": release.id,
        "number": release.number,
        "revision": release.revision,
        "published_on": None if view.released_on is None else view.released_on.isoformat(),
        "rows": view.rows.value,
        "quarantined": view.quarantined.value,
        "grade": view.grade,
        "quality": view.quality,
        "content_hash": seal(release.content_hash, keys.pseudonym),
        "mechanism": None if release.facts.noise is None else release.facts.noise.told(),
    }


def _edge_row(edge: lineage.Edge) -> dict[str, Any]:
    return {name: getattr(edge, name) for name in SCHEMAS["lineage"].names}
