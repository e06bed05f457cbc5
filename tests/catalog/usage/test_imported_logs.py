"""Logs of existing platforms become counts: no personal value, no line twice, every line accounted for."""

from __future__ import annotations

import gzip
import json
import tracemalloc
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, insert, select

from catalog.cataloging.entering import Acts, catalogue_all
from catalog.home import Home
from catalog.linking import tying
from catalog.linking.probing import probe
from catalog.linking.settings import JobLink
from catalog.store import reading, writing
from catalog.store.tables.evidence import evidence_entries
from catalog.store.tables.identity import organisations
from catalog.store.tables.usage import (
    exchange_runs,
    usage_counts,
    usage_import_days,
    usage_imports,
    usage_outside,
)
from catalog.usage import counts
from catalog.usage.importing import Imported, import_logs
from catalog.usage.mapping import LogMapping, UsageError, from_document
from catalog.usage.tallying import tally
from contracts.model import Contract, Field, Party, ShareType, Sharing, UpdateCycle
from tests.catalog.merging import person
from ybz import ybz

NOW = datetime(2026, 9, 24, 8, tzinfo=UTC)
TODAY = date(2026, 9, 24)
OWN, OTHER = "11990100MA0009KN7Y", "11990100MA0009EX04"
COLUMNS = {"resource": "api", "time": "at", "consumer": "org", "outcome": "status", "bytes": "size"}
HEADER = "api,at,org,status,size,user_id,params"


def mapping(**more: Any) -> LogMapping:
    return from_document({"columns": COLUMNS, "resources": {"pop-1": "civil.people"}} | more, TODAY)


@pytest.fixture
def ledger(engine: Engine) -> Engine:
    contracts = [
        Contract(
            id=name,
            title=name,
            schema="civil",
            table=name,
            department=Party("云州市公安局", OWN),
            classification="基础/人口",
            sharing=Sharing(ShareType.CONDITIONAL, "用于履行法定职责", "政务数据共享条例"),
            status="active",
            update_cycle=cycle,
            fields=(Field("code"),),
            unit_free=True,
        )
        for name, cycle in (("people", UpdateCycle.WEEKLY), ("houses", UpdateCycle.IRREGULAR))
    ]
    catalogue_all(engine, [(c, None) for c in contracts], Acts(by="张三", reason="first", now=NOW))
    return engine


def log(folder: Path, lines: Iterable[str], name: str = "gateway.csv", header: str = HEADER) -> Path:
    path = folder / name
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return path


def line(api: str = "pop-1", day: str = "2026-09-20", org: str = OTHER, status: int = 200) -> str:
    return f"{api},{day} 08:00:00,{org},{status},512,{person(3)},姓名=王小明"


def take(engine: Engine, *files: Path, how: LogMapping | None = None, **more: Any) -> Imported:
    told: dict[str, Any] = {"by": "张三", "now": NOW} | more
    return import_logs(engine, files, told.pop("platform", "gateway"), how or mapping(), **told)


def everything(engine: Engine) -> str:
    with reading(engine) as connection:
        tables = (usage_imports, usage_counts, usage_outside, exchange_runs, evidence_entries)
        return "\n".join(str(tuple(r)) for t in tables for r in connection.execute(select(t)))


def used(engine: Engine, first: date = date(2026, 9, 1), last: date = TODAY) -> dict[str, int]:
    with reading(engine) as connection:
        return dict(counts.used(connection, first, last))


def test_lines_become_counts_by_dataset_organisation_day_kind_and_outcome(
    ledger: Engine, tmp_path: Path
) -> None:
    lines = [line()] * 3 + [line(status=403), line(status=500), line(day="2026-09-21"), line("civil.houses")]
    done = take(ledger, log(tmp_path, lines))
    assert (done.lines, done.counted, done.outside, done.unreadable) == (7, 7, 0, 0)
    with reading(ledger) as connection:
        rows = connection.execute(select(usage_counts)).all()
        shown = counts.shown(connection, date(2026, 9, 20), date(2026, 9, 20), "civil.people")
    assert {
        (r.day.day, r.dataset, r.consumer, r.kind, r.outcome): (r.count, r.bytes_class) for r in rows
    } == {
        (20, "civil.people", OTHER, "call", "succeeded"): (3, "<10^4"),
        (20, "civil.people", OTHER, "call", "refused"): (1, "<10^3"),
        (20, "civil.people", OTHER, "call", "failed"): (1, "<10^3"),
        (21, "civil.people", OTHER, "call", "succeeded"): (1, "<10^3"),
        (20, "civil.houses", OTHER, "call", "succeeded"): (1, "<10^3"),
    }
    assert [(u.outcome, u.count) for u in shown] == [("failed", 1), ("refused", 1), ("succeeded", 3)]
    assert used(ledger) == {"civil.houses": 1, "civil.people": 4}


