"""From drafts to blocks: proofs, bounds and noise of every base aggregate.

Decides how each figure of a block is made safe. The k-proofs are :mod:`space.query.planning.proofs`, the
bound :mod:`space.query.planning.bounds`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from math import sqrt
from typing import Final

from sqlglot import exp

from policies.terms import Budget
from space.query.grammar.key_form import KeyForm
from space.query.grammar.written import written
from space.query.plan import Aggregate, Block, BlockKind, Condition, Method, Proof
from space.query.planning.bounds import contribution
from space.query.planning.coarser import written_out
from space.query.planning.draft import Case, Draft
from space.query.planning.possible import possible, samples
from space.query.planning.proofs import Relation, guarded_rows, method
from space.query.planning.relation import filters, from_sql, open_sql
from space.query.planning.sizes import sized
from space.query.planning.ties import samples as public_samples
from space.query.reasons import Refused

# Every combination of shown conditions is judged: more of them would cost more than they are worth.
MAX_CONDITIONS: Final = 8
# More values than a key can show.
MANY: Final = 2**31


def threshold_block(draft: Draft) -> Block:
    """The block in threshold mode: every condition with its proof.

    Raises:
        Refused: too many conditions, or two forms of one measure.
    """
    _check_forms(draft)
    if len({a.condition for a in draft.aggregates}) > MAX_CONDITIONS:
        raise Refused("query.conditions")
    conditions = tuple(Condition(c.sql) for c in draft.cases)
    proofs = sized(_proofs(draft.relation, draft.cases), draft.relation, len(draft.cases))
    made = _block(draft, "threshold", conditions, proofs)
    made = replace(made, aggregates=tuple(_with_flats(a, draft) for a in made.aggregates))
    several = len({a.condition for a in draft.aggregates}) > 1
    added = {edge.right for edge in draft.relation.edges if edge.kind == "left"}
    parts = possible(draft.where, [case.form for case in draft.cases], added) if several else ""
    unfiltered, filter_sql = open_sql(draft.relation)
    forms = [draft.where, *(case.form for case in draft.cases), *filters(draft.relation)]
    told = replace(
        made,
        possible_sql=parts,
        open_sql=unfiltered,
        filter_sql=filter_sql,
        labelled=tuple(name for name, form in draft.keys if _told_by_absence(form, added)),
        labels=tuple(_labels(form.labels) for _, form in draft.keys if _told_by_absence(form, added)),
        samples=samples(forms, added),
    )
    return written_out(told, draft.relation)


def _told_by_absence(form: KeyForm, added: Collection[str]) -> bool:
    """Whether a part that holds nobody tells something: of a condition, or of who is in a joined table."""
    return form.labels is not None or any(place.scan.name in added for place in form.places)


def _labels(stated: tuple[exp.Expr, ...] | None) -> int:
    """How many values a key of conditions has; that any is missing is not hidden, so it is none.

    Without a list there is always one more: that of rows without a partner.
    """
    return MANY if stated is None else sum(not isinstance(label, exp.Null) for label in stated)


def private_block(draft: Draft) -> Block:
    """The block in differentially private mode, without noise yet: see :func:`with_noise`.

    Raises:
        Refused: the contribution of a unit, or a measure, has no bound.
    """
    bound = contribution(draft.relation)
    kinds = {unit.kind for _, unit in draft.relation.about()}
    protected = {(f'"{scan}"."{unit.column}"',) for scan, unit in draft.relation.about()}
    conditions = tuple(Condition(c.sql) for c in draft.cases)
    aggregates = []
    for a in draft.aggregates:
        if a.operation == "sum":
            aggregates.append(_bounded(a, draft, bound))
        else:
            # One unit is one of its own kind; of a kind it merely names it may name one in every row.
            own = a.operation == "units" and a.values in protected and len(kinds) == 1
            alone = own and not draft.keys
            aggregates.append(replace(a, sensitivity=1.0 if alone else float(bound)))
    made = _block(draft, "dp", conditions, _proofs(draft.relation, draft.cases[:1]))
    forms = [draft.where, *(case.form for case in draft.cases)]
    return replace(made, aggregates=tuple(aggregates), bound=bound, samples=public_samples(forms))


def choose_keys(block: Block, max_rows: int) -> Block:
    """Public keys, where every key has a public domain and the product fits into an answer."""
    cells = 1
    for key in block.keys:
        cells *= key.domain.size if key.domain is not None else max_rows + 1
    public = bool(block.aggregates) and not block.keys_only and cells <= max_rows
    keys = block.keys if public else tuple(replace(key, domain=None) for key in block.keys)
    return replace(block, keys=keys, public_keys=public)


def mechanisms(block: Block) -> int:
    """How many noisy figures a private block needs."""
    return len(_noisy(block)) + _hidden_count(block)


def with_noise(block: Block, budget: Budget, parts: int) -> Block:
    """The block with each figure's share of the budget.

    Args:
        block: a private block with its keys chosen.
        budget: of the grant; one query spends ``rho_per_query``, shared evenly.
        parts: how many noisy figures the whole query has.
    """
    rho = budget.rho_per_query / parts
    noisy = {a.name for a in _noisy(block)}
    aggregates = tuple(
        replace(a, rho=rho, sigma=sigma(a.sensitivity, rho)) if a.name in noisy else a
        for a in block.aggregates
    )
    if not _hidden_count(block):
        return replace(block, aggregates=aggregates)
    return replace(block, aggregates=aggregates, keys_rho=rho, keys_sigma=sigma(block.bound, rho))


def sigma(sensitivity: float, rho: float) -> float:
    """Standard deviation of Gaussian noise that spends ``rho`` (rounded up a hair).

    Source: Bun and Steinke 2016, zero-concentrated differential privacy, proposition 1.6.
    """
    return sensitivity / sqrt(2 * rho) * (1 + 1e-9)


def _hidden_count(block: Block) -> bool:
    """Whether the rows of each key are counted with noise to decide which keys may show."""
    return bool(block.keys) and not block.public_keys


def _noisy(block: Block) -> list[Aggregate]:
    """Aggregates with noise of their own; a plain row count is the one that decides the keys."""
    taken = _hidden_count(block)
    return [a for a in block.aggregates if not (taken and a.operation == "count" and a.condition == 0)]


def _block(
    draft: Draft, kind: BlockKind, conditions: tuple[Condition, ...], proofs: tuple[Proof, ...]
) -> Block:
    return Block(
        name=draft.name,
        kind=kind,
        from_sql=from_sql(draft.relation),
        where_sql=draft.where_sql,
        keys=tuple(draft.key(place) for place in range(len(draft.keys))),
        conditions=conditions,
        aggregates=tuple(draft.aggregates),
        proofs=proofs,
        keys_only=draft.keys_only,
        scans=tuple((name, table.name) for name, table in draft.relation.scans.items()),
    )


def _proofs(relation: Relation, cases: list[Case]) -> tuple[Proof, ...]:
    """One proof for every kind the rows are about, in every place it stands.

    Rows about no unit, in a table that is neither declared free of units nor made of statistics, count
    as units themselves.
    """
    if len(relation.scans) == 1 and guarded_rows(relation):
        return (Proof("row", "1", "1", tuple("key" for _ in cases), alone="key"),)
    return tuple(_of_rows(relation, scan, len(cases)) for scan in guarded_rows(relation)) + tuple(
        Proof(
            kind=unit.kind,
            unit=f'"{scan}"."{unit.column}"',
            number=f'"{scan}"."{unit.number}"',
            methods=tuple(method(relation, scan, unit, case.fixed) for case in cases),
            alone=method(relation, scan, unit, ()),
            rows=0 if method(relation, scan, unit, ()) == "exact" else unit.max_rows,
        )
        for scan, unit in relation.about()
    )


def _of_rows(relation: Relation, scan: str, conditions: int) -> Proof:
    """The rows of a joined table, by a column that is checked to tell them apart.

    Raises:
        Refused: there is none.
    """
    table = relation.scans[scan]
    for column in sorted(column for key in table.unique_keys for column in key if len(key) == 1):
        exactly: tuple[Method, ...] = tuple("exact" for _ in range(conditions))
        return Proof(f"row of {table.name}", f'"{scan}"."{column}"', "1", exactly)
    raise Refused("query.bound", table.name)


def _with_flats(aggregate: Aggregate, draft: Draft) -> Aggregate:
    """The aggregate with what all values beyond a clamp become: its sum tells of those within alone."""
    flat = tuple(tuple(written(f) for f in m.flat) for m in draft.measures[aggregate.name])
    return replace(aggregate, flat=flat) if any(flat) else aggregate


def _check_forms(draft: Draft) -> None:
    """Two forms of a measure differ by what the clamp cut off: perhaps by one unit's value."""
    forms: dict[tuple[str, str], set[str]] = {}
    for measures in draft.measures.values():
        for m in measures:
            forms.setdefault(m.place.identity, set()).add(written(m.tree))
    for m in (m for measures in draft.measures.values() for m in measures):
        if len(forms[m.place.identity]) > 1:
            raise Refused("query.measure.forms", m.place.column.name)


def _bounded(aggregate: Aggregate, draft: Draft, bound: int) -> Aggregate:
    """The sum with its values clamped to the public bounds in the plan itself."""
    form = draft.measures[aggregate.name][0]
    if form.low is None or form.high is None or form.low > form.high:
        raise Refused("query.measure.bounds", form.place.column.name)
    values = (f"least(greatest({aggregate.values[0]}, {form.low}), {form.high})",)
    sensitivity = float(bound * max(abs(form.low), abs(form.high), 1))
    return replace(aggregate, values=values, sensitivity=sensitivity, low=form.low, high=form.high)
