"""Search over 200,000 entries on SQLite and PostgreSQL, against a LIKE scan of the same texts.

The entries are made up: subjects, places and names in titles and summaries of 80 characters on average.
Recall and totals are given beside what the scan finds. Durations are given as they pass, and as time of this
process alone, which other work of the machine and of a server disturbs less.
"""

from __future__ import annotations

import random
import statistics
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, insert, select, text

from benchmarks.measure import Figure
from catalog import search
from catalog.home import Home
from catalog.search.bitmaps import Bitmaps
from catalog.search.text import normal
from catalog.search.texts import Texts
from catalog.store import create_store, reading, writing
from catalog.store.tables.ledger import entries
from catalog.store.tables.search import search_state
from contracts.model import Contract, Field, Party, ShareType, Sharing, UpdateCycle
from tests.servers import postgresql

ENTRIES: Final = 200_000
BATCH: Final = 50_000
NOW: Final = datetime(2026, 9, 24, 8, 0, tzinfo=UTC)
SUBJECTS: Final = (
    "低保", "养老", "户籍", "婚姻", "学籍", "医保", "社保", "公积金", "不动产", "车辆", "驾驶", "公交",
    "停车", "企业", "纳税", "处罚", "许可", "信用", "环境",
    "水质", "空气", "噪声", "气象", "地震", "消防", "安监",
    "食品", "药品", "医院", "疫苗", "残疾", "救助", "就业", "培训", "招聘", "仲裁", "律师", "公证", "司法",
    "人口", "出生", "死亡", "迁移", "流动", "居住", "租赁", "物业", "供水", "供电", "燃气", "供热", "绿化",
    "市政", "路灯", "桥梁", "道路", "隧道", "航运", "港口", "铁路", "民航", "旅游", "文物", "图书", "体育",
    "农业", "耕地", "林业", "渔业", "畜牧", "农机", "种子", "化肥", "粮食", "价格", "统计", "财政", "预算",
    "采购", "招标", "审计", "国资", "金融", "保险", "证券", "贷款", "专利", "商标", "科技", "高新", "人才",
    "职称", "军人", "优抚", "宗教", "民族", "侨务", "档案", "地名", "测绘",
)  # fmt: skip
KINDS: Final = ("信息", "名录", "台账", "登记", "统计", "明细", "目录", "档案")
SYLLABLES: Final = (
    "安邦昌成达德东方丰福富光广国海和恒弘华辉汇嘉建江金锦景康来乐力利联龙茂美明南宁鹏"
    "平启庆荣瑞润森盛顺泰天通旺威文祥新鑫兴旭亚阳义永裕源远跃云泽展正志中洲卓"
)
BUREAUS: Final = (
    "民政局",
    "公安局",
    "教育局",
    "医保局",
    "人社局",
    "税务局",
    "生态环境局",
    "交通局",
    "住建局",
    "市监局",
)
CYCLES: Final = tuple(UpdateCycle)
# In nearly every entry; none has a synonym.
BROAD: Final = (
    "范围内", "申请人", "办理时间", "办理结果", "按期归集", "期归集",
    "业务核对", "业务核对使用", "核对使用", "对使用",
)  # fmt: skip
AGAINST: Final = "p95 of a LIKE scan for a word, names only"


