"""An operator's own table: brought, joined with noise, seen by nobody else, deleted with proof, attacked."""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet
import pytest
from sqlalchemy import select

from catalog.store import reading, writing
from catalog.store.tables.evidence import evidence_entries
from catalog.store.tables.workspaces import workspace_tables
from policies.decision import Deny
from space.calls import jws
from space.errors import Refused, Unknown
from space.granting.erasing import DELETION_TYPE
from space.identity.tokens import Caller
from space.query.admit import Question
from space.query.answered import Answered, Explained
from space.workspace import admitting, ending, tables, texts
from space.workspace.form import read_form
from tests.space.bureau_contracts import identity

OPENED = {"civil.population": ("id_card", "sex", "district", "income")}
JOINED = (
    "SELECT c.segment, count(*) AS n, sum(p.income) AS income FROM workspace.customers AS c "
    "JOIN civil.population AS p ON c.id_card = p.id_card GROUP BY c.segment"
)
ALONE = "SELECT segment, count(*) AS n FROM workspace.customers GROUP BY segment"
Row = Sequence[object]


def customers(count: int = 150) -> list[Row]:
    """Clients of a company, all of them of the city."""
    return [(identity(n), "金卡" if n < 120 else "普卡", n % 50, f"备注{n}") for n in range(count)]


def file_of(rows: Sequence[Row]) -> bytes:
    lines = ["ID_card,segment,spend,remark", *(",".join(map(str, row)) for row in rows)]
    return "\n".join(lines).encode()


def bring(bureau: Any, held: Any, rows: Sequence[Row], name: str = "customers", **form: Any) -> Any:
    stated = {"key": "id_card=person", "categories": ["segment"], "measures": ["spend:0:100"]} | form
    brought = tables.Upload(held.id, name, read_form(**stated), file_of(rows))
    return tables.upload(
        bureau.engine, bureau.home, bureau.keys, brought, who=held.grantee, by="周敏", now=bureau.clock()
    )


def sweep(bureau: Any) -> tuple[str, ...]:
    return ending.sweep(bureau.engine, bureau.home, bureau.keys.signer, bureau.clock())


def codes(given: Any) -> list[str]:
    assert isinstance(given, Deny), given
    return [reason.code for reason in given.reasons]


def refused(call: Any) -> list[str]:
    with pytest.raises(Refused) as caught:
        call()
    return [reason.code for reason in caught.value.decision.reasons]


def files(bureau: Any) -> list[Path]:
    return [path for path in (bureau.home.root / ending.FOLDER).rglob("*") if path.is_file()]


def versions(bureau: Any) -> list[Any]:
    with reading(bureau.engine) as connection:
        order = workspace_tables.c.uploaded_at, workspace_tables.c.id
        return list(connection.execute(select(workspace_tables).order_by(*order)).all())


def explained(bureau: Any, held: Any, sql: str) -> Any:
    asked = Question(held.id, held.terms.purpose, sql)
    return bureau.gateway.explain(Caller(held.grantee), asked)


@pytest.fixture
def held(bureau: Any) -> Any:
    """A private grant of the operator that opens the identifier as a join key."""
    return bureau.granted(bureau.operator, OPENED)


def test_a_join_with_the_city_is_answered_with_noise_and_paid_for(bureau: Any, held: Any) -> None:
    told = bring(bureau, held, customers())
    assert (told.rows, told.units, told.invalid, told.joinable) == (150, 150, 0, True)
    assert told.dropped == ("remark",)

    answer = bureau.ask(held, JOINED)

    assert isinstance(answer, Answered), answer
    assert (answer.mode, answer.rho) == ("dp", pytest.approx(0.01))
    shown = {row["segment"]: row["n"] for row in answer.table.to_pylist()}
    assert abs(shown["金卡"] - 120) < 100
    assert bureau.ask(held, JOINED).repeated


