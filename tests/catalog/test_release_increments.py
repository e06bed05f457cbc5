"""Releases changed row by row: the same rows, numbers and facts as if everything were written anew."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from random import Random

import pyarrow as pa
import pytest
from sqlalchemy import Engine

from catalog.cataloging.drafts import Mode
from catalog.home import Home
from catalog.releases import delta
from catalog.releases.arrivals import CHANGED_ROW, NO_KEY
from catalog.releases.facts import FactsRefused
from catalog.releases.protect import ROW_ID
from catalog.releases.published import protected_files, protected_folder, read_vault_whole, vault_folder
from contracts.cast import OPERATION
from tests.catalog.merging import APPEND, PAY, RECENT, Builder, Row, assert_whole, row


@pytest.fixture
def build(home: Home, engine: Engine) -> Builder:
    return Builder(home, engine)


def test_an_upsert_replaces_the_row_of_its_key_and_a_delete_removes_it(build: Builder) -> None:
    build.deliver(row("a"), row("b", 2), row("c", 3))

    made = build.deliver(row("a", amount=9), row("d", 4), row("b", _op="delete"), row("x", _op="delete"))

    assert {k: r["amount"] for k, r in build.rows().items()} == {"a": 9, "c": 1, "d": 1}
    assert build.changes == {"added": 1, "changed": 1, "removed": 1, "same": 1, "renumbered": 0}
    assert build.aside == {"deletes": 1, "absent_deletes": 1}
    assert (build.mode, made.row_count) == (Mode.MERGE, 3)
    assert_whole(build)


def test_the_entries_of_a_log_are_netted_in_their_order(build: Builder) -> None:
    build.deliver(row("a"))

    build.deliver(
        row("b", 2),
        row("b", _op="delete"),
        row("c", 3, 1),
        row("c", 3, 2),
        row("a", _op="delete"),
        row("a", 1, 5),
    )

    assert {k: r["amount"] for k, r in build.rows().items()} == {"a": 5, "c": 2}
    assert build.aside == {"superseded": 3, "absent_deletes": 1}


def test_rows_of_a_unit_stay_dense_when_one_of_them_is_gone(build: Builder) -> None:
    build.deliver(row("a", 1), row("b", 1), row("c", 1), row("z", 2))

    build.deliver(row("a", 1, _op="delete"), row("y", 2))

    assert build.changes["renumbered"] == 1  # c takes the number of a; b keeps its own
    vault = read_vault_whole(build.home, build.release)  # type: ignore[arg-type]
    numbers = dict(zip(vault["voucher"].to_pylist(), vault["_n_person"].to_pylist(), strict=True))
    assert numbers == {"b": 2, "c": 1, "z": 1, "y": 2}
    assert_whole(build)


def test_a_row_that_changes_its_unit_leaves_one_and_joins_another(build: Builder) -> None:
    build.deliver(row("a", 1), row("b", 1), row("c", 2))

    build.deliver(row("a", 2))

    assert_whole(build)
    assert Counter(build.protected()["_u_id_card"].to_pylist()).most_common()[0][1] == 2


def test_rows_that_only_come_are_appended_and_touch_no_file(build: Builder) -> None:
    first = build.deliver(row("a", 1), row("b", 2))
    held = protected_files(build.home, first)

    made = build.deliver(row("c", 1), row("d", 3))

    assert build.mode is Mode.APPEND
    assert set(held) < set(protected_files(build.home, made))
    assert_whole(build)


def test_random_deliveries_give_what_a_plain_table_would(home: Home, engine: Engine) -> None:
    chance = Random(7)
    build, plain = Builder(home, engine), dict[str, Row]()
    for delivery in range(7):
        rows = []
        for _ in range(chance.randrange(1, 25)):
            voucher = f"v{chance.randrange(40)}"
            who = chance.choice([None, *range(12)])
            new = row(voucher, who, chance.randrange(5))
            if delivery and chance.random() < 0.3:
                new[OPERATION] = "delete"
                plain.pop(voucher, None)
            else:
                plain[voucher] = {k: v for k, v in new.items() if k != OPERATION}
            rows.append(new)
        build.deliver(*rows)
        assert build.rows() == plain
        assert_whole(build)


def test_an_incremental_load_takes_the_row_with_the_highest_watermark(home: Home, engine: Engine) -> None:
    build = Builder(home, engine, replace(PAY, load=RECENT))
    build.deliver(row("a", day=2), row("b", 2, day=2))

    build.deliver(row("a", amount=7, day=9), row("a", amount=8, day=5), row("b", 2, day=2))

    assert {k: r["amount"] for k, r in build.rows().items()} == {"a": 7, "b": 1}
    assert build.aside == {"superseded": 1, "identical": 1}
    assert_whole(build)


def test_an_append_quarantines_a_known_key_with_other_content_and_drops_it_with_the_same(
    home: Home, engine: Engine
) -> None:
    build = Builder(home, engine, replace(PAY, load=APPEND))
    build.deliver(row("a"), row("b", 2), row("b", 2), row("b", 3))
    assert build.aside == {"identical": 1}
    assert build.rejected["reason"].to_pylist() == [CHANGED_ROW]

    build.deliver(row("a"), row("b", 2, amount=5), row("c", 1))

    assert build.rejected.select(["_line", "reason"]).to_pylist() == [{"_line": 3, "reason": CHANGED_ROW}]
    assert build.aside == {"identical": 1}
    assert {k: r["amount"] for k, r in build.rows().items()} == {"a": 1, "b": 1, "c": 1}
    assert ROW_ID not in build.protected().column_names
    assert_whole(build)


def test_a_keyless_append_adds_every_row(home: Home, engine: Engine) -> None:
    fields = tuple(replace(f, key_position=None) for f in PAY.fields)
    build = Builder(home, engine, replace(PAY, load=APPEND, fields=fields, unique_keys=()))
    build.deliver(row("a"), row("b", 2))

    made = build.deliver(row("a"), row("c", None))

    assert (made.row_count, build.mode) == (4, Mode.APPEND)
    assert_whole(build)


def test_a_log_entry_that_deletes_without_a_key_is_quarantined(build: Builder) -> None:
    build.deliver(row("a"))

    build.deliver(row("b", 2), row(None, _op="delete"))

    assert build.rejected["reason"].to_pylist() == [NO_KEY]


def test_a_change_that_breaks_a_fact_is_refused_and_nothing_is_written(build: Builder) -> None:
    build.deliver(row("a"), row("b", 2))
    before = (delta.head(vault_folder(build.home, PAY.name)), build.release)

    with pytest.raises(FactsRefused, match=r"unique key \(slip\) has duplicates"):
        build.deliver(row("c", 3, slip="sa"))
    with pytest.raises(FactsRefused, match="more rows than max_rows 9"):
        build.deliver(*(row(f"n{n}", 1) for n in range(9)))
    with pytest.raises(FactsRefused, match="amount has values outside"):
        build.deliver(row("c", 3, amount=1001))

    assert (delta.head(vault_folder(build.home, PAY.name)), build.release) == before


def test_a_unique_value_may_move_from_a_row_that_leaves_to_one_that_comes(build: Builder) -> None:
    build.deliver(row("a"), row("b", 2))

    build.deliver(row("a", _op="delete"), row("c", 3, slip="sa"))

    assert set(build.rows()) == {"b", "c"}
    assert_whole(build)


def test_the_content_hash_is_chained_and_does_not_depend_on_the_order_rows_came_in(
    home: Home, engine: Engine
) -> None:
    one, other = Builder(home, engine), Builder(home, engine, replace(PAY, table="pay2"))
    for build in (one, other):
        build.deliver(row("a"), row("b", 2))
    first = one.deliver(row("c", 3), row("d", 4))
    second = other.deliver(row("d", 4), row("c", 3))

    assert first.content_hash == second.content_hash
    assert (
        one.deliver(row("a", _op="delete")).content_hash != other.deliver(row("b", _op="delete")).content_hash
    )


def test_every_table_keeps_its_change_feed(build: Builder) -> None:
    from deltalake import DeltaTable

    build.deliver(row("a"), row("b", 2))
    made = build.deliver(row("a", amount=3))

    for folder, version in (
        (vault_folder(build.home, PAY.name), made.vault_version),
        (protected_folder(build.home, PAY.name), made.protected_version),
    ):
        table = DeltaTable(str(folder))
        assert table.metadata().configuration["delta.enableChangeDataFeed"] == "true"
        fed = pa.table(table.load_cdf(starting_version=version))
        assert sorted(fed["_change_type"].to_pylist()) == ["update_postimage", "update_preimage"]