def run() -> Iterator[Figure]:
    """Hits, facets, phrases and two-term queries on each store; what entering costs, and how much is kept."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        home = Home(Path(folder) / "sqlite")
        home.create()
        yield from _on("SQLite", create_store(home))
        server = stack.enter_context(postgresql())
        other = Home(Path(folder) / "postgresql")
        other.create()
        other.keep_database_url(server.new_store())
        yield from _on("PostgreSQL", create_store(other))


def made(count: int, seed: int = 20260924) -> Iterator[Contract]:
    """Contracts of made-up entries, the same for the same seed."""
    chance = random.Random(seed)
    places = [
        f"{''.join(chance.sample(SYLLABLES, 2))}{end}"
        for end in ("区", "县", "街道", "镇")
        for _ in range(20)
    ]
    names = ["".join(chance.sample(SYLLABLES, 3)) for _ in range(6000)]
    for number in range(count):
        place, subject, name = chance.choice(places), chance.choice(SUBJECTS), chance.choice(names)
        second, kind = chance.choice(SUBJECTS), chance.choice(KINDS)
        summary = (
            f"记录{place}范围内{name}办理的{subject}与{second}事项，含申请人、办理时间、办理结果，"
            f"由{chance.choice(places)}按期归集，供{chance.choice(SUBJECTS)}业务核对使用。"
        )
        yield Contract(
            id=f"b{number}", title=f"{place}{name}{subject}{kind}", schema=f"d{number % 100}",
            table=f"t{number}", status="active", department=Party(f"{place}{chance.choice(BUREAUS)}"),
            classification=f"主题/{chance.choice(('公共服务', '社会保障', '生态环保', '城乡建设'))}",
            sharing=Sharing(chance.choice(tuple(ShareType)), basis="条例", condition="依法"), summary=summary,
            update_cycle=chance.choice(CYCLES), open=chance.random() < 0.2, tags=(second,),
            fields=(Field(name="f1", business_name="姓名", element="person_name"), Field(name="f2")),
        )  # fmt: skip


def fill(engine: Engine, count: int) -> float:
    """Enter made-up entries as published; seconds the index alone took."""
    taken = 0.0
    contracts = made(count)
    with writing(engine) as connection:
        for first in range(0, count, BATCH):
            batch = list(islice(contracts, BATCH))
            _publish(connection, batch, first)
            start = time.perf_counter()
            search.index_all(connection, batch)
            taken += time.perf_counter() - start
    return taken


def _publish(connection: Connection, batch: Sequence[Contract], first: int) -> None:
    rows = [
        {
            "id": f"ent_{c.name}", "name": c.name, "title": c.title, "code": f"307000/{first + n:06d}",
            "department": c.department.name, "department_code": "", "state": "published",
            "current_revision": 1, "published_revision": 1, "created_at": NOW, "published_at": NOW,
        }
        for n, c in enumerate(batch)
    ]  # fmt: skip
    connection.execute(insert(entries), rows)


def _on(store: str, engine: Engine) -> Iterator[Figure]:
    taken = fill(engine, ENTRIES)
    with writing(engine) as connection:
        plain = _texts(connection)
    name = f"search on {store}: {ENTRIES:,} entries indexed"
    yield Figure(name, ENTRIES / taken, ENTRIES / plain, "1/s", "reported", "writing their texts alone")
    with reading(engine) as connection:
        scan = _p95(lambda word: _scan(connection, (word,)), _words()[:5])[0]
        yield from _durations(store, connection, scan)
        yield from _found(store, connection)
        yield from _sizes(store, connection)
    yield from _entering(store, engine, scan)


def _durations(store: str, connection: Connection, scan: float) -> Iterator[Figure]:
    """How long searches take, the first ones of the process apart."""
    firsts = (
        ("first search of a process", "就业"),
        ("first one for a phrase in nearly every entry", BROAD[0]),
    )
    for name, word in firsts:
        first, _ = _each(lambda w: search.find(connection, w, limit=10), [word])[0]
        yield _figure(f"{store}: {name}", first, scan, "reported")
    both = [" ".join(pair) for pair in _pairs()]
    for name, asked in (("a word", _words()), ("a phrase in nearly every entry", BROAD), ("two words", both)):
        for what, work, target in (("hits", search.search, 20), ("hits and facets", search.find, 60)):
            taken, own = _p95(lambda w, work=work: work(connection, w, limit=10), asked)
            yield _figure(f"{store}: {what} of {name}, p95", taken, scan, f"≤ {target} ms")
            yield _figure(f"{store}: {what} of {name}, p95 of this process", own, scan, "reported")


def _found(store: str, connection: Connection) -> Iterator[Figure]:
    """What is found, beside what the scan finds."""
    wanted = found = 0
    for pair in _pairs():
        held = _scan(connection, pair)
        hits = search.search(connection, " ".join(pair), limit=ENTRIES)
        wanted += len(held)
        found += len(held & {hit.name for hit in hits})
    name = f"search on {store}: recall of two words, {len(_pairs())} pairs"
    yield Figure(name, found, wanted, "entries", "1.00×", "entries the scan finds")
    totals = sum(search.find(connection, phrase, limit=1).total for phrase in BROAD)
    held_all = sum(len(_scan(connection, (phrase,))) for phrase in BROAD)
    name = f"search on {store}: totals of {len(BROAD)} phrases in nearly every entry"
    yield Figure(name, totals, held_all, "entries", "1.00×", "entries the scan finds")


def _sizes(store: str, connection: Connection) -> Iterator[Figure]:
    """What the index takes in the store, and what a process keeps of it."""
    octets = "length(CAST(words AS BLOB))" if connection.dialect.name == "sqlite" else "octet_length(words)"
    plain = connection.execute(text(f"SELECT sum({octets}) FROM scanned")).scalar_one() / 1e6
    against = "the texts that are scanned, as bytes"
    yield Figure(f"search on {store}: in the store", _stored(connection), plain, "MB", "reported", against)
    version = connection.execute(select(search_state.c.version)).scalar_one()
    for name, empty in (("facets", Bitmaps()), ("texts, once a broad phrase is counted", Texts(0, []))):
        tracemalloc.start()
        kept = empty.refreshed(connection, version)
        size = tracemalloc.get_traced_memory()[0] / 1e6
        tracemalloc.stop()
        assert kept.version == version
        yield Figure(f"search on {store}: in a process, {name}", size, plain, "MB", "reported", against)


def _stored(connection: Connection) -> float:
    """Megabytes of the tables of search with their indexes."""
    tables = ("search_entries", "search_facets", "search_pairs", "search_texts", search.TABLE)
    if connection.dialect.name == "postgresql":
        each = "SELECT pg_total_relation_size(CAST(:name AS regclass))"
        sizes = (connection.execute(text(each), {"name": name}).scalar_one() for name in tables)
        return float(sum(sizes)) / 1e6
    holds = " OR ".join(
        f"m.tbl_name = '{name}' OR m.tbl_name LIKE '{name}\\_%' ESCAPE '\\'" for name in tables
    )
    pages = "SELECT sum(pgsize) FROM dbstat d JOIN sqlite_schema m ON m.name = d.name"
    size: float = connection.execute(text(f"{pages} WHERE {holds}")).scalar_one()
    return size / 1e6


def _entering(store: str, engine: Engine, scan: float) -> Iterator[Figure]:
    """What one entry more costs, one that changed and one that is withdrawn, each in its transaction."""
    fresh = [replace(one, id=f"n{n}", table=f"n{n}") for n, one in enumerate(made(15, seed=1))]
    with writing(engine) as connection:
        _publish(connection, fresh, ENTRIES)
    changed = [replace(one, title=f"{one.title}（新）", tags=("公证",)) for one in fresh]
    for name, work, given in (
        ("a new entry", search.index, fresh),
        ("a changed entry", search.index, changed),
        ("a withdrawn entry", lambda connection, one: search.remove(connection, [one.name]), fresh),
    ):
        taken = []
        for one in given:
            with writing(engine) as connection:
                taken += _each(lambda each, c=connection, work=work: work(c, each), [one])
        median, own = (statistics.median(times) for times in zip(*taken, strict=True))
        yield _figure(f"{store}: {name} indexed, median", median, scan, "reported")
        yield _figure(f"{store}: {name} indexed, median of this process", own, scan, "reported")


def _words() -> list[str]:
    return [*SUBJECTS[:40], *(f"{subject}{kind}" for subject, kind in zip(SUBJECTS, KINDS * 3, strict=False))]


def _pairs() -> list[tuple[str, str]]:
    return list(zip(SUBJECTS[:40], SUBJECTS[40:80], strict=True))


def _texts(connection: Connection) -> float:
    """The texts a scan reads, in a table of their own; seconds writing them took."""
    connection.execute(text("CREATE TABLE scanned (name varchar(130) PRIMARY KEY, words text NOT NULL)"))
    statement = text("INSERT INTO scanned (name, words) VALUES (:name, :words)")
    rows = [
        {
            "name": c.name,
            "words": normal(
                f"{c.title} {c.department.name} {' '.join(c.tags)} {c.classification} {c.summary}"
            ),
        }
        for c in made(ENTRIES)
    ]
    start = time.perf_counter()
    for at in range(0, len(rows), BATCH):
        connection.execute(statement, rows[at : at + BATCH])
    return time.perf_counter() - start


def _scan(connection: Connection, words: Sequence[str]) -> set[str]:
    terms = " AND ".join(f"words LIKE :w{n}" for n in range(len(words)))
    values = {f"w{n}": f"%{word}%" for n, word in enumerate(words)}
    return set(connection.execute(text(f"SELECT name FROM scanned WHERE {terms}"), values).scalars())


def _each(work: Callable[..., object], asked: Sequence[object]) -> list[tuple[float, float]]:
    """Milliseconds each takes, and milliseconds of this process."""
    taken = []
    for each in asked:
        start, own = time.perf_counter(), time.process_time()
        work(each)
        taken.append(((time.perf_counter() - start) * 1000, (time.process_time() - own) * 1000))
    return taken


def _p95(work: Callable[..., object], asked: Sequence[object]) -> tuple[float, float]:
    _each(work, asked)
    taken, own = zip(*_each(work, asked), strict=True)
    return _95th(taken), _95th(own)


def _95th(taken: Sequence[float]) -> float:
    return statistics.quantiles(taken, n=20, method="inclusive")[-1]


def _figure(name: str, ours: float, scan: float, target: str) -> Figure:
    return Figure(f"search on {name}", ours, scan, "ms", target, AGAINST)