def test_only_the_protected_form_is_kept_and_for_nobody_else_to_read(bureau: Any, held: Any) -> None:
    bring(bureau, held, customers())

    (path,) = files(bureau)
    kept = pa.parquet.read_table(path)
    assert kept.column_names == ["_u_id_card", "_n_person", "segment", "spend"]
    assert kept["_u_id_card"].to_pylist() == sorted(kept["_u_id_card"].to_pylist())
    everything = b"".join(
        p.read_bytes() for p in bureau.home.root.rglob("*") if p.is_file() and p.parent != bureau.home.keys
    )
    assert identity(7).encode() not in path.read_bytes()
    assert "备注7".encode() not in everything
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in (path.parent, path.parent.parent)} == {0o700}


def test_another_grant_and_another_organisation_do_not_see_it(bureau: Any, held: Any) -> None:
    bring(bureau, held, customers())
    others = bureau.granted(bureau.other, OPENED)
    second = bureau.sign(bureau.operator, OPENED)

    assert codes(bureau.ask(others, ALONE)) == codes(bureau.ask(second, ALONE)) == ["query.name"]
    assert codes(bureau.ask(held, ALONE, who=others.grantee)) == ["grant.not_held"]
    with reading(bureau.engine) as connection:
        assert refused(lambda: admitting.held(connection, held.id, others.grantee)) == ["grant.not_held"]
        with pytest.raises(Unknown):
            tables.table(connection, second.id, "customers")


def test_revocation_makes_it_unusable_at_once_and_its_file_goes_with_proof(bureau: Any, held: Any) -> None:
    told = bring(bureau, held, customers())
    (path,) = files(bureau)

    bureau.revoke(held)

    (row,) = versions(bureau)
    assert (row.state, row.end_reason) == ("ending", "revoked")
    assert path.exists()
    assert codes(bureau.ask(held, ALONE)) == ["grant.revoked"]
    assert sweep(bureau) == (told.id,)
    assert not path.exists()
    (row,) = versions(bureau)
    states = jws.verify(row.deletion, bureau.keys.signer.public_raw, DELETION_TYPE)
    assert (states["table"], states["file"], states["reason"]) == (told.id, row.sha256, "revoked")
    assert states["erased_from"] == ["machine"]
    with reading(bureau.engine) as connection:
        events = connection.execute(
            select(evidence_entries.c.event, evidence_entries.c.leaf_hash).where(
                evidence_entries.c.subject == told.id
            )
        ).all()
    assert [event for event, _ in events] == [
        f"space:workspace:{act}" for act in ("upload", "open", "end", "delete")
    ]
    assert events[-1].leaf_hash == states["evidence"]
    assert sweep(bureau) == ()


def test_a_deletion_is_verified_like_any_receipt(bureau: Any, held: Any) -> None:
    from space.cli.operation.verifying import check

    bring(bureau, held, customers())
    with writing(bureau.engine) as connection:
        tables.delete(connection, held.id, "customers", bureau.clock())
    assert codes(bureau.ask(held, ALONE)) == ["query.name"]
    sweep(bureau)

    (row,) = versions(bureau)
    verdict = check(row.deletion_id, None)
    assert verdict["ok"], verdict
    assert verdict["states"]["reason"] == "deleted"
    changed = bureau.home.root / "changed.jws"
    head, _payload, signature = row.deletion.split(".")
    changed.write_text(f"{head}.e30.{signature}")
    assert not check(str(changed), None)["ok"]


def test_a_table_ends_with_the_last_day_of_its_grant(bureau: Any, held: Any) -> None:
    bring(bureau, held, customers())
    bureau.clock.later(days=1_500)

    assert codes(bureau.ask(held, ALONE)) == ["grant.expired"]
    sweep(bureau)

    (row,) = versions(bureau)
    assert (row.state, row.end_reason, files(bureau)) == ("deleted", "over", [])