def test_no_personal_value_is_kept_though_the_log_is_full_of_them(ledger: Engine, tmp_path: Path) -> None:
    lines = [
        line(),
        line(api=f"/person/{person(4)}/houses"),
        line(api="/person/王小明"),
        line(api="13800001111"),
        line(api="/gate/way/person/wangxiaoming?id=1"),
        line(org="王小明"),
        line(org=person(5)),
        line(org="13800001111"),
    ]
    done = take(ledger, log(tmp_path, lines))
    assert done.not_in_ledger == {"/gate/way/person": 1, "": 3}
    text = everything(ledger)
    values = ("王小明", "wangxiaoming", "13800001111", *(person(n) for n in (3, 4, 5)))
    assert not any(value in text for value in values)
    with reading(ledger) as connection:
        consumers = set(connection.execute(select(usage_counts.c.consumer)).scalars())
    assert consumers == {"", OTHER}


@pytest.mark.parametrize(
    "column",
    [
        "user_id", "userId", "操作员姓名", "login", "client_ip", "request.params", "accountName", "手机号",
        "username", "USERNAME", "userid", "telephone", "phonenumber", "useraccount", "sfzh", "xingming",
        "openid", "ClientIP", "clientip", "tel", "req.realName", "联系人", "查询人",
    ],
)  # fmt: skip
def test_a_mapping_that_reads_a_column_of_persons_is_refused(column: str) -> None:
    with pytest.raises(UsageError, match="persons or accounts"):
        mapping(columns=COLUMNS | {"consumer": column})


@pytest.mark.parametrize(
    "column", ["org_name", "zip", "recipe", "api_name", "机构代码", "shipment", "hotel", "title"]
)
def test_a_column_of_organisations_and_things_may_be_read(column: str) -> None:
    assert mapping(columns=COLUMNS | {"consumer": column}).columns["consumer"] == column


@pytest.mark.parametrize(
    "wrong",
    [
        {"columns": {"resource": "api"}},
        {"columns": COLUMNS | {"person": "x"}},
        {"format": "xml"},
        {"kind": "glance"},
        {"kinds": {"a": "b"}},
        {"outcomes": {"fine": ["1"]}},
        {"consumers": {"app-1": person(1)}},
        {"time": "soon"},
        {"delimiter": "||"},
        {"sheet": 1},
    ],
)
def test_a_malformed_mapping_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        mapping(**wrong)


def test_the_same_files_imported_twice_add_nothing(ledger: Engine, tmp_path: Path) -> None:
    first, second = log(tmp_path, [line()], "a.csv"), log(tmp_path, [line(), line()], "b.csv")
    one = take(ledger, first, second)
    again = take(ledger, second, first, now=NOW + timedelta(days=1))
    assert (one.added, again.added, again.import_id) == (True, False, one.import_id)
    assert used(ledger) == {"civil.people": 3}


def test_days_imported_before_are_refused_or_replaced_for_a_reason(ledger: Engine, tmp_path: Path) -> None:
    take(ledger, log(tmp_path, [line(), line(day="2026-09-21")], "a.csv"))
    whole = log(tmp_path, [line(day="2026-09-21")] * 5 + [line(day="2026-09-22")], "b.csv")
    with pytest.raises(UsageError, match="1 of these days of gateway were imported before"):
        take(ledger, whole)
    assert used(ledger) == {"civil.people": 2}
    assert take(ledger, whole, replacing="原日志不全").replaced == 1
    assert used(ledger) == {"civil.people": 7}
    with reading(ledger) as connection:
        days = connection.execute(select(usage_import_days)).all()
        kept = connection.execute(select(usage_imports)).all()
    assert len(days) == 3
    assert len(kept) == 2


def test_a_file_is_a_log_of_one_platform(ledger: Engine, tmp_path: Path) -> None:
    path = log(tmp_path, [line()])
    take(ledger, path)
    with pytest.raises(UsageError, match="as a log of gateway"):
        take(ledger, path, platform="exchange")
    with pytest.raises(UsageError, match="given twice"):
        take(ledger, path, path)


