"""How Chinese words of headings read: their syllables without tones, from a table beside this module.

One reading a character, but for pairs that read otherwise (银行): names of columns are no prose, and the
table is there at once where a dictionary of the language takes half a second to load.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path


def syllables(word: str) -> list[str]:
    """The syllables of a word; runs of other characters stay as they are.

    >>> syllables("银行卡号"), syllables("ct检查")
    (['yin', 'hang', 'ka', 'hao'], ['ct', 'jian', 'cha'])
    """
    single, pairs = _readings()
    made: list[str] = []
    place, run = 0, ""
    while place < len(word):
        pair, one = pairs.get(word[place : place + 2]), single.get(word[place])
        if pair is None and one is None:
            run += word[place]
            place += 1
            continue
        made += [run] if run else []
        run = ""
        made += pair or [one or ""]
        place += 2 if pair else 1
    return [*made, run] if run else made


@cache
def _readings() -> tuple[Mapping[str, str], Mapping[str, list[str]]]:
    from ruamel.yaml import YAML

    table = YAML(typ="safe").load(Path(__file__).with_name("pinyin.yaml").read_text(encoding="utf-8"))
    single: dict[str, str] = {}
    for line in table["characters"].splitlines():
        reading, characters = line.split()
        single |= dict.fromkeys(characters, reading)
    pairs: dict[str, list[str]] = {}
    for row in table["pairs"].split(","):
        pair, *readings = row.split()
        pairs[pair] = readings
    return single, pairs
