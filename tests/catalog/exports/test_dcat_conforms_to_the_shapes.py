"""The exported catalogue: conforming DCAT-AP 3, paged, with what changed and what was withdrawn."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from rdflib import DCAT, DCTERMS, Graph, URIRef
from sqlalchemy import Engine, insert, select, update

from catalog.cataloging.acts import Who
from catalog.cataloging.answering import trigger
from catalog.cataloging.entering import Acts, catalogue_all
from catalog.exports import harvest
from catalog.exports.identity import Identity, IdentityError, identity, keep
from catalog.home import Home
from catalog.store import reading, writing
from catalog.store.schema import new_id
from catalog.store.tables.cataloging import entry_acts
from catalog.store.tables.ledger import entries
from catalog.store.tables.opening import open_files, openings
from catalog.store.tables.releases import releases
from contracts.model import Composed, Composition, Contract, Field, Party, ShareType, Sharing, UpdateCycle
from policies.machine import Office

SHAPES = Path(__file__).resolve().parents[3].parent / "shared" / "standards" / "dcat-ap-3.0.1"
# The JSON-LD reader of the library uses a class of its own that it no longer likes.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
NOW = datetime(2026, 9, 30, 8, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=3)
SAID = Identity("https://data.yunzhou.example/")


def contract(name: str, **rest: Any) -> Contract:
    """A contract that may be published at once."""
    schema, table = name.split(".")
    values: dict[str, Any] = {
        "id": name, "title": f"数据 {name}", "schema": schema, "table": table, "status": "active",
        "department": Party("云州市教育局", "11320000MB1234567A"),
        "sharing": Sharing(ShareType.UNCONDITIONAL),
        "fields": (Field(name="x"),), "summary": "摘要", "classification": "主题/公共服务", "tags": ("学校",),
        "unit_free": True, "update_cycle": UpdateCycle.MONTHLY,
    }  # fmt: skip
    return Contract(**(values | rest))


def catalogued(engine: Engine, *contracts: Contract, now: datetime = NOW) -> None:
    catalogue_all(engine, [(c, None) for c in contracts], Acts(by="a", reason="r", now=now))


@pytest.fixture
def ledger(engine: Engine) -> Engine:
    composed = contract(
        "theme.schools", classification="",
        composed=Composed(Composition.STATISTICAL, "SELECT count(*) AS x FROM edu.schools"),
    )  # fmt: skip
    catalogued(engine, contract("edu.schools"), contract("eco.air", open=True), composed)
    return engine


@pytest.fixture(params=["dcat-ap-SHACL.ttl", "shapes.ttl", "range.ttl"])
def shapes(request: pytest.FixtureRequest) -> Graph:
    path = SHAPES / request.param
    if not path.is_file():
        pytest.skip("the official shapes of DCAT-AP 3.0.1 are not beside the checkout")
    return Graph().parse(path)


def whole(engine: Engine, **more: Any) -> Graph:
    """Every page in one graph."""
    graph = Graph()
    with reading(engine) as connection:
        for made in harvest.pages(connection, SAID, now=NOW, **more):
            graph.parse(data=json.dumps(made.document), format="json-ld")
    return graph


def test_an_export_conforms_to_the_official_shapes(ledger: Engine, shapes: Graph) -> None:
    from pyshacl import validate

    ok, _, report = validate(whole(ledger), shacl_graph=shapes, advanced=True)
    assert ok, report


def test_all_pages_together_conform_too(ledger: Engine, shapes: Graph) -> None:
    from pyshacl import validate

    catalogued(ledger, contract("edu.pupils"), now=LATER)
    ok, _, report = validate(whole(ledger, size=1), shacl_graph=shapes, advanced=True)
    assert ok, report


def test_the_shapes_find_a_dataset_without_a_description(ledger: Engine, shapes: Graph) -> None:
    from pyshacl import validate

    graph = whole(ledger)
    if (None, None, DCTERMS.description) not in shapes:
        pytest.skip("these shapes judge ranges alone")
    graph.remove((None, DCTERMS.description, None))
    assert not validate(graph, shacl_graph=shapes, advanced=True)[0]


def test_every_published_entry_is_a_dataset_with_its_source(ledger: Engine) -> None:
    graph = whole(ledger)
    with reading(ledger) as connection:
        codes = dict(connection.execute(select(entries.c.name, entries.c.code)).all())
    iris = {name: URIRef(SAID.iri("dataset", code)) for name, code in codes.items()}
    assert set(graph.subjects(predicate=None, object=DCAT.Dataset)) == set(iris.values())
    assert (iris["theme.schools"], DCTERMS.source, iris["edu.schools"]) in graph


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_pages_of_any_size_hold_the_same_catalogue(ledger: Engine, size: int) -> None:
    with reading(ledger) as connection:
        made = list(harvest.pages(connection, SAID, now=NOW, size=size))
    assert [page.entries for page in made] == [size] * (3 // size) + ([3 % size] if 3 % size else [])
    assert set(whole(ledger, size=size).subjects(None, DCAT.Dataset)) == set(
        whole(ledger).subjects(None, DCAT.Dataset)
    )


@pytest.mark.parametrize("size", [0, 1001])
def test_a_page_of_no_size_is_refused(ledger: Engine, size: int) -> None:
    with reading(ledger) as connection, pytest.raises(harvest.HarvestError, match="1 to 1000"):
        harvest.page(connection, SAID, now=NOW, size=size)


def test_changed_since_tells_of_new_and_withdrawn_entries_alone(ledger: Engine) -> None:
    catalogued(ledger, contract("edu.pupils"), now=LATER)
    _withdraw(ledger, "eco.air")
    with reading(ledger) as connection:
        codes = dict(connection.execute(select(entries.c.name, entries.c.code)).all())
        (made,) = harvest.pages(connection, SAID, now=LATER, changed_since=LATER - timedelta(hours=1))
    told = {node["dct:identifier"] for node in made.document["@graph"] if "dcat:Dataset" in node["@type"]}
    assert told == {codes["edu.pupils"], codes["eco.air"]}
    records = {
        node["foaf:primaryTopic"]["@id"]: node["adms:status"]["@id"].rsplit("/", 1)[1]
        for node in made.document["@graph"]
        if node["@type"] == "dcat:CatalogRecord"
    }
    assert records[SAID.iri("dataset", codes["eco.air"])] == "WITHDRAWN"
    assert records[SAID.iri("dataset", codes["edu.pupils"])] == "CURRENT"


def test_a_withdrawn_entry_tells_nothing_but_that(ledger: Engine, shapes: Graph) -> None:
    from pyshacl import validate

    _withdraw(ledger, "eco.air")
    graph = whole(ledger, changed_since=NOW - timedelta(days=1))
    assert "数据 eco.air" not in graph.serialize(format="nt").encode().decode("unicode_escape")
    ok, _, report = validate(graph, shacl_graph=shapes, advanced=True)
    assert ok, report


def test_a_withdrawn_entry_stays_withdrawn_while_a_new_revision_is_on_its_way(ledger: Engine) -> None:
    _withdraw(ledger, "eco.air")
    with writing(ledger) as connection:
        connection.execute(update(entries).where(entries.c.name == "eco.air").values(state="compiled"))
    graph = whole(ledger, changed_since=LATER)
    with reading(ledger) as connection:
        code = connection.execute(select(entries.c.code).where(entries.c.name == "eco.air")).scalar_one()
    gone = URIRef(SAID.iri("dataset", code))
    assert set(graph.subjects(None, DCAT.Dataset)) == {gone}
    assert [str(words) for words in graph.objects(gone, DCTERMS.title)] == [code]


def test_what_is_afoot_within_the_department_changes_nothing_for_others(ledger: Engine) -> None:
    before = whole(ledger)
    trigger(ledger, "edu.schools", Who("a", Office.STEWARD), kind="law", what="新法施行", now=LATER)
    assert set(whole(ledger)) == set(before)
    assert not set(whole(ledger, changed_since=LATER).subjects(None, DCAT.Dataset))


def test_an_open_dataset_carries_its_licence_and_its_file_until_it_is_withdrawn(
    ledger: Engine, shapes: Graph
) -> None:
    from pyshacl import validate

    _released_and_opened(ledger, "eco.air")
    served = replace(SAID, files="https://open.yunzhou.example/")
    with reading(ledger) as connection:
        made = harvest.page(connection, served, now=NOW, changed_since=NOW)
        code = connection.execute(select(entries.c.code).where(entries.c.name == "eco.air")).scalar_one()
    graph = Graph().parse(data=json.dumps(made.document), format="json-ld")
    distribution = URIRef(SAID.iri("distribution", code))
    file = "https://open.yunzhou.example/eco.air/2026-09-30-r1/eco.air.csv"
    licence = "https://creativecommons.org/licenses/by/4.0/"
    assert [str(x) for x in graph.objects(distribution, DCAT.downloadURL)] == [file]
    assert [str(x) for x in graph.objects(distribution, DCTERMS.license)] == [licence]
    ok, _, report = validate(graph, shacl_graph=shapes, advanced=True)
    assert ok, report
    with writing(ledger) as connection:
        connection.execute(update(open_files).values(withdrawn_at=LATER, withdraw_reason="r"))
    graph = whole(ledger, changed_since=LATER)
    assert set(graph.subjects(None, DCAT.Dataset)) == {URIRef(SAID.iri("dataset", code))}
    assert not list(graph.objects(distribution, DCTERMS.license))


def _released_and_opened(engine: Engine, name: str) -> None:
    """The rows a release and its opening leave."""
    with writing(engine) as connection:
        connection.execute(
            insert(releases).values(
                id="rel_1", dataset=name, number=1, revision=1, vault_version=0, protected_version=0,
                row_count=1, content_hash="c" * 64, fingerprint="f" * 64, lines_read=1, landed=1, typed=1,
                quarantined=0, counts={}, quality=None, dimensions={}, grade=1, facts={}, published_at=NOW,
                evidence_id="e",
            )
        )  # fmt: skip
        connection.execute(
            insert(openings).values(
                id="opn_1", dataset=name, state="published", licence="CC-BY-4.0", method="none",
                effect_grade=0, reason="r", opened_at=NOW, changed_at=NOW,
            )
        )  # fmt: skip
        connection.execute(
            insert(open_files).values(
                id="opf_1", opening_id="opn_1", dataset=name, release_id="rel_1",
                folder=f"open/{name}/2026-09-30-r1", sha256="0" * 64, metadata_sha256="0" * 64, size_bytes=1,
                rows=1, licence="CC-BY-4.0", published_by="a", published_at=NOW, evidence_id="e",
            )
        )  # fmt: skip


def _withdraw(engine: Engine, name: str) -> None:
    """The rows a withdrawal leaves."""
    with writing(engine) as connection:
        entry = connection.execute(select(entries).where(entries.c.name == name)).one()
        connection.execute(update(entries).where(entries.c.name == name).values(state="withdrawn"))
        connection.execute(
            insert(entry_acts).values(
                id=new_id("act"), entry_id=entry.id, place=99, revision=1, event="withdraw",
                office="authority", actor="a", state_before="published", state_after="withdrawn",
                reason="r", details={}, made_at=LATER,
            )
        )  # fmt: skip


def test_identifiers_escape_what_an_iri_may_not_hold() -> None:
    assert SAID.iri("theme", "主题/a b") == "https://data.yunzhou.example/theme/%E4%B8%BB%E9%A2%98%2Fa%20b"


@pytest.mark.parametrize("base", ["", "data.example/", "https://data.example", "ftp://x/", "https://a b/"])
def test_a_base_that_is_no_iri_is_refused(base: str) -> None:
    with pytest.raises(IdentityError, match="IRI"):
        Identity(base)


def test_what_a_catalogue_calls_itself_is_kept(home: Home, engine: Engine) -> None:
    assert identity(home, "abcd").base == "urn:ybz:abcd:"
    keep(home, SAID)
    assert identity(home, "abcd") == SAID
    (home.root / "catalogue.json").write_text("{", encoding="utf-8")
    with pytest.raises(IdentityError, match="damaged"):
        identity(home, "abcd")