def test_a_packed_copy_of_a_log_is_the_same_log(ledger: Engine, tmp_path: Path) -> None:
    path = log(tmp_path, [line()])
    packed = tmp_path / "renamed.csv.gz"
    packed.write_bytes(gzip.compress(path.read_bytes(), mtime=7))
    with pytest.raises(UsageError, match="given twice"):
        take(ledger, path, packed)
    take(ledger, path)
    assert not take(ledger, packed).added
    with pytest.raises(UsageError, match="as a log of gateway"):
        take(ledger, packed, platform="exchange")
    packed.write_bytes(packed.read_bytes()[:-9])
    with pytest.raises(UsageError, match="no whole gzip file"):
        take(ledger, packed)
    assert used(ledger) == {"civil.people": 1}


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_a_line_without_end_is_not_held_in_memory(tmp_path: Path, form: str) -> None:
    path = tmp_path / "bomb.gz"
    with gzip.open(path, "wb", 1) as file:
        file.write(f"{HEADER}\n".encode() if form == "csv" else b"")
        for _ in range(32):
            file.write(b"9" * (1 << 20))
    tracemalloc.start()
    with pytest.raises(UsageError, match="a line is longer than"):
        tally([path], mapping(format=form), {"civil.people": "civil.people"}, TODAY)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 16 << 20


def test_every_line_is_counted_outside_or_unreadable(ledger: Engine, tmp_path: Path) -> None:
    bad = ["pop-1", "pop-1,yesterday,,200,1", "pop-1,2026-10-01 08:00:00,,200,1", "pop-1,2026-09-20,,200,x"]
    done = take(ledger, log(tmp_path, [line()] * 90 + [line("old-9")] * 10 + bad))
    assert (done.lines, done.counted, done.outside, done.unreadable) == (104, 90, 10, 4)
    with reading(ledger) as connection:
        assert counts.outside(connection, TODAY - timedelta(days=9), TODAY) == (
            {"platform": "gateway", "resource": "old-9", "lines": 10},
        )
        assert counts.outside(connection, TODAY, TODAY) == ()


def test_a_wrong_mapping_imports_nothing(ledger: Engine, tmp_path: Path) -> None:
    path = log(tmp_path, [line()] * 9 + ["pop-1,yesterday,,200,1"])
    with pytest.raises(UsageError, match="1 of 10 lines cannot be read"):
        take(ledger, path)
    with pytest.raises(UsageError, match="no line could be read"):
        take(ledger, path, how=mapping(time="epoch_ms"))
    with pytest.raises(UsageError, match="has no column nowhere"):
        take(ledger, path, how=mapping(columns=COLUMNS | {"job": "nowhere"}))
    with pytest.raises(UsageError, match=r"civil\.none is not in the ledger"):
        take(ledger, path, how=mapping(resources={"x": "civil.none"}))
    assert used(ledger) == {}


def test_json_lines_gzip_prefixes_and_times_with_offset_are_read(ledger: Engine, tmp_path: Path) -> None:
    path = tmp_path / "exchange.jsonl.gz"
    documents = [
        {"task": {"id": "/pop/all"}, "end": "2026-09-19T16:30:00Z", "to": "app-7", "mode": "文件", "rows": 3},
        {
            "task": {"id": "/pop/all"},
            "end": "2026-09-19T15:30:00+00:00",
            "to": "app-7",
            "mode": "批量",
            "rows": 1,
        },
    ]
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(d, ensure_ascii=False) + "\n" for d in documents)
    how = mapping(
        format="jsonl",
        columns={"resource": "task.id", "time": "end", "consumer": "to", "kind": "mode", "count": "rows"},
        resources={"/pop/*": "civil.people"},
        consumers={"app-7": OTHER},
        kinds={"文件": "file", "批量": "batch"},
    )
    take(ledger, path, how=how)
    with reading(ledger) as connection:
        rows = connection.execute(select(usage_counts).order_by(usage_counts.c.day)).all()
    assert [(r.day, r.kind, r.consumer, r.count) for r in rows] == [
        (date(2026, 9, 19), "batch", OTHER, 1),
        (date(2026, 9, 20), "file", OTHER, 3),
    ]


def test_what_another_organisation_used_lately_is_shared(ledger: Engine, tmp_path: Path) -> None:
    path = log(tmp_path, [line(), line("civil.houses", org=OWN), line("civil.houses", org=OTHER, status=403)])
    take(ledger, path)
    with reading(ledger) as connection:
        assert counts.shared(connection, TODAY) == {"civil.people"}
        assert counts.shared(connection, date(2026, 12, 18)) == {"civil.people"}
        assert counts.shared(connection, date(2026, 12, 19)) == frozenset()
        assert counts.shared(connection, date(2026, 9, 19)) == frozenset()


