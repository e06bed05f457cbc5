"""The two sides of a comparison: a block of the plan and former blocks with one relation and one set of keys.

Decides the SQL in which the cells of both are crossed, over one relation or over two that share a table.
*Ours* are the conditions of the block of the plan (p0, p1, …), *theirs* those of the former blocks (q0,
q1, …); a row has a bit for each it meets. Every fragment comes from the compiler, none from a caller.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from space.engines.auditing.atoms import BITS, Rows
from space.query.auditing.audit import asked_by
from space.query.auditing.former import Asked, Former
from space.query.auditing.grid import COLUMN
from space.query.plan import Block, Proof


@dataclass(slots=True)
class Sides:
    """One relation, grouped by the keys of both sides and by the conditions rows meet.

    Attributes:
        block: of the plan.
        formers: with equal keys over one relation.
        ours: conditions of the block's figures, by their place in the block.
        theirs: conditions of the formers: (former, its place in it).
        proofs: positions of the block's proofs that both sides have.
        own: column of every key of the block; two keys may say the same.
        near, far: columns of the block's and of the formers' keys, each once.
        values: what is summed on our side, and the difference of every two forms of one measure.
        differing: value of the block and another form of the same measure, with the bit that tells them so.
    """

    block: Block
    formers: tuple[Former, ...]
    ours: dict[int, Asked] = field(init=False)
    theirs: list[tuple[Former, Asked]] = field(init=False)
    proofs: list[int] = field(init=False)
    own: list[str] = field(init=False)
    near: list[str] = field(init=False)
    far: list[str] = field(init=False)
    values: list[str] = field(init=False)
    differing: dict[tuple[str, str], int] = field(init=False)
    _groups: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.ours = asked_by(self.block)
        self.theirs = [(former, asked) for former in self.formers for asked in former.asked]
        first = self.formers[0]
        stated = [j for j, proof in enumerate(self.block.proofs) if proof.of_units]
        self.proofs = [j for j, _, _ in first.units] if first.from_sql else stated
        self._name_keys(first)
        mine = sorted({v for asked in self.ours.values() for v in asked.values})
        theirs = {v for _, asked in self.theirs for v in asked.values}
        pairs = [(v, w) for v in mine for w in sorted(theirs) if v != w and _columns(v) & _columns(w)]
        place = len(self.ours) + len(self.theirs)
        self.differing = {pair: place + n for n, pair in enumerate(pairs)} if not first.from_sql else {}
        self.values = [*mine, *(f"({v}) - ({w})" for v, w in self.differing)]

    def _name_keys(self, first: Former) -> None:
        """Column names of the keys of both sides; of another relation they are the same by position."""
        own = [key.sql for key in self.block.keys]
        theirs = own if first.from_sql else list(first.keys)
        self._groups = {sql: f"g{n}" for n, sql in enumerate(dict.fromkeys([*own, *theirs]))}
        self.own = [self._groups[sql] for sql in own]
        self.near = list(dict.fromkeys(self.own))
        self.far = list(dict.fromkeys(self._groups[sql] for sql in theirs))

    @property
    def both(self) -> list[str]:
        """Columns of the keys of either side."""
        return list(self._groups.values())

    @property
    def rows_are_units(self) -> bool:
        """Whether counting rows counts units, of every kind."""
        return all(self.alone(j) == "key" for j in self.proofs)

    def adds(self, proof: int) -> bool:
        """Whether what is proved of parts adds up to what is proved of the whole."""
        return self.alone(proof) != "exact"

    def p(self, place: int) -> Rows:
        """Rows that meet one of our conditions."""
        return Rows(1 << list(self.ours).index(place))

    def q(self, n: int) -> Rows:
        """Rows that meet one of their conditions."""
        return Rows(1 << len(self.ours) + n)

    def differs(self, pair: tuple[str, str]) -> Rows:
        """Rows on which two forms of a measure differ."""
        return Rows(1 << self.differing[pair])

    def alone(self, proof: int) -> str:
        """The proof that holds for any rows of the relation."""
        return "exact" if self.formers[0].from_sql else self.block.proofs[proof].alone

    def atoms_sql(self) -> str:
        """The atoms: one row for rows that no key and no condition tells apart."""
        few = all(f.few for f in self.formers) and not self.differing and all(map(self.adds, self.proofs))
        if few:
            return self._by_values()
        columns = ["count(*) AS r"]
        columns += [f"{self._proved(j)} AS p{at}" for at, j in enumerate(self.proofs)]
        if self.rows_are_units:
            for x in range(len(self.values)):
                columns += [f"max(abs(v{x})) AS t{x}", f"sum(abs(v{x}))::DOUBLE AS z{x}"]
        masks = [f"m{n}" for n in range(self._masks)]
        group = listed([*self.both, *masks])
        return f"SELECT {group}, {listed(columns)} FROM ({self.rows_sql()}) AS a GROUP BY {group}"

    def _by_values(self) -> str:
        """The same, looking at every condition once a combination of values instead of once a row."""
        ours, theirs = [a.sql for a in self.ours.values()], [a.sql for _, a in self.theirs]
        read = sorted({c for sql in (*self._groups, *ours, *theirs) for c in COLUMN.findall(sql)})
        ((scan, _),) = self.block.scans
        figures = ["count(*) AS _r"]
        for at, j in enumerate(self.proofs):
            proof = self.block.proofs[j]
            numbered = f" FILTER (WHERE {proof.number} = 1)" if proof.alone == "number" else ""
            figures.append(f"count({proof.unit}){numbered} AS _p{at}")
        merged = [
            "sum(_r)::BIGINT AS r",
            *(f"sum(_p{at})::BIGINT AS p{at}" for at in range(len(self.proofs))),
        ]
        if self.rows_are_units:
            for x, value in enumerate(self.values):
                figures += [f"max(abs({value})) AS _t{x}", f"sum(abs({value}))::DOUBLE AS _z{x}"]
                merged += [f"max(_t{x}) AS t{x}", f"sum(_z{x}) AS z{x}"]
        stated = [*self._groups, *ours, *theirs]
        told = [_told(f'"{at}"."{column}"', stated) for at, column in read]
        columns = [f'{sql} AS "{name}"' for sql, (_, name) in zip(told, read, strict=True)]
        group = f" GROUP BY {listed(told)}" if told else ""
        inner = f"SELECT {listed([*columns, *figures])} FROM {self.block.open_sql}{group}"
        bits = dict(enumerate([*ours, *theirs]))
        rows = self._select([*self._groups], bits, [], [], f'({inner}) AS "{scan}"', "*")
        by = listed([*self.both, *(f"m{n}" for n in range(self._masks))])
        some = " OR ".join(f"m{n} <> 0" for n in range(self._masks))
        return f"SELECT {by}, {listed(merged)} FROM ({rows}) AS a WHERE {some} GROUP BY {by}"

    def _proved(self, j: int) -> str:
        method = self.alone(j)
        if method == "key":
            return f"count(u{j})"
        if method == "number":
            return f"count(*) FILTER (WHERE n{j} = 1 AND u{j} IS NOT NULL)"
        return f"count(DISTINCT u{j})"

    @property
    def _masks(self) -> int:
        return (len(self.ours) + len(self.theirs) + len(self.differing) - 1) // BITS + 1

    def rows_sql(self) -> str:
        """Every row that meets a condition of either side: keys, masks, units, row numbers and values."""
        block, first = self.block, self.formers[0]
        ours = {n: asked.sql for n, asked in enumerate(self.ours.values())}
        theirs = {len(ours) + n: asked.sql for n, (_, asked) in enumerate(self.theirs)}
        units = [(j, block.proofs[j]) for j in self.proofs]
        values = list(self.values)
        if not first.from_sql:
            forms = {bit: f"({v}) IS DISTINCT FROM ({w})" for (v, w), bit in self.differing.items()}
            rows = self._select([*self._groups], {**ours, **theirs, **forms}, units, values, block.open_sql)
            return (
                f"SELECT * FROM ({rows}) AS x WHERE {' OR '.join(f'm{n} <> 0' for n in range(self._masks))}"
            )
        here = self._select([k.sql for k in block.keys], ours, units, values, block.open_sql)
        there = [(j, Proof("", unit, number, ())) for j, unit, number in first.units]
        blank = ["NULL"] * len(values)
        other = self._select(list(first.keys), theirs, there, blank, first.from_sql)
        return self._side_by_side(here, other)

    def _select(
        self,
        keys: Sequence[str],
        bits: Mapping[int, str],
        units: Sequence[tuple[int, Proof]],
        values: Sequence[str],
        source: str,
        more: str = "",
    ) -> str:
        columns = [*([more] if more else []), *(f"{sql} AS g{n}" for n, sql in enumerate(keys))]
        for m in range(self._masks):
            here = [(b % BITS, sql) for b, sql in bits.items() if b // BITS == m]
            columns.append(
                (" + ".join(f"CASE WHEN ({sql}) THEN {1 << b} ELSE 0 END" for b, sql in here) or "0")
                + f" AS m{m}"
            )
        for j, proof in units:
            columns += [f"{proof.unit} AS u{j}", f"{proof.number} AS n{j}"]
        columns += [f"{value} AS v{x}" for x, value in enumerate(values)]
        return f"SELECT {listed(columns)} FROM {source}"

    def _side_by_side(self, here: str, other: str) -> str:
        """Rows of two relations, each row of the table they share once: told by its unit and number."""
        j = self.proofs[0]
        some = " OR ".join(f"m{n} <> 0" for n in range(self._masks))
        same = [f"a.{g} IS NOT DISTINCT FROM b.{g}" for g in self.near]
        same += [f"a.u{j} = b.u{j}", f"a.n{j} = b.n{j}"]
        columns = [f"coalesce(a.{g}, b.{g}) AS {g}" for g in self.near]
        columns += [f"coalesce(a.m{n}, 0) + coalesce(b.m{n}, 0) AS m{n}" for n in range(self._masks)]
        columns += [f"coalesce(a.u{i}, b.u{i}) AS u{i}" for i in self.proofs]
        columns += [f"a.v{x} AS v{x}" for x in range(len(self.values))]
        keys = [*self.near, *(f"u{i}" for i in self.proofs), f"n{j}"]
        masks = [f"bit_or(m{n}) AS m{n}" for n in range(self._masks)]
        once = f"SELECT {listed([*keys, *masks])} FROM ({other}) AS o WHERE {some} GROUP BY {listed(keys)}"
        return (
            f"SELECT {listed(columns)} FROM (SELECT * FROM ({here}) AS h WHERE {some}) AS a "
            f"FULL JOIN ({once}) AS b ON {' AND '.join(same)}"
        )


def _columns(sql: str) -> set[str]:
    """The quoted columns a measure reads; it holds no text of a caller."""
    return set(sql.split('"')[3::4])


def _told(column: str, conditions: Sequence[str]) -> str:
    """What of a column the conditions tell apart: its values, or only whether there is one."""
    if all(sql.count(column) == sql.count(f"{column} IS NULL") for sql in conditions):
        return f"CASE WHEN {column} IS NULL THEN NULL ELSE 1 END"
    return column


def listed(parts: Sequence[str]) -> str:
    """Parts of a SELECT."""
    return ", ".join(parts)
