"""Which function enforces which term: the one register, and the refusal of every term that is not in it.

Decides that terms which nobody enforces cannot be written, read or signed. The functions stand in ``space``
and are named here only; that each exists and reads its term is checked by the tests, and the table of
``docs/terms.md`` is made from this one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Enforced:
    """One term and the place that enforces it.

    Attributes:
        term: ``Value.field`` of the typed terms.
        operand: how the agreement writes it.
        place: ``module:function``.
    """

    term: str
    operand: str
    place: str


_PLACES: Final[tuple[tuple[str, str, str], ...]] = (
    ("Terms.purpose", "purpose", "space.query.admit:admit"),
    ("Terms.datasets", "target", "space.query.schema:QuerySchema"),
    ("Terms.mode", "ybz:mode", "space.query.prepare:prepare"),
    ("Terms.disclosure", "ybz:units", "space.query.compile:compile_query"),
    ("Terms.valid_from", "dateTime", "space.store:spend"),
    ("Terms.valid_to", "dateTime", "space.store:spend"),
    ("Terms.joins", "ybz:join", "space.query.schema:QuerySchema"),
    ("Terms.budget", "ybz:rho", "space.query.compile:compile_query"),
    ("Terms.calls", "count", "space.store:spend"),
    ("Terms.max_rows", "ybz:rows", "space.engines.duckdb:execute"),
    ("Terms.price_fen_per_call", "payAmount", "space.calls.pricing:price"),
    ("Terms.analyses", "action", "space.query.admit:admit"),
    ("Terms.release_period", "ybz:releasePeriod", "space.query.prepare:prepare"),
    ("Terms.hours", "ybz:hours", "space.granting.conditions:in_hours"),
    ("Terms.networks", "virtualLocation", "space.granting.conditions:from_network"),
    ("Terms.rates", "ybz:rate", "space.granting.counters:take_calls"),
    ("Terms.volumes", "ybz:volume", "space.granting.counters:take_volume"),
    ("Terms.retention", "elapsedTime", "space.contracting.deletions:overdue"),
    ("Terms.breach", "ybz:breach", "space.contracting.breaches:follow"),
    ("Terms.in_charge", "ybz:managedBy", "space.contracting.signing:sign"),
    ("Terms.prices", "ybz:price", "space.calls.pricing:price_of"),
    ("Terms.trial_fee", "ybz:trialFee", "space.calls.pricing:price_of"),
    ("Terms.tiers", "ybz:tier", "space.calls.pricing:price_of"),
    ("DatasetTerm.name", "source", "space.query.schema:QuerySchema"),
    ("DatasetTerm.columns", "ybz:column", "space.query.schema:QuerySchema"),
    ("DatasetTerm.row_filter", "ybz:row", "space.query.planning.relation:from_sql"),
    ("DatasetTerm.rules", "refinement", "policies.composition:within"),
    ("DatasetTerm.region", "ybz:region", "policies.terms:DatasetTerm"),
    ("JoinTerm.left_dataset", "ybz:join", "space.query.schema:QuerySchema"),
    ("JoinTerm.left_field", "ybz:join", "space.query.schema:QuerySchema"),
    ("JoinTerm.right_dataset", "ybz:join", "space.query.schema:QuerySchema"),
    ("JoinTerm.right_field", "ybz:join", "space.query.schema:QuerySchema"),
    ("Disclosure.k", "ybz:units", "space.engines.threshold.release:release"),
    ("Disclosure.dominance_share", "ybz:dominanceShare", "space.engines.threshold.dominance:dominated"),
    ("Disclosure.p_percent", "ybz:pPercent", "space.engines.threshold.dominance:dominated"),
    ("Disclosure.rounding_base", "ybz:roundingBase", "space.engines.threshold.rounding:shown"),
    ("Budget.rho", "ybz:rho", "space.granting.allowances:take"),
    ("Budget.rho_per_query", "ybz:rhoPerQuery", "space.query.planning.blocks:with_noise"),
    ("Budget.delta", "ybz:delta", "space.engines.private.noise:release"),
    ("Budget.window", "ybz:rhoWindow", "space.granting.counters:take_budget"),
    ("TimeWindow.days", "ybz:hours", "policies.time_windows:TimeWindow"),
    ("TimeWindow.begin_minute", "ybz:hours", "policies.time_windows:TimeWindow"),
    ("TimeWindow.end_minute", "ybz:hours", "policies.time_windows:TimeWindow"),
    ("Rate.calls", "ybz:rate", "space.granting.counters:take_calls"),
    ("Rate.per", "ybz:rate", "space.granting.counters:take_calls"),
    ("Volume.most", "ybz:volume", "space.granting.counters:take_volume"),
    ("Volume.measure", "ybz:volume", "space.granting.counters:take_volume"),
    ("Volume.per", "ybz:volume", "space.granting.counters:take_volume"),
    ("Spending.rho", "ybz:rhoWindow", "space.granting.counters:take_budget"),
    ("Spending.per", "ybz:rhoWindow", "space.granting.counters:take_budget"),
    ("Retention.days", "elapsedTime", "space.contracting.deletions:overdue"),
    ("Retention.proof_days", "ybz:proofOfDeletion", "space.contracting.deletions:overdue"),
    ("BreachTerm.of", "ybz:breach", "space.contracting.breaches:follow"),
    ("BreachTerm.then", "ybz:breach", "space.contracting.breaches:follow"),
    ("BreachTerm.after", "ybz:breach", "space.contracting.breaches:after_refusal"),
    ("BreachTerm.calls_per_day", "ybz:breach", "space.contracting.breaches:follow"),
    ("InCharge.manager", "ybz:managedBy", "space.contracting.signing:sign"),
    ("InCharge.user", "ybz:usedBy", "space.contracting.signing:sign"),
    ("ProductPrice.product", "ybz:price", "policies.charging:Tariff"),
    ("ProductPrice.fen", "ybz:price", "policies.price_terms:Price"),
    ("ProductPrice.unit", "ybz:price", "policies.charging:Tariff"),
    ("TrialFee.percent", "ybz:trialFee", "policies.charging:Tariff"),
    ("TrialFee.months", "ybz:trialFee", "policies.charging:Tariff"),
    ("Tier.above", "ybz:tier", "policies.charging:Tariff"),
    ("Tier.percent", "ybz:tier", "policies.charging:Tariff"),
    ("DatasetRules.columns", "ybz:columnRule", "space.query.schema:QuerySchema"),
    ("DatasetRules.unlisted", "ybz:unlistedColumn", "policies.protection:DatasetRules"),
    ("DatasetRules.table", "refinement", "space.query.schema:QuerySchema"),
    ("ColumnRule.name", "ybz:columnRule", "policies.protection:DatasetRules"),
    ("ColumnRule.visibility", "ybz:columnRule", "space.query.rules.visibility:visible"),
    ("ColumnRule.aggregates", "ybz:columnRule", "space.query.rules.visibility:visible"),
    ("ColumnRule.roles", "ybz:columnRule", "space.query.rules.roles:in_role"),
    ("ColumnRule.functions", "ybz:columnRule", "space.query.rules.scalar_functions:passed_on"),
    ("ColumnRule.on_breach", "ybz:columnRule", "space.query.rules.breaches:soft"),
    ("ColumnRule.mask", "ybz:columnRule", "space.query.rules.breaches:soft"),
    ("ColumnRule.generalise", "ybz:columnRule", "space.query.rules.breaches:soft"),
    ("TableRule.min_group", "ybz:groupSize", "space.query.planning.sizes:sized"),
    ("TableRule.min_distinct", "ybz:distinctValues", "space.query.planning.sizes:sized"),
    ("TableRule.small_groups", "ybz:smallGroups", "space.query.planning.sizes:settle_small"),
    ("TableRule.join", "ybz:joinDemand", "space.query.rules.join_terms:join_terms"),
    ("TableRule.analyses", "ybz:analysis", "space.query.rules.analyses:analyses"),
    ("TableRule.templates", "ybz:template", "space.query.rules.templates:templates"),
    ("TableRule.receivers", "recipient", "policies.composition:receives"),
    ("TableRule.follow_on", "ybz:followOn", "space.query.rules.follow_on:follow_on"),
    ("JoinRule.demand", "ybz:joinDemand", "space.query.rules.join_terms:join_terms"),
    ("JoinRule.partners", "ybz:joinPartner", "space.query.rules.join_terms:join_terms"),
    ("JoinRule.keys", "ybz:joinKey", "space.query.rules.join_terms:join_terms"),
    ("JoinRule.types", "ybz:joinType", "space.query.rules.join_terms:join_terms"),
)
REGISTER: Final[dict[str, Enforced]] = {row[0]: Enforced(*row) for row in _PLACES}

# How people write a field of the terms, where not by its own name.
_WRITTEN: Final = {"DatasetTerm.row_filter": "where"}


def keys(value: str) -> frozenset[str]:
    """The keys a document may state for one kind of value, e.g. ``Terms``: those somebody enforces."""
    start = f"{value}."
    return frozenset(
        _WRITTEN.get(term, term.removeprefix(start)) for term in REGISTER if term.startswith(start)
    )


def unenforced(value: Any) -> tuple[str, ...]:
    """Terms a typed value states that are not in the register, as ``Value.field``; each once.

    Args:
        value: terms, rules or a part of them.
    """
    return tuple(dict.fromkeys(term for term in _stated(value) if term not in REGISTER))


def table() -> str:
    """The register as the table of ``docs/terms.md``."""
    rows = [
        f"| `{one.term}` | `{one.operand}` | `{one.place}` |"
        for term, *_ in _PLACES
        if (one := REGISTER.get(term))
    ]
    return "\n".join(("| term | ODRL | enforced in |", "|---|---|---|", *rows))


def _stated(value: Any) -> Iterator[str]:
    if isinstance(value, tuple | frozenset):
        for one in value:
            yield from _stated(one)
    elif is_dataclass(value) and type(value).__name__ in _KINDS:
        for field in fields(value):
            inner = getattr(value, field.name)
            if not _silent(field, inner):
                yield f"{type(value).__name__}.{field.name}"
                yield from _stated(inner)


def _silent(field: Field[Any], value: Any) -> bool:
    """Whether a field states nothing: it has the value it has by default."""
    if field.default is not MISSING:
        return bool(value == field.default)
    return field.default_factory is not MISSING and bool(value == field.default_factory())


# Kinds of values that are terms; others, such as a mask, are values of terms.
_KINDS: Final = frozenset(term.partition(".")[0] for term in REGISTER)