def test_a_job_of_a_platform_lives_by_its_imported_runs(home: Home, ledger: Engine, tmp_path: Path) -> None:
    with writing(ledger) as connection:
        tying.tie(connection, "civil.people", JobLink("exchange", "job-7"), by="张三", now=NOW)

    def verdict(now: datetime) -> tuple[bool, str]:
        (done,) = probe(home, ledger, by="张三", now=now)
        return done.verdict.alive, done.verdict.why

    assert "import its logs" in verdict(NOW)[1]
    header = "job,at,status"
    how = mapping(columns={"resource": "job", "job": "job", "time": "at", "outcome": "status"})
    first = log(tmp_path, ["job-7,2026-09-20,200"], "a.csv", header)
    take(ledger, first, how=how, platform="exchange")
    assert verdict(NOW) == (True, "it ran 4 days ago; its cycle (weekly) allows 10")
    assert verdict(NOW + timedelta(days=7))[0] is False
    second = log(tmp_path, ["job-7,2026-09-23,500"], "b.csv", header)
    take(ledger, second, how=how, platform="exchange")
    assert verdict(NOW + timedelta(minutes=1)) == (False, "its runs of the last day all failed")
    third = log(tmp_path, ["job-7,2026-09-23,500", "job-7,2026-09-23,200"], "c.csv", header)
    take(ledger, third, how=how, platform="exchange", replacing="日志补全")
    assert verdict(NOW + timedelta(minutes=2))[0] is True


LINES = st.lists(
    st.tuples(
        st.sampled_from(["pop-1", "civil.houses", "gone-1"]),
        st.integers(18, 22),
        st.sampled_from([OWN, OTHER, "", "somebody"]),
        st.sampled_from([200, 403, 500]),
    ),
    min_size=1,
    max_size=30,
)


@settings(max_examples=40, deadline=None)
@given(LINES, st.randoms(use_true_random=False))
def test_the_order_of_lines_and_files_changes_no_count(
    tmp_path_factory: pytest.TempPathFactory, lines: list[tuple[str, int, str, int]], rng: Any
) -> None:
    folder = tmp_path_factory.mktemp("logs")
    names = {"civil.people": "civil.people", "civil.houses": "civil.houses"}
    written = [line(api, f"2026-09-{day}", org, status) for api, day, org, status in lines]
    shuffled = rng.sample(written, len(written))
    cut = rng.randint(0, len(shuffled))
    one = tally([log(folder, written)], mapping(), names, TODAY)
    parts = [log(folder, shuffled[:cut], "a.csv"), log(folder, shuffled[cut:], "b.csv")]
    two = tally(parts, mapping(), names, TODAY)
    assert (one.counts, one.outside, one.lines) == (two.counts, two.outside, two.lines)
    assert one.lines == one.counted + one.outside.total() + one.unreadable.total()
    assert sum(n for n, _ in one.counts.values()) == sum(api != "gone-1" for api, *_ in lines)


def test_memory_grows_with_the_counts_and_not_with_the_lines(tmp_path: Path) -> None:
    names = {"civil.people": "civil.people"}

    def peak(many: int) -> int:
        path = log(tmp_path, (line(org=f"o{n % 50}") for n in range(many)), f"{many}.csv")
        tracemalloc.start()
        tally([path], mapping(), names, TODAY)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    small = peak(200)
    assert peak(6_000) - small < 6_000 * len(line()) / 4


def test_logs_are_imported_and_shown_by_command(ledger: Engine, tmp_path: Path) -> None:
    with writing(ledger) as connection:
        row = {"code": OTHER, "name": "云州市民政局", "kind": "department", "registered_at": NOW}
        connection.execute(insert(organisations).values(**row))
    path = log(tmp_path, [line(), line("old-9")])
    how = tmp_path / "mapping.yaml"
    how.write_text(json.dumps({"columns": COLUMNS, "resources": {"pop-1": "civil.people"}}), encoding="utf-8")

    def run(*words: str, status: int = 0) -> str:
        result = CliRunner().invoke(ybz, list(words))
        assert result.exit_code == status, result.output
        return result.output

    first = run("usage", "import", str(path), "--platform", "gateway", "--mapping", str(how))
    assert "2 lines, 1 counted" in first
    assert "old-9" in first
    assert "nothing is added" in run(
        "usage", "import", str(path), "--platform", "gateway", "--mapping", str(how)
    )
    days = ("--from", "2026-09-01", "--to", "2026-09-30")
    assert "civil.people: used 1 times by 1 organisations" in run("usage", "show", *days)
    document = json.loads(run("usage", "show", "civil.people", *days, "--json"))
    assert document["datasets"]["civil.people"]["used"] == 1
    run("usage", "show", "--from", "2026-09-30", "--to", "2026-09-01", status=2)
