"""The sources of this part, by trade."""

from __future__ import annotations

from typing import Final

from tests.classification.validation.sixth.make import (
    abroad,
    civil,
    grid,
    hospital,
    housing,
    insured,
    justice,
    labour,
    police,
    schools,
    soldiers,
)

SOURCES: Final = {
    **police.SOURCES,
    **hospital.SOURCES,
    **insured.SOURCES,
    **schools.SOURCES,
    **civil.SOURCES,
    **labour.SOURCES,
    **housing.SOURCES,
    **justice.SOURCES,
    **soldiers.SOURCES,
    **grid.SOURCES,
    **abroad.SOURCES,
}
