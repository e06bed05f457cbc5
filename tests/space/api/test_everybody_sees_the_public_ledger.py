"""The ledger at a glance and the search by facets: what everybody may see of it, and nothing beside it."""

from __future__ import annotations

from catalog.reporting.overview import PUBLIC
from policies.access import Role
from tests.space.api.conftest import Door


def test_whoever_reads_the_catalogue_sees_the_public_figures_each_defined_and_dated(door: Door) -> None:
    found = door.get("/v1/overview", Role.READER).json()["figures"]

    assert sorted(one["id"] for one in found) == sorted(PUBLIC)
    assert all(one["definition"] and one["definition_en"] and one["as_of"] for one in found)
    assert all("rows" not in one for one in found)


def test_a_public_figure_names_the_rows_it_is_counted_from(door: Door) -> None:
    told = door.get("/v1/overview/entries_published", Role.READER).json()

    assert told["value"] == len(told["rows"]) > 0
    assert "market.firms" in {row["dataset"] for row in told["rows"]}


def test_a_figure_of_the_whole_ledger_is_for_those_who_read_figures_alone(door: Door) -> None:
    assert door.get("/v1/overview/calls", Role.READER).status_code == 404
    assert door.get("/v1/figures/calls", Role.READER).status_code == 403
    assert door.get("/v1/overview", Role.AUDIT_ADMIN).status_code == 403


def test_a_search_is_narrowed_by_facets_and_says_how_its_hits_divide(door: Door) -> None:
    everything = door.get("/v1/search", Role.READER).json()
    department = next(one for one in everything["datasets"] if one["name"] == "market.firms")["department"]
    narrowed = door.get("/v1/search", Role.READER, params={"facet": f"department={department}"}).json()

    assert everything["total"] == sum(one["count"] for one in everything["facets"]["department"])
    assert {one["department"] for one in narrowed["datasets"]} == {department}
    assert narrowed["facets"]["department"] == [{"value": department, "count": narrowed["total"]}]


def test_two_values_of_one_facet_are_either_and_two_facets_are_both(door: Door) -> None:
    levels = door.get("/v1/search", Role.READER).json()["facets"]["grade"]
    either = [("facet", f"grade={one['value']}") for one in levels]
    nothing = [*either, ("facet", "department=无此部门")]

    assert door.get("/v1/search", Role.READER, params=either).json()["total"] == sum(
        one["count"] for one in levels
    )
    assert door.get("/v1/search", Role.READER, params=nothing).json()["total"] == 0


def test_an_unknown_facet_is_named_with_those_there_are(door: Door) -> None:
    refused = door.get("/v1/search", Role.READER, params={"facet": "owner=x"})

    assert refused.status_code == 422
    assert "department, sharing" in refused.json()["detail"]


def test_an_item_says_its_level_with_the_rule_and_how_it_is_shared(door: Door) -> None:
    (item, *_) = door.get("/v1/datasets/market.firms", Role.READER).json()["fields"]

    assert item["grade"] == max(ground["grade"] for ground in item["grounds"])
    assert all(ground["why"] and ground["source"] for ground in item["grounds"])
    assert item["sharing"] in ("unconditional", "conditional", "withheld")


def test_releases_are_told_by_their_public_figures(door: Door) -> None:
    now = door.get("/v1/datasets/market.firms", Role.READER).json()
    (newest, *_) = door.get("/v1/datasets/market.firms/releases", Role.READER).json()["releases"]

    assert newest["release"] == now["release"]
    assert (newest["rows"], newest["quality"]) == (now["rows"], now["quality"])
    assert door.get("/v1/datasets/market.nothing/releases", Role.READER).status_code == 404


def test_a_walk_along_the_lineage_tells_titles_of_published_datasets(door: Door) -> None:
    told = door.get("/v1/lineage/market.firms", Role.READER).json()

    assert (
        told["titles"]["market.firms"] == door.get("/v1/datasets/market.firms", Role.READER).json()["title"]
    )


def test_a_walk_along_the_lineage_tells_departments_of_published_datasets(door: Door) -> None:
    told = door.get("/v1/lineage/market.firms", Role.READER).json()
    shown = door.get("/v1/datasets/market.firms", Role.READER).json()

    assert told["departments"]["market.firms"] == shown["department"]


def test_the_rows_of_a_figure_come_with_the_titles_of_their_datasets(door: Door) -> None:
    told = door.get("/v1/overview/link_rate", Role.READER).json()
    named = {row["dataset"] for row in told["rows"]}

    assert set(told["titles"]) == named != set()
    assert told["whole"] == len(told["rows"])
    assert told["part"] == sum(row["live"] for row in told["rows"])
    assert told["numerator_zh"]
    assert told["denominator_zh"]


def test_a_search_that_finds_nothing_is_told_what_finds_something(door: Door) -> None:
    word = door.get("/v1/datasets/market.firms", Role.READER).json()["title"][:2]
    query = {"q": f"火星{word}"}

    assert door.get("/v1/search", Role.READER, params=query).json()["total"] == 0
    (first, *_) = door.get("/v1/search/instead", Role.READER, params=query).json()["instead"]
    assert first["total"] == door.get("/v1/search", Role.READER, params={"q": first["words"]}).json()["total"]
    assert door.get("/v1/search/instead", Role.AUDIT_ADMIN, params=query).status_code == 403


def test_revisions_in_force_are_told_without_who_made_them(door: Door) -> None:
    told = door.get("/v1/datasets/market.firms/revisions", Role.READER).json()

    assert told["revisions"][-1]["revision"] == 1
    assert told["revisions"][0]["published_on"]
    assert {key for one in told["revisions"] for key in one} == {"revision", "published_on", "changes"}
    assert door.get("/v1/datasets/market.nothing/revisions", Role.READER).status_code == 404
    assert door.get("/v1/datasets/market.firms/revisions", Role.AUDIT_ADMIN).status_code == 403


def test_whoever_names_the_service_alone_is_led_to_a_page(door: Door) -> None:
    answer = door.client.get("/", follow_redirects=False)

    assert (answer.status_code, answer.headers["location"]) == (303, "/desk")
