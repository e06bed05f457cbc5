"""Contracts drawn at random, of every shape the model allows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from contracts import model as m
from contracts.attribution import MEANINGS
from contracts.fields import LETTERS

names = st.from_regex(r"[a-z][a-z0-9_]{0,12}", fullmatch=True)
texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)
words = texts.filter(lambda text: text.strip() != "")
passages = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30)
numbers = st.integers(-(10**9), 10**9) | st.floats(-1e12, 1e12, allow_nan=False)


@st.composite
def fields(draw: Any, name: str) -> m.Field:
    kind = draw(st.sampled_from(m.FieldType))
    numeric = kind in (m.FieldType.INTEGER, m.FieldType.NUMBER)
    unit = (
        draw(st.none() | st.builds(m.UnitRef, words, st.booleans())) if kind is m.FieldType.STRING else None
    )
    uses = [use for use in m.Use if numeric or use is not m.Use.MEASURE]
    timed = kind in (m.FieldType.DATE, m.FieldType.TIMESTAMP)
    bound = numbers if numeric else st.just("2020-01-01") if timed else st.nothing()
    least, most = draw(st.none() | bound), draw(st.none() | bound)
    if least is not None and most is not None:
        least, most = sorted((least, most))
    return m.Field(
        name=name,
        business_name=draw(texts),
        type=kind,
        required=draw(st.booleans()),
        unique=draw(st.booleans()),
        check=draw(st.none() | st.just("uscc")),
        pattern=draw(st.none() | st.sampled_from([r"^\d{6}$", r"'\\\"#:"]))
        if kind is m.FieldType.STRING
        else None,
        min_length=draw(st.none() | st.integers(0, 9)),
        max_length=draw(st.none() | st.integers(9, 99)),
        minimum=least,
        maximum=most,
        allowed=draw(st.lists(words, max_size=3, unique=True).map(tuple))
        if kind is m.FieldType.STRING
        else (),
        nulls=draw(st.lists(texts, max_size=3).map(tuple)),
        format=draw(st.none() | st.just("dd/MM/yyyy")) if timed else None,
        unit=unit,
        use=m.Use.IDENTIFIER if unit else draw(st.sampled_from(uses)),
        grain="month" if timed else draw(st.none() | st.just("0.01")),
        scale=draw(st.integers(0, 6)),
        grade=draw(st.none() | st.integers(1, 4)),
        personal=draw(st.booleans()),
        sensitive=draw(st.booleans()),
        category=draw(texts),
        sharing=draw(st.none() | st.sampled_from(m.ShareType)),
        item_type=draw(st.none() | st.sampled_from(LETTERS[kind])),
        description=draw(passages),
    )


def sources(field_names: list[str]) -> st.SearchStrategy[m.Source]:
    one = st.sampled_from(field_names)
    unpivots = (
        st.none()
        if len(field_names) < 2
        else st.none() | st.just(m.Unpivot(r"^(\d{4})年$", field_names[0], field_names[1]))
    )
    return st.builds(
        m.Source,
        name=words,
        format=st.sampled_from(m.SourceFormat),
        path=words,
        encoding=st.none() | st.just("gb18030"),
        delimiter=st.none() | st.sampled_from([",", "\t", "|", ";"]),
        quote=st.none() | st.sampled_from(['"', "'"]),
        sheet=st.none() | words,
        header_row=st.integers(0, 9),
        header_rows=st.integers(0, 3),
        skip_footer=st.integers(0, 3),
        drop=st.lists(st.sampled_from(["blank", "total", "note"]), unique=True).map(tuple),
        record_path=st.none() | words,
        query=st.none() | passages.filter(bool),
        columns=st.dictionaries(texts, one, max_size=3),
        positions=st.lists(one, max_size=3, unique=True).map(tuple),
        period=st.none() | words,
        area=st.none() | words,
        absent=st.lists(one, max_size=2, unique=True).map(tuple),
        unpivot=unpivots,
        reasons=st.dictionaries(words, passages, max_size=2),
    )


def attributions(one: st.SearchStrategy[str]) -> st.SearchStrategy[m.AttributionRule]:
    meanings = st.sampled_from(MEANINGS)
    return st.one_of(
        st.builds(m.AttributionRule, st.just(m.Telling.CODE), st.tuples(one), meanings),
        st.builds(m.AttributionRule, st.just(m.Telling.ADDRESS), st.tuples(one, one), meanings),
        st.builds(m.AttributionRule, st.just(m.Telling.COORDINATES), st.tuples(one, one), meanings),
        st.builds(
            m.AttributionRule,
            st.just(m.Telling.REGISTER),
            st.tuples(one),
            meanings,
            st.just("civil.population"),
            st.just("id_card"),
            st.just("") | one,
        ),
    )


loads = st.sampled_from(
    [
        m.Load(),
        m.Load(m.LoadKind.APPEND),
        m.Load(m.LoadKind.INCREMENTAL, watermark="", overlap_days=3),
        m.Load(m.LoadKind.CHANGES, operation="操作", order="序号", words={"I": "upsert", "删": "delete"}),
    ]
)
drifts = st.builds(
    m.Drift,
    **{name: st.sampled_from(m.DriftAction) for name in m.Drift.__dataclass_fields__},
)
entries = st.builds(
    m.Entry,
    code=texts,
    format=st.none() | st.builds(m.ResourceFormat, st.sampled_from(m.FormatCategory), texts),
    published=st.sampled_from(["", "2026-01-31"]),
    related=st.lists(words, max_size=2).map(tuple),
)


def steps(made: list[m.Field]) -> list[m.Cleaning]:
    """One step of each kind whose arguments fit the fields."""
    numeric = tuple(f.name for f in made if f.type in (m.FieldType.INTEGER, m.FieldType.NUMBER))
    some = (made[0].name,)
    kinds = m.CleaningKind
    found = [
        m.Cleaning("a", kinds.TRIM, description="两端空白"),
        m.Cleaning("b", kinds.MAP, some, {"values": {"男性": "1", "女": "2"}}),
        m.Cleaning("c", kinds.REPLACE, some, {"pattern": r"\s+", "with": ""}),
        m.Cleaning("d", kinds.STRIP, some, {"suffix": "元"}),
    ]
    return [*found, m.Cleaning("e", kinds.TOP_CODE, numeric)] if numeric else found


@st.composite
def contracts(draw: Any) -> m.Contract:
    field_names = draw(st.lists(names, min_size=1, max_size=5, unique=True))
    made = [draw(fields(name)) for name in field_names]
    keyed = draw(st.integers(0, len(made)))
    made = [replace(f, key_position=at + 1 if at < keyed else None) for at, f in enumerate(made)]
    about = {field.unit.kind for field in made if field.unit and field.unit.about}
    one = st.sampled_from(field_names)
    rules = draw(
        st.lists(
            st.builds(
                m.Rule,
                id=st.from_regex(r"[a-z][a-z_0-9-]{0,8}", fullmatch=True),
                kind=st.just(m.RuleKind.REQUIRED),
                fields=st.tuples(one),
                dimension=st.sampled_from(m.Dimension),
                action=st.sampled_from(m.Action),
                tolerance=st.sampled_from([0.0, 0.05]),
                indicator=st.sampled_from([None, "0201"]),
                description=passages,
            )
            | st.builds(
                m.Rule,
                id=st.from_regex(r"[a-z][a-z_0-9-]{0,8}", fullmatch=True),
                kind=st.just(m.RuleKind.ROW_COUNT),
                args=st.fixed_dictionaries({"minimum": st.integers(0, 10**6)}),
            ),
            max_size=3,
            unique_by=lambda rule: rule.id,
        )
    )
    composed = draw(st.none() | st.builds(m.Composed, st.sampled_from(m.Composition), passages.filter(bool)))
    load = draw(loads)
    if load.watermark is not None:
        load = replace(load, watermark=field_names[0])
    if composed is not None or not keyed:
        load = m.Load()
    cleaning = (
        [] if composed is not None else draw(st.lists(st.sampled_from(steps(made)), unique_by=lambda s: s.id))
    )
    return m.Contract(
        id=draw(words),
        title=draw(words),
        schema=draw(names),
        table=draw(names),
        department=m.Party(draw(words), draw(texts), draw(texts)),
        fields=tuple(made),
        version=draw(words),
        status=draw(words),
        summary=draw(passages),
        domain=draw(texts),
        tags=tuple(draw(st.lists(texts, max_size=3))),
        classification=draw(texts),
        sharing=m.Sharing(
            draw(st.sampled_from(m.ShareType)),
            draw(passages),
            draw(texts),
            tuple(draw(st.lists(st.sampled_from(m.ShareMethod), max_size=2))),
        ),
        open=draw(st.booleans()),
        open_condition=draw(texts),
        update_cycle=draw(st.sampled_from(m.UpdateCycle)),
        retention=draw(texts),
        secrecy=draw(st.sampled_from(m.Secrecy)),
        grade=draw(st.none() | st.integers(1, 4)),
        nulls=tuple(draw(st.lists(texts, max_size=3))),
        rules=tuple(rules),
        sources=tuple(draw(st.lists(sources(field_names), max_size=2, unique_by=lambda source: source.name))),
        units=tuple(m.UnitRule(kind, draw(st.integers(1, 99))) for kind in sorted(about)),
        unique_keys=tuple(draw(st.lists(st.tuples(one), max_size=2))),
        joins=tuple(draw(st.lists(st.builds(m.Join, one, words, words), max_size=2))),
        area=draw(st.none() | st.builds(m.Area, one, words)),
        attribution=tuple(draw(st.lists(attributions(one), max_size=2))),
        period_field=draw(st.none() | one),
        composed=composed,
        load=load,
        drift=draw(drifts),
        cleaning=tuple(cleaning),
        minimum_quality=draw(st.none() | st.floats(0, 1)),
        entry=draw(entries),
        unit_free=draw(st.booleans()) and not any(field.unit for field in made),
        quarantine_limit=draw(st.floats(0, 1)),
    )
