"""Coordinate reference systems 坐标系 and where a pair in each can lie.

Decides which systems a contract may name. The bounds are dated data (``coordinates.yaml``), and
converting between systems is nobody's here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

FILE: Final = Path(__file__).with_name("coordinates.yaml")


@dataclass(frozen=True, slots=True)
class Box:
    """Least and greatest longitude and latitude of a pair in China, in degrees."""

    west: float
    east: float
    south: float
    north: float


@cache
def boxes() -> Mapping[str, Box]:
    """The box of every system, by the name a rule's ``crs`` gives it."""
    from ruamel.yaml import YAML

    (rule,) = YAML(typ="safe").load(FILE.read_text(encoding="utf-8"))["rules"]
    return MappingProxyType(
        {crs: Box(*sides["longitude"], *sides["latitude"]) for crs, sides in rule["value"].items()}
    )