def test_an_upload_that_dies_answers_nothing_and_is_deleted(
    bureau: Any, held: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle = tables._settle

    def killed(*_given: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(tables, "_settle", killed)
    with pytest.raises(KeyboardInterrupt):
        bring(bureau, held, customers())
    monkeypatch.setattr(tables, "_settle", settle)

    assert codes(bureau.ask(held, ALONE)) == ["query.name"]
    assert sweep(bureau) == ()  # it could still be at work
    assert len(files(bureau)) == 1
    bureau.clock.later(minutes=16)
    assert len(sweep(bureau)) == 1
    (row,) = versions(bureau)
    assert (row.state, row.end_reason, files(bureau)) == ("deleted", "unfinished", [])


def test_a_grant_revoked_while_its_table_is_written_leaves_no_file(
    bureau: Any, held: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = tables.file_bytes

    def revoked_meanwhile(protected: Any) -> bytes:
        bureau.revoke(held)
        assert len(sweep(bureau)) == 1
        return whole(protected)

    monkeypatch.setattr(tables, "file_bytes", revoked_meanwhile)
    assert refused(lambda: bring(bureau, held, customers())) == ["grant.revoked"]
    (row,) = versions(bureau)
    assert (row.state, row.end_reason, files(bureau)) == ("deleted", "revoked", [])


def test_a_file_whose_row_says_deleted_is_removed_by_the_next_sweep(bureau: Any, held: Any) -> None:
    told = bring(bureau, held, customers())
    (path,) = files(bureau)
    content = path.read_bytes()
    bureau.revoke(held)
    sweep(bureau)
    path.with_name(f"{told.id}.part").write_bytes(content)  # its writer was stopped between row and file

    sweep(bureau)

    assert files(bureau) == []


def test_a_sweep_that_died_after_the_file_goes_on_with_the_row(bureau: Any, held: Any) -> None:
    told = bring(bureau, held, customers())
    bureau.revoke(held)
    os.unlink(files(bureau)[0])

    assert sweep(bureau) == (told.id,)
    assert versions(bureau)[0].deletion is not None


def test_a_changed_table_is_another_table_and_every_answer_is_paid_again(bureau: Any, held: Any) -> None:
    bring(bureau, held, customers())
    first = bureau.ask(held, JOINED)
    bring(bureau, held, customers(149))
    second = bureau.ask(held, JOINED)

    assert not second.repeated
    assert first.rho == second.rho > 0
    assert bureau.row(held).nrho_spent == 20_000_000
    assert [row.end_reason for row in versions(bureau)].count("replaced") == 1
    sweep(bureau)
    assert len(files(bureau)) == 1


def test_versions_are_counted_whatever_becomes_of_them(bureau: Any, held: Any) -> None:
    for _ in range(12):
        bring(bureau, held, customers(100))
        with writing(bureau.engine) as connection:
            tables.delete(connection, held.id, "customers", bureau.clock())

    assert refused(lambda: bring(bureau, held, customers(), name="others")) == ["workspace.quota"]
    bureau.clock.later(days=31)
    assert bring(bureau, held, customers(), name="others").units == 150


def test_a_sixth_table_is_refused(bureau: Any, held: Any) -> None:
    for number in range(5):
        bring(bureau, held, customers(100), name=f"table_{number}")
    assert refused(lambda: bring(bureau, held, customers(), name="table_5")) == ["workspace.quota"]
    assert bring(bureau, held, customers(), name="table_0").units == 150


# --- attacks ---------------------------------------------------------------------------------------------


def test_one_id_a_thousand_times_is_never_joined(bureau: Any, held: Any) -> None:
    told = bring(bureau, held, [*customers(), *[customers()[0]] * 999])

    assert (told.joinable, told.units, told.rows) == (False, 150, 1149)
    assert codes(bureau.ask(held, JOINED))[0] == "query.own_join"
    alone = bureau.ask(held, ALONE)
    assert (alone.mode, alone.rho) == ("dp", pytest.approx(0.01))


def test_two_spellings_of_one_id_are_one_unit(bureau: Any, held: Any) -> None:
    number = identity(0)
    older = number[:6] + number[8:17]  # the fifteen digits of the same person
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in identity(1))
    told = bring(bureau, held, [*customers(), (older, "金卡", 1, ""), (wide, "金卡", 1, "")])

    assert (told.units, told.rows, told.joinable) == (150, 152, False)


def test_invalid_ids_do_not_reach_the_floor(bureau: Any, held: Any) -> None:
    padding = [(f"11010519000101{n:04d}", "金卡", 1, "") for n in range(200)] + [("", "金卡", 1, "")] * 200
    assert refused(lambda: bring(bureau, held, [*customers(60), *padding])) == ["workspace.few_units"]
    repeated = [customers()[0]] * 500
    assert refused(lambda: bring(bureau, held, repeated)) == ["workspace.few_units"]
    assert versions(bureau) == []


def test_whether_an_id_is_in_the_city_shows_nowhere_but_under_noise(bureau: Any, held: Any) -> None:
    """One person of the city, padded with people of nowhere, and the same padding without that person."""
    padding = [(identity(n), "金卡", 1, "") for n in range(500, 620)]
    one_person = JOINED.replace("c.segment, ", "").replace(", sum(p.income) AS income", "")
    one_person = one_person.replace(" GROUP BY c.segment", "")

    told = bring(bureau, held, [(identity(5), "金卡", 1, ""), *padding])
    there = explained(bureau, held, one_person)
    answers = {bureau.ask(held, one_person).table["n"][0].as_py()}
    women = f"{one_person} WHERE p.sex = '女'"
    for count in range(6):
        bring(bureau, held, [(identity(700), "金卡", 1, ""), *padding[count:]])
        answers |= {bureau.ask(held, sql).table["n"][0].as_py() for sql in (one_person, women)}
    absent = explained(bureau, held, one_person)

    assert isinstance(there, Explained)
    assert told.invalid == 0
    assert there.document["cost"] == absent.document["cost"] | {"stored_answer": False, "rho": 0.01}
    # Thirteen true answers of 0 and 1, none below zero: what differs is noise.
    assert len(answers) > 2


def test_a_category_for_every_person_shows_nobody(bureau: Any, held: Any) -> None:
    rows = [(identity(n), f"c{n}", 1, "") for n in range(150)]
    bring(bureau, held, rows)
    answer = bureau.ask(held, JOINED)
    assert answer.table.num_rows == 0


def test_free_text_values_off_bounds_and_unread_files_are_refused(bureau: Any, held: Any) -> None:
    long = [(identity(n), "长" * 41, 1, "") for n in range(150)]
    assert refused(lambda: bring(bureau, held, long)) == ["workspace.free_text"]
    many = [(identity(n), f"c{n}", 1, "") for n in range(240)]
    assert refused(lambda: bring(bureau, held, many)) == ["workspace.free_text"]
    assert refused(lambda: bring(bureau, held, [*customers(), (identity(200), "金卡", 101, "")])) == [
        "workspace.values"
    ]
    assert refused(lambda: bring(bureau, held, [*customers(), (identity(200), "金卡", "many", "")])) == [
        "workspace.values"
    ]
    assert refused(lambda: bring(bureau, held, customers(), categories=["nowhere"])) == ["workspace.file"]
    assert refused(lambda: bring(bureau, held, [*customers(), (1, 2, 3, 4, 5, 6)])) == ["workspace.file"]
    sink = io.BytesIO()
    pa.parquet.write_table(pa.table({"id_card": ["1"]}), sink)
    parquet = tables.Upload(held.id, "customers", read_form("id_card=person"), sink.getvalue())
    assert refused(
        lambda: tables.upload(
            bureau.engine, bureau.home, bureau.keys, parquet, who=None, by="周敏", now=bureau.clock()
        )
    ) == ["workspace.file"]
    assert files(bureau) == []


def test_a_name_that_hides_a_table_and_a_kind_nobody_opened_are_refused(bureau: Any, held: Any) -> None:
    assert refused(lambda: bring(bureau, held, customers(), name="population")) == ["workspace.name"]
    assert refused(lambda: bring(bureau, held, customers(), name="a; DROP")) == ["workspace.name"]
    assert refused(lambda: bring(bureau, held, customers(), key="id_card=household")) == ["workspace.kind"]
    for form in ("id_card", "id_card=", "Id=person", "segment=person"):
        assert refused(lambda form=form: bring(bureau, held, customers(), key=form)) == ["workspace.form"]
    for measure in ("spend:5:1", "spend:0:nan", "spend:0", "spend:0:1:9", "spend:0:1e30", "spend:0.5:1"):
        assert refused(lambda m=measure: bring(bureau, held, customers(), measures=[m])) == ["workspace.form"]


def test_terms_with_thresholds_take_no_table(bureau: Any) -> None:
    held = bureau.granted(bureau.department, bureau.trade)
    assert refused(lambda: bring(bureau, held, customers())) == ["workspace.mode"]


def test_a_join_on_anything_but_the_key_is_refused(bureau: Any, held: Any) -> None:
    bring(bureau, held, customers())
    by_place = JOINED.replace("ON c.id_card = p.id_card", "ON c.segment = p.district")
    denied = bureau.ask(held, by_place)
    assert set(codes(denied)) <= {"query.own_join", "query.join"}


# --- views and templates ---------------------------------------------------------------------------------

BY_DISTRICT = "SELECT district, count(*) AS n FROM civil.population GROUP BY district"


def save(bureau: Any, held: Any, name: str, sql: str, kind: str = "view") -> Any:
    keep = texts.save_view if kind == "view" else texts.save_template
    with writing(bureau.engine) as connection:
        return keep(connection, bureau.home, held, name, sql, by="周敏", now=bureau.clock())


def test_a_saved_view_is_written_out_under_its_grant_only(bureau: Any, held: Any) -> None:
    save(bureau, held, "by_district", BY_DISTRICT)

    answer = bureau.ask(held, "SELECT max(n) AS largest FROM by_district")

    assert (answer.mode, answer.table.num_rows) == ("dp", 1)
    assert codes(bureau.ask(bureau.sign(bureau.operator, OPENED), "SELECT n FROM by_district")) == [
        "query.name"
    ]
    with writing(bureau.engine) as connection:
        texts.delete_view(connection, held.id, "by_district", bureau.clock())
    assert codes(bureau.ask(held, "SELECT n FROM by_district")) == ["query.name"]


def test_a_view_that_shadows_recurses_or_shows_rows_is_not_saved(bureau: Any, held: Any) -> None:
    bring(bureau, held, customers())
    for name in ("population", "customers"):
        assert refused(lambda name=name: save(bureau, held, name, BY_DISTRICT)) == ["workspace.name"]
    assert refused(lambda: save(bureau, held, "mine", "SELECT n FROM mine")) == ["query.view"]
    save(bureau, held, "one", BY_DISTRICT)
    save(bureau, held, "two", "SELECT district, n FROM one")
    assert refused(lambda: save(bureau, held, "one", "SELECT district, n FROM two")) == ["query.view"]
    for sql in (
        "SELECT name FROM civil.population",
        "SELECT income FROM civil.population",
        "DROP TABLE x",
        "",
    ):
        assert refused(lambda sql=sql: save(bureau, held, "rows", sql))
    assert refused(lambda: bring(bureau, held, customers(), name="two")) == ["workspace.name"]


def test_a_template_has_the_digest_by_which_rules_list_it(bureau: Any, held: Any) -> None:
    saved = save(bureau, held, "by_district", BY_DISTRICT, "template")
    dataset = {
        "name": "civil.population",
        "columns": ["district", "sex"],
        "rules": {"templates": [saved.digest]},
    }
    bound = bureau.sign(bureau.operator, OPENED, datasets=[dataset])

    assert isinstance(bureau.ask(bound, BY_DISTRICT.lower()), Answered)
    assert codes(bureau.ask(bound, BY_DISTRICT + " LIMIT 1")) == ["query.template"]
    later = save(
        bureau, bound, "by_sex", "SELECT sex, count(*) AS n FROM civil.population GROUP BY sex", "template"
    )
    assert later.digest != saved.digest
