"""SQL text to a plan or a refusal, without looking at data: the whole static path in one place.

``parse`` → views → shape rules → ``bind`` → rules → ``split`` → blocks → plan → ``rehearse``. Decision,
wording and cost depend on the text, the terms and the checked facts alone.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache

from sqlglot import exp
from sqlglot.errors import SqlglotError

from policies.decision import Deny
from policies.rulebook import rule
from policies.terms import Mode, Terms
from space.query.bind import Bound, Scope, bind
from space.query.grammar.views import inline
from space.query.grammar.written import statement
from space.query.parse import every, parse
from space.query.plan import Block, Limits, Plan
from space.query.planning import blocks
from space.query.planning.draft import Draft
from space.query.planning.overlap import families, merge_equal
from space.query.planning.plain import plain_block
from space.query.planning.proofs import Relation
from space.query.planning.rehearsal import rehearse
from space.query.planning.relation import read_relation
from space.query.planning.sizes import key_floor, settle_small
from space.query.planning.split import Split
from space.query.planning.ties import ties
from space.query.reasons import Refused
from space.query.rules import judge, judge_shape
from space.query.rules.breaches import soften
from space.query.rules.templates import digest_of
from space.query.schema import QuerySchema
from space.query.telling.advice import advise


def compile_query(sql: str, terms: Terms, schema: QuerySchema) -> Plan | Deny:
    """What is going to be run for a query under a grant, or why it is not.

    Args:
        sql: as the caller wrote it; none of it is executed.
        terms: of the grant.
        schema: tables and columns of the grant.

    Returns:
        The plan, or every reason found against it.
    """
    made = _compiled(sql, terms, schema)
    return advise(made, schema) if isinstance(made, Deny) else made


def _compiled(sql: str, terms: Terms, schema: QuerySchema) -> Plan | Deny:
    try:
        tree = parse(sql)
        tree = inline(tree, schema)
        denied = judge_shape(every(tree))
        if denied is not None:
            return denied
        template = _template(tree, schema)
        bound = soften(replace(bind(tree, schema), template=template))
        denied = judge(bound)
        if denied is not None:
            return denied
        plan = _plan(bound, terms)
        return replace(plan, columns=rehearse(plan, schema))
    except Refused as refusal:
        return Deny((refusal.reason,))
    except (RecursionError, SqlglotError):
        return Deny((Refused("query.text").reason,))


def _template(tree: exp.Query, schema: QuerySchema) -> str:
    """The digest of the query as it was written, where a table lists templates; else empty."""
    listed = any(table.rules.templates is not None for table in schema.tables)
    return digest_of(tree) if listed else ""


def _plan(bound: Bound, terms: Terms) -> Plan:
    made: list[Block] = []
    relations: dict[str, Relation] = {}
    for scope in list(bound.base()):
        relation = read_relation(scope, bound.schema)
        for block in _of_scope(scope, relation, terms, len(made)):
            made.append(block)
            relations[block.name] = relation
    private = [place for place, block in enumerate(made) if block.kind == "dp"]
    rho = 0.0
    if private and terms.budget is not None:
        chosen = {place: blocks.choose_keys(made[place], terms.max_rows) for place in private}
        parts = sum(blocks.mechanisms(block) for block in chosen.values())
        for place, block in chosen.items():
            made[place] = blocks.with_noise(block, terms.budget, parts) if parts else block
        rho = terms.budget.rho_per_query if parts else 0.0
    tree, made = merge_equal(bound.tree, made)
    family = families(made, relations)
    return Plan(
        mode=_mode(made, terms),
        datasets=tuple(sorted({t.name for r in relations.values() for t in r.scans.values()})),
        blocks=settle_small(made, relations, (*family.margins, *family.covered), terms.max_rows),
        margins=family.margins,
        covered=family.covered,
        ties=ties(made),
        post_sql=_released_sql(tree),
        columns=(),
        rho=rho,
        limits=_limits(terms, key_floor(relations.values()) if private else 0),
    )


def _of_scope(scope: Scope, relation: Relation, terms: Terms, first: int) -> list[Block]:
    """The blocks of a scope, each made safe as the terms ask."""
    if all(table.unit_free and not table.own for table in relation.scans.values()):
        return [plain_block(scope, relation, f"_b{first}")]
    if terms.mode is not Mode.DP and any(table.own for table in relation.scans.values()):
        raise Refused("query.own_table")
    if terms.mode is Mode.PLAIN:
        raise Refused("query.plain")
    if terms.mode is Mode.DP and any(table.derived_from for table in relation.scans.values()):
        raise Refused("query.derived")
    drafts = Split(scope, relation, terms.mode, first).run()
    return [_safe(draft, terms) for draft in drafts]


def _safe(draft: Draft, terms: Terms) -> Block:
    return blocks.private_block(draft) if terms.mode is Mode.DP else blocks.threshold_block(draft)


def _mode(made: list[Block], terms: Terms) -> Mode:
    return Mode.PLAIN if all(block.kind == "plain" for block in made) else terms.mode


def _limits(terms: Terms, least: int) -> Limits:
    """The parameters of the release; unknown keys of a private block show from ``least`` rows on."""
    return Limits(
        k=max(terms.disclosure.k, least),
        dominance_share=terms.disclosure.dominance_share,
        p_percent=terms.disclosure.p_percent,
        rounding_base=terms.disclosure.rounding_base,
        digits=_digits(terms.valid_from),
        delta=terms.budget.delta if terms.budget is not None else 0.0,
        max_rows=terms.max_rows,
    )


@cache
def _digits(on: date) -> int:
    """Significant digits of a released sum: those of every public figure."""
    return int(rule("disclosure", "public_count_digits", on).value)


def _released_sql(tree: exp.Query) -> str:
    """The post-processing, every identifier quoted; a cast that fails gives NULL."""

    def lenient(node: exp.Expr) -> exp.Expr:
        return exp.TryCast(this=node.this, to=node.args["to"]) if type(node) is exp.Cast else node

    casts = any(type(node) is exp.Cast for node in every(tree))
    return statement(tree.transform(lenient, copy=False) if casts else tree)
