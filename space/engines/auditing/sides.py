"""The two sides of a comparison: a block of the plan and former blocks with one relation and one set of keys.

Decides which rows each of their conditions means, as sets over parts that are asked of a row once. *Ours* are
the conditions of the block of the plan (p0, p1, …), *theirs* those of the former blocks (q0, q1, …). The SQL
in which both are crossed is :mod:`space.engines.auditing.crossing`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from space.engines.threshold.known import NOTHING, Known
from space.query.auditing.audit import asked_by
from space.query.auditing.conditions import NOBODY, Rows, Stated
from space.query.auditing.former import Asked, Former
from space.query.plan import Block


@dataclass(slots=True)
class Sides:
    """One relation, grouped by the keys of both sides and by the conditions rows meet.

    Attributes:
        block: of the plan, in the relation of both.
        formers: with equal keys over one relation.
        known: of the columns of the relation.
        ours: conditions of the block's figures, by their place in the block.
        theirs: conditions of the formers: (former, its place in it).
        proofs: positions of the block's proofs that both sides have.
        groups: column of every key of either side, by its SQL.
        own: column of every key of the block; two keys may say the same.
        near, far: columns of the block's and of the formers' keys, each once.
        values: what is summed on our side, and the difference of every two forms of one measure.
        differing: value of the block and another form of the same measure, with the rows they differ on.
        parts: what is asked of a row of our relation, by its bit.
        others: what is asked of a row of theirs, where it is another relation.
    """

    block: Block
    formers: tuple[Former, ...]
    known: Known = NOTHING
    ours: dict[int, Asked] = field(init=False)
    theirs: list[tuple[Former, Asked]] = field(init=False)
    proofs: list[int] = field(init=False)
    groups: dict[str, str] = field(init=False)
    own: list[str] = field(init=False)
    near: list[str] = field(init=False)
    far: list[str] = field(init=False)
    values: list[str] = field(init=False)
    differing: dict[tuple[str, str], Rows] = field(init=False)
    parts: dict[int, str] = field(init=False)
    others: dict[int, str] = field(init=False)
    _p: dict[int, Rows] = field(init=False)
    _q: list[Rows] = field(init=False)

    def __post_init__(self) -> None:
        if self.spanning:
            self.block, self.known = _seen_in(self.block, self.formers[0]), NOTHING
        self.ours = asked_by(self.block)
        self.theirs = [(former, asked) for former in self.formers for asked in former.asked]
        first = self.formers[0]
        stated = [j for j, proof in enumerate(self.block.proofs) if proof.of_units]
        self.proofs = [j for j, _, _ in first.units] if first.from_sql else stated
        self.proofs = [j for j, _ in first.alone] if self.spanning else self.proofs
        self._name_keys()
        mine = sorted({v for asked in self.ours.values() for v in asked.values})
        theirs = {v for _, asked in self.theirs for v in asked.values}
        pairs = [(v, w) for v in mine for w in sorted(theirs) if v != w and _columns(v) & _columns(w)]
        if self.elsewhere:
            self._state_apart()
        else:
            self._state(pairs)
        self.values = [*mine, *(f"({v}) - ({w})" for v, w in self.differing)]

    def _name_keys(self) -> None:
        """Column names of the keys of both sides; of another relation they are the same by position."""
        own = [key.sql for key in self.block.keys]
        theirs = own if self.elsewhere else list(self.formers[0].keys)
        self.groups = {sql: f"g{n}" for n, sql in enumerate(dict.fromkeys([*own, *theirs]))}
        self.own = [self.groups[sql] for sql in own]
        self.near = list(dict.fromkeys(self.own))
        self.far = list(dict.fromkeys(self.groups[sql] for sql in theirs))

    def _state(self, pairs: list[tuple[str, str]]) -> None:
        """The conditions of both sides over the same rows: what stands in several is asked once."""
        stated = Stated(self.known.always)
        differ = {pair: f"({pair[0]}) IS DISTINCT FROM ({pair[1]})" for pair in pairs}
        texts = [*(a.sql for a in self.ours.values()), *(a.sql for _, a in self.theirs), *differ.values()]
        sets = {text: stated.rows(text) for text in texts}
        self.parts, self.others = dict(enumerate(stated.parts)), {}
        if not all(map(self.adds, self.proofs)):
            # Of what adds up to nothing the more is certain, the fewer the parts: no more than are needed.
            self.parts, sets = _whole(sets)
        self._p = {i: sets[asked.sql] for i, asked in self.ours.items()}
        self._q = [sets[asked.sql] for _, asked in self.theirs]
        self.differing = {pair: sets[text] for pair, text in differ.items()}

    def _state_apart(self) -> None:
        """The conditions of each side over its own relation; a row that is not of it meets none."""
        self.parts = dict(enumerate(asked.sql for asked in self.ours.values()))
        self.others = {len(self.parts) + n: asked.sql for n, (_, asked) in enumerate(self.theirs)}
        self._p = {i: Rows(1 << bit) for bit, i in enumerate(self.ours)}
        self._q = [Rows(1 << bit) for bit in self.others]
        self.differing = {}

    @property
    def elsewhere(self) -> bool:
        """Whether the formers read another relation."""
        return bool(self.formers[0].from_sql)

    @property
    def spanning(self) -> bool:
        """Whether both are compared in a relation that neither reads."""
        return bool(self.formers[0].open_sql)

    @property
    def both(self) -> list[str]:
        """Columns of the keys of either side."""
        return list(self.groups.values())

    @property
    def rows_are_units(self) -> bool:
        """Whether counting rows counts units, of every kind."""
        return all(self.alone(j) == "key" for j in self.proofs)

    def adds(self, proof: int) -> bool:
        """Whether what is proved of parts adds up to what is proved of the whole."""
        return self.alone(proof) != "exact"

    def alone(self, proof: int) -> str:
        """The proof that holds for any rows of the relation."""
        return "exact" if self.elsewhere else self.block.proofs[proof].alone

    def p(self, place: int) -> Rows:
        """Rows that meet one of our conditions."""
        return self._p[place]

    def q(self, n: int) -> Rows:
        """Rows that meet one of their conditions."""
        return self._q[n]

    def differs(self, pair: tuple[str, str]) -> Rows:
        """Rows on which two forms of a measure differ."""
        return self.differing[pair]

    @property
    def asked(self) -> tuple[Rows, ...]:
        """Every set that a row may be of, each once."""
        return tuple(dict.fromkeys([*self._p.values(), *self._q, *self.differing.values()]))


def _seen_in(block: Block, former: Former) -> Block:
    """The block in a relation that spans it and a former one, where not every row is of it."""
    alone = dict(former.alone)
    stated = [part for part in (former.present, block.filter_sql) if part]
    return replace(
        block,
        open_sql=former.open_sql,
        filter_sql=" AND ".join(f"({part})" for part in stated),
        proofs=tuple(replace(p, alone=alone.get(j, "exact")) for j, p in enumerate(block.proofs)),
    )


def _whole(sets: dict[str, Rows]) -> tuple[dict[int, str], dict[str, Rows]]:
    """The same sets with one part each: conditions that mean the same rows have the same part."""
    parts: dict[Rows, str] = {}
    for text, rows in sets.items():
        if rows not in (NOBODY, Rows()):
            parts.setdefault(rows, text)
    bits = {rows: Rows(1 << bit) for bit, rows in enumerate(parts)}
    return dict(enumerate(parts.values())), {text: bits.get(rows, rows) for text, rows in sets.items()}


def _columns(sql: str) -> set[str]:
    """The quoted columns a measure reads; it holds no text of a caller."""
    return set(sql.split('"')[3::4])
