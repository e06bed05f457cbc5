"""The room of the data authority, of heads and of the registrar 主管审核: what waits for each of them."""

from __future__ import annotations

import importlib

# A page is taken in with its module.
for _name in (
    "landing", "review", "conflict", "classification", "registration", "other_cases", "owed", "stand_ins",
):  # fmt: skip
    importlib.import_module(f"{__name__}.{_name}")
