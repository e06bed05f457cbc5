"""What one set of terms changes of another, in words, for whoever decides on an offer.

Decides words only. The constants of a condition on rows are left unsaid: it is told as changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from policies.purpose import Purpose
from space.console.language import Language
from space.console.pages.contracting import words
from space.console.parts.figures import number, yuan

# Name of a dataset, or of a column as dataset.column → what it is called.
Names = Mapping[str, str]
Purposes = Mapping[str, Purpose]
_WORDED: Final = {"mode": words.MODES, "analyses": words.ANALYSES, "release_period": words.PERIODS}
_COUNTS: Final = ("calls", "max_rows")
_LIMITS: Final = ("rates", "volumes")


def changes(
    say: Language,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    names: Names,
    purposes: Purposes,
) -> list[str]:
    """What changes from one document of terms to another, one line each; empty where nothing does.

    Args:
        say: of the reader.
        before: a complete document of terms.
        after: another.
        names: of datasets and columns.
        purposes: by their codes.

    >>> changes(Language.CHINESE, {"calls": 1000}, {"calls": 500}, {}, {})
    ['调用次数（整个期限）：由 1,000 改为 500']
    >>> changes(Language.CHINESE, {}, {"rates": ["60/minute"]}, {}, {})
    ['调用频率：增加 每分钟 60 次']
    """
    old, new = _by_name(before), _by_name(after)
    lines = [say(f"增加数据：{names.get(one, one)}", f"dataset added: {names.get(one, one)}")
             for one in new if one not in old]  # fmt: skip
    lines += [say(f"去掉数据：{names.get(one, one)}", f"dataset taken away: {names.get(one, one)}")
              for one in old if one not in new]  # fmt: skip
    for name in new:
        if name in old:
            about = names.get(name, name) + say("，", ", ")
            lines += [about + line for line in _of_dataset(say, name, old[name], new[name], names)]
    first, second = _flat(before), _flat(after)
    for key in dict.fromkeys((*first, *second)):
        shown = words.called(say, words.TERMS, key)
        lines += _line(
            say,
            shown,
            _shown(say, key, first.get(key), purposes),
            _shown(say, key, second.get(key), purposes),
        )
    return lines


def _of_dataset(
    say: Language, name: str, before: Mapping[str, Any], after: Mapping[str, Any], names: Names
) -> Iterator[str]:
    old, new = ([names.get(f"{name}.{one}", one) for one in each["columns"]] for each in (before, after))
    yield from _line(say, words.called(say, words.TERMS, "columns"), old, new)
    for key in ("where", "rules"):
        if before.get(key) != after.get(key):
            word = ("新写明", "now stated") if key not in before else ("已改", "changed")
            word = ("已去掉", "taken away") if key not in after else word
            yield f"{words.called(say, words.TERMS, key)}{say('：', ': ')}{say(*word)}"
    yield from _line(say, words.called(say, words.TERMS, "region"), before.get("region"), after.get("region"))


def _by_name(terms: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {str(one["name"]): one for one in terms.get("datasets", ())}


def _flat(terms: Mapping[str, Any]) -> dict[str, Any]:
    """Every term but those of single datasets, by its key."""
    found: dict[str, Any] = {}
    for key, value in terms.items():
        if isinstance(value, Mapping):
            found |= {f"{key}.{each}": one for each, one in value.items()}
        elif key != "datasets":
            found[key] = value
    return found


def _shown(say: Language, key: str, value: Any, purposes: Purposes) -> Any:
    """A value as it is read."""
    if value is None:
        return None
    if isinstance(value, list):
        return [_shown(say, key, one, purposes) for one in value]
    if key == "purpose" and value in purposes:
        return say(purposes[value].title, purposes[value].title_en)
    if key == "price_fen_per_call" and isinstance(value, int):
        return yuan(value)
    if key in _COUNTS and isinstance(value, int):
        return number(value)
    if key in _LIMITS:
        return words.limit(say, str(value))
    return words.called(say, _WORDED[key], value) if key in _WORDED else value


def _line(say: Language, shown: str, before: Any, after: Any) -> list[str]:
    colon = say("：", ": ")
    if before == after:
        return []
    if isinstance(before, list) or isinstance(after, list):
        old, new = list(before or ()), list(after or ())
        moved = [f"{shown}{colon}{say('增加', 'added')} {one}" for one in new if one not in old]
        moved += [f"{shown}{colon}{say('去掉', 'taken away')} {one}" for one in old if one not in new]
        return moved or [f"{shown}{colon}{say('换了先后', 'in another order')}"]
    if before is None:
        return [f"{shown}{colon}{say(f'写明为 {after}', f'now {after}')}"]
    if after is None:
        return [f"{shown}{colon}{say(f'不再写明（原为 {before}）', f'no longer stated (was {before})')}"]
    return [f"{shown}{colon}{say(f'由 {before} 改为 {after}', f'{before} → {after}')}"]
