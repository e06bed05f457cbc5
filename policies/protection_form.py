"""Rules of a dataset as people write them and as they are stored: one plain document, both ways.

Decides the form only. Reading is strict: a key or word that is not known is refused, because a rule
nobody enforces must not look agreed. Once fields are named, every other field is denied unless the
document says ``unlisted: plain``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, Final, TypeVar

from policies.masking import Mask
from policies.protection import (
    ANALYSES,
    ROLES,
    Analysis,
    ColumnRule,
    DatasetRules,
    Demand,
    JoinRule,
    OnBreach,
    Role,
    SmallGroups,
    TableRule,
    Visibility,
)

_Word = TypeVar("_Word", bound=StrEnum)

_COLUMN: Final = frozenset(
    {"visibility", "aggregates", "roles", "functions", "on_breach", "mask", "generalise"}
)
_JOIN: Final = frozenset({"demand", "partners", "keys", "types"})
KEYS: Final = frozenset(
    {
        "columns",
        "unlisted",
        "min_group",
        "min_distinct",
        "small_groups",
        "join",
        "analyses",
        "templates",
        "receivers",
        "follow_on",
    }
)


def to_document(rules: DatasetRules) -> dict[str, Any]:
    """The document of rules; what states nothing is left out."""
    table, made = rules.table, dict[str, Any]()
    if rules.columns:
        made["columns"] = {rule.name: _column_document(rule) for rule in rules.columns}
    if rules.columns or rules.unlisted is not Visibility.PLAIN:
        made["unlisted"] = rules.unlisted.value
    if table.min_group:
        made["min_group"] = table.min_group
    if table.min_distinct:
        made["min_distinct"] = dict(table.min_distinct)
    if table.small_groups is not None:
        made["small_groups"] = table.small_groups.value
    if table.join != JoinRule():
        made["join"] = _join_document(table.join)
    if table.analyses != ANALYSES:
        made["analyses"] = sorted(table.analyses)
    made |= _sets(templates=table.templates, receivers=table.receivers)
    if table.follow_on is not Demand.ALLOWED:
        made["follow_on"] = table.follow_on.value
    return made


def from_document(document: Mapping[str, Any]) -> DatasetRules:
    """The rules a document states.

    Raises:
        ValueError: a key or word is not known, or a value is malformed; the message says where.
    """
    _known(document, KEYS, "")
    columns = _mapping(document.get("columns", {}), "columns")
    usual = Visibility.DENY if columns else Visibility.PLAIN
    return DatasetRules(
        columns=tuple(_column(name, _mapping(columns[name] or {}, name)) for name in sorted(columns)),
        unlisted=_word(Visibility, document.get("unlisted", usual), "unlisted"),
        table=TableRule(
            min_group=_count(document.get("min_group", 0), "min_group"),
            min_distinct=_least(_mapping(document.get("min_distinct", {}), "min_distinct")),
            small_groups=(
                _word(SmallGroups, document["small_groups"], "small_groups")
                if "small_groups" in document
                else None
            ),
            join=_join(_mapping(document.get("join", {}), "join")),
            analyses=frozenset(
                _word(Analysis, word, "analyses")
                for word in _texts(document.get("analyses", ANALYSES), "analyses")
            ),
            templates=_optional(document, "templates"),
            receivers=_optional(document, "receivers"),
            follow_on=_word(Demand, document.get("follow_on", Demand.ALLOWED), "follow_on"),
        ),
    )


def _column_document(rule: ColumnRule) -> dict[str, Any]:
    made: dict[str, Any] = {}
    if rule.visibility is not Visibility.PLAIN:
        made["visibility"] = rule.visibility.value
    if rule.aggregates:
        made["aggregates"] = sorted(rule.aggregates)
    if rule.roles != ROLES:
        made["roles"] = sorted(rule.roles)
    made |= _sets(functions=rule.functions)
    if rule.on_breach is not OnBreach.FAIL:
        made["on_breach"] = rule.on_breach.value
    if rule.mask is not None:
        made["mask"] = {"first": rule.mask.first, "last": rule.mask.last}
    if rule.generalise:
        made["generalise"] = rule.generalise
    return made


def _join_document(rule: JoinRule) -> dict[str, Any]:
    made: dict[str, Any] = {}
    if rule.demand is not Demand.ALLOWED:
        made["demand"] = rule.demand.value
    return made | _sets(partners=rule.partners, keys=rule.keys, types=rule.types)


def _sets(**stated: frozenset[str] | None) -> dict[str, Any]:
    return {name: sorted(values) for name, values in stated.items() if values is not None}


def _column(name: str, stated: Mapping[str, Any]) -> ColumnRule:
    _known(stated, _COLUMN, f"{name}: ")
    mask = _mapping(stated["mask"], f"{name}.mask") if "mask" in stated else None
    if mask is not None:
        _known(mask, frozenset({"first", "last"}), f"{name}.mask: ")
    roles = _texts(stated.get("roles", ROLES), f"{name}.roles")
    return ColumnRule(
        name=name,
        visibility=_word(Visibility, stated.get("visibility", Visibility.PLAIN), f"{name}.visibility"),
        aggregates=_texts(stated.get("aggregates", ()), f"{name}.aggregates"),
        roles=frozenset(_word(Role, word, f"{name}.roles") for word in roles),
        functions=_optional(stated, "functions"),
        on_breach=_word(OnBreach, stated.get("on_breach", OnBreach.FAIL), f"{name}.on_breach"),
        mask=(
            None
            if mask is None
            else Mask(_count(mask.get("first", 0), "first"), _count(mask.get("last", 0), "last"))
        ),
        generalise=str(stated.get("generalise", "")),
    )


def _join(stated: Mapping[str, Any]) -> JoinRule:
    _known(stated, _JOIN, "join: ")
    return JoinRule(
        demand=_word(Demand, stated.get("demand", Demand.ALLOWED), "join.demand"),
        partners=_optional(stated, "partners"),
        keys=_optional(stated, "keys"),
        types=_optional(stated, "types"),
    )


def _least(stated: Mapping[str, Any]) -> tuple[tuple[str, int], ...]:
    return tuple((name, _count(stated[name], "min_distinct")) for name in sorted(stated))


def _known(stated: Mapping[str, Any], keys: frozenset[str], where: str) -> None:
    unknown = sorted(set(map(str, stated)) - keys)
    if unknown:
        raise ValueError(f"{where}nobody enforces a rule named {unknown[0]}")


def _word(kind: type[_Word], value: Any, where: str) -> _Word:
    try:
        return kind(value)
    except ValueError:
        raise ValueError(f"{where}: one of {', '.join(kind)}") from None


def _optional(stated: Mapping[str, Any], key: str) -> frozenset[str] | None:
    return _texts(stated[key], key) if key in stated else None


def _texts(value: Any, where: str) -> frozenset[str]:
    if isinstance(value, str | Mapping) or not isinstance(value, Iterable):
        raise ValueError(f"{where}: is a list of names")
    return frozenset(str(one) for one in value)


def _count(value: Any, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"{where}: is a whole number, not negative")
    return value


def _mapping(value: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ValueError(f"{where}: is a mapping of names")
    return value
