"""The steward's room 数据管理: entries drafted, mended and signed, data judged, questions answered."""

from __future__ import annotations

import importlib

# A page is taken in with its module.
for _name in (
    "landing", "drop", "entry", "mending", "quality", "rectification", "corrections", "conflicts",
    "classification", "clocks", "delivering",
):  # fmt: skip
    importlib.import_module(f"{__name__}.{_name}")
