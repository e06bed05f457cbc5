"""``/v1/forms/compile``: an issuer's workbook read and bound; nothing of it is kept."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Query

from policies.access import Act
from space.api.services import Known, Wired, permit
from space.wayback.forms.compiling.compiled import compile_workbook

router = APIRouter(prefix="/v1/forms", tags=["forms"])

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_About = Literal["person", "household", "enterprise", "area"]


@router.post("/compile")
def compile_form(
    workbook: Annotated[bytes, Body(media_type=_XLSX, description="The workbook (.xlsx).")],
    wired: Wired,
    who: Known,
    about: Annotated[_About | None, Query(description="What one sheet or row is about.")] = None,
) -> dict[str, Any]:
    """Say of every blank what exists, what can be computed, who asks it already, and what must be asked."""
    permit(who, Act.CATALOGUE_READ)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "form.xlsx"
        path.write_bytes(workbook)
        return compile_workbook(wired.engine, path, wired.clock(), about=about or "").to_document()
