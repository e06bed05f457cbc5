"""How large a YAML text becomes once its aliases are followed.

Decides that a text of a few lines which stands for millions of values is not read on: whoever walks
over it would never end. Says nothing about what the text means.
"""

from __future__ import annotations

import re
from typing import Final

from ruamel.yaml import YAML
from ruamel.yaml.events import (
    AliasEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

# What an alias looks like; a star inside a word (``*.csv`` in quotes, ``a*b``) is none.
_ALIAS: Final = re.compile(r"(?:^|[\s\[{,:])\*[^\s\[\]{},]")
# Values a document may stand for. A contract of 2,000 fields has some 40,000.
MOST_VALUES: Final = 1_000_000


def swells(text: str) -> bool:
    """Whether a text stands for more than :data:`MOST_VALUES` values, or for itself.

    Raises:
        YAMLError: it is not YAML.

    >>> swells("a: &a [1, 2]\\nb: *a\\n")
    False
    >>> swells("a: &a [*a]\\n")
    True
    """
    if not _ALIAS.search(text):
        return False
    sizes: dict[str, int] = {}
    within: list[tuple[str | None, int]] = [(None, 0)]
    for event in YAML(typ="safe", pure=True).parse(text):
        if isinstance(event, SequenceStartEvent | MappingStartEvent):
            within.append((event.anchor, 1))
            continue
        if isinstance(event, AliasEvent):
            if event.anchor not in sizes:
                # Of something that is not closed: it would hold itself. Of nothing: the reader says so.
                return any(anchor == event.anchor for anchor, _ in within)
            anchor, size = None, sizes[event.anchor]
        elif isinstance(event, ScalarEvent):
            anchor, size = event.anchor, 1
        elif isinstance(event, SequenceEndEvent | MappingEndEvent):
            anchor, size = within.pop()
        else:
            continue
        if anchor is not None:
            sizes[anchor] = size
        around, before = within[-1]
        within[-1] = (around, before + size)
        if within[-1][1] > MOST_VALUES:
            return True
    return False
