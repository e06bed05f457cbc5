"""An untouched workbook gives the very same contracts, whatever they hold."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from catalog.workbook import hidden
from catalog.workbook.reading import read
from catalog.workbook.writing import write
from contracts import model as m
from contracts.errors import ContractError
from contracts.odcs.files import contract_digest, from_document, to_document
from contracts.odcs.files import read as read_contract

CITY = sorted((Path(__file__).parents[3] / "examples" / "city" / "contracts").glob("*.yaml"))
# Everything a cell could take for something else: formulas, separators, escapes, numbers, blanks.
NASTY = [
    "=1+1", "+86", "-5", "@x", "\t=2", "a；b", "a;b", "甲 → 乙", "[1]", '{"a": 1}', "007", "1.0", "1e3", "是",
    "TRUE", " 首尾 ", "两\n行", "回车\r\n行", "_x0041_", "_x000D_", "\x07", "'", '"', "#REF!", "2024-01-01",
]  # fmt: skip
texts = st.one_of(st.sampled_from(NASTY), st.text(max_size=12))
words = texts.filter(bool)
names = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
extras = st.dictionaries(
    st.sampled_from(["vendorKey", "tenant", "xOther"]), texts | st.integers(), max_size=2
)


@st.composite
def fields(draw: st.DrawFn, name: str) -> m.Field:
    kind = draw(st.sampled_from(m.FieldType))
    text = kind is m.FieldType.STRING
    low = draw(st.none() | st.integers(-9, 9)) if kind in (m.FieldType.INTEGER, m.FieldType.NUMBER) else None
    return m.Field(
        name=name,
        business_name=draw(words),
        type=kind,
        required=draw(st.booleans()),
        unique=draw(st.booleans()),
        max_length=draw(st.none() | st.integers(1, 99)) if text else None,
        minimum=low,
        maximum=None if low is None else draw(st.none() | st.floats(10, 1e9)),
        allowed=tuple(draw(st.lists(words, max_size=3, unique=True))) if text else (),
        nulls=tuple(draw(st.lists(texts, max_size=2))),
        use=draw(st.sampled_from([m.Use.NEVER, m.Use.FILTER, m.Use.PLAIN])),
        scale=draw(st.integers(0, 3)),
        grade=draw(st.none() | st.integers(1, 4)),
        personal=draw(st.booleans()),
        category=draw(texts),
        sharing=draw(st.none() | st.sampled_from(m.ShareType)),
        description=draw(texts),
        extra=draw(extras),
    )


@st.composite
def sources(draw: st.DrawFn, known: list[str]) -> m.Source:
    return m.Source(
        name=draw(names),
        format=draw(st.sampled_from(m.SourceFormat)),
        path=draw(words),
        delimiter=draw(st.sampled_from([None, ",", "\t", "|", "^"])),
        quote=draw(st.sampled_from([None, '"', "'"])),
        header_row=draw(st.integers(0, 5)),
        drop=tuple(draw(st.lists(st.sampled_from(["blank", "total", "note"]), max_size=2, unique=True))),
        columns=draw(st.dictionaries(words, st.sampled_from(known), max_size=3)),
        absent=tuple(draw(st.lists(st.sampled_from(known), max_size=1))),
        reasons=draw(st.dictionaries(words, texts, max_size=2)),
        extra=draw(extras),
    )


@st.composite
def contracts(draw: st.DrawFn) -> m.Contract:
    known = draw(st.lists(names, min_size=1, max_size=4, unique=True))
    made = tuple(draw(fields(name)) for name in known)
    strings = [field.name for field in made if field.type is m.FieldType.STRING]
    rules = [m.Rule("r1", m.RuleKind.REQUIRED, (known[0],), description=draw(texts), extra=draw(extras))]
    steps = [m.Cleaning("c1", m.CleaningKind.TRIM, tuple(strings[:1]), description=draw(texts))]
    if strings:
        values = draw(st.lists(words, min_size=1, max_size=3))
        rules.append(m.Rule("r2", m.RuleKind.ALLOWED, (strings[0],), {"values": values}, tolerance=0.05))
        table = draw(st.dictionaries(words, texts, min_size=1, max_size=3))
        steps.append(m.Cleaning("c2", m.CleaningKind.MAP, (strings[0],), {"values": table}))
    return m.Contract(
        id=draw(words),
        title=draw(words),
        schema=draw(names),
        table=draw(names),
        department=m.Party(draw(words), "", draw(texts)),
        fields=made,
        summary=draw(texts),
        tags=tuple(draw(st.lists(words, max_size=3))),
        classification=draw(texts),
        sharing=m.Sharing(
            draw(st.sampled_from(m.ShareType)),
            draw(texts),
            draw(texts),
            tuple(draw(st.lists(st.sampled_from(m.ShareMethod), max_size=2, unique=True))),
        ),
        open=draw(st.booleans()),
        update_cycle=draw(st.sampled_from(m.UpdateCycle)),
        grade=draw(st.none() | st.integers(1, 4)),
        nulls=tuple(draw(st.lists(texts, max_size=3))),
        rules=tuple(rules),
        cleaning=tuple(steps),
        sources=tuple(draw(st.lists(sources(known), max_size=2, unique_by=lambda source: source.name))),
        joins=tuple(m.Join(known[0], "civil.people", other) for other in draw(st.lists(names, max_size=2))),
        drift=m.Drift(new_column=draw(st.sampled_from(m.DriftAction))),
        quarantine_limit=draw(st.floats(0, 1)),
        minimum_quality=draw(st.none() | st.floats(0, 1)),
        entry=m.Entry(related=tuple(draw(st.lists(words, max_size=2)))),
        extra=draw(extras),
    )


def is_accepted(contract: m.Contract) -> bool:
    try:
        return from_document(to_document(contract)) == contract
    except ContractError:
        return False


def through_a_workbook(*given_contracts: m.Contract) -> list[m.Contract]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.xlsx"
        path.write_bytes(write([(contract, "a.yaml") for contract in given_contracts]))
        return [filled.contract for filled in read(path)]


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # a workbook is too slow to shrink with
)
@given(contracts())
def test_a_workbook_nobody_touched_gives_the_same_contract(contract: m.Contract) -> None:
    assume(is_accepted(contract))
    (again,) = through_a_workbook(contract)
    assert again == contract
    assert to_document(again) == to_document(contract)


def test_all_contracts_of_a_city_go_through_one_workbook() -> None:
    city = [read_contract(path) for path in CITY]
    assert len(city) > 10
    again = through_a_workbook(*city)
    assert [contract_digest(c) for c in again] == [contract_digest(c) for c in city]


def test_keys_no_sheet_shows_come_back() -> None:
    document = to_document(read_contract(CITY[0])) | {"tenant": "yunzhou", "price": {"priceAmount": 0}}
    document["schema"][0]["properties"][0]["encryptedName"] = "x"
    contract = from_document(document)
    (again,) = through_a_workbook(contract)
    assert to_document(again) == document


def test_the_hidden_sheet_says_when_it_is_not_whole() -> None:
    cells = list(hidden.packed([{"file": "a.yaml", "contract": {"id": "长" * 100_000}}]))
    assert hidden.unpacked(cells)[0]["file"] == "a.yaml"
    for damaged in (
        [],
        cells[:2],
        [*cells[:2], "z:AAAA"],
        ["ybz workbook 9", *cells[1:]],
        [cells[0], "0", *cells[2:]],
    ):
        with pytest.raises(hidden.WorkbookDamaged, match="write the workbook anew"):
            hidden.unpacked(damaged)
