"""Search over 200,000 entries on SQLite and PostgreSQL, against a LIKE scan of the same texts.

The entries are made up: subjects, places and names in titles and summaries of 80 characters on average.
Recall is counted against the scan; a figure is only given where nothing was missed.
"""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, insert, text

from benchmarks.measure import Figure
from catalog import search
from catalog.home import Home
from catalog.search.text import normal
from catalog.store import create_store, reading, writing
from catalog.store.tables.ledger import entries
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


def run() -> Iterator[Figure]:
    """Hits, facets and two-term queries on each store; then what entering one more entry costs."""
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
            batch = [contract for contract, _ in zip(contracts, range(BATCH), strict=False)]
            rows = [
                {
                    "id": f"ent_{first + n}", "name": c.name, "title": c.title,
                    "code": f"307000/{first + n:06d}",
                    "department": c.department.name, "department_code": "", "state": "published",
                    "current_revision": 1, "published_revision": 1, "created_at": NOW, "published_at": NOW,
                }
                for n, c in enumerate(batch)
            ]  # fmt: skip
            connection.execute(insert(entries), rows)
            start = time.perf_counter()
            search.index_all(connection, batch)
            taken += time.perf_counter() - start
    return taken


def _on(store: str, engine: Engine) -> Iterator[Figure]:
    taken = fill(engine, ENTRIES)
    with writing(engine) as connection:
        _texts(connection)
    yield Figure(
        f"search on {store}: {ENTRIES:,} entries indexed",
        ENTRIES / taken,
        1000,
        "1/s",
        "≥ 1×",
        "1,000 a second",
    )
    words, pairs = _words(), _pairs()
    with reading(engine) as connection:
        search.find(connection, "就业")  # the process reads the facets once
        scan = _p95(lambda word: _scan(connection, (word,)), words[:5])
        hits = _p95(lambda word: search.search(connection, word, limit=10), words)
        yield _figure(f"{store}: hits of a word, p95", hits, scan, "≤ 20 ms")
        facets = _p95(lambda word: search.find(connection, word, limit=10), words)
        yield _figure(f"{store}: facets of a word, p95", facets, scan, "≤ 60 ms")
        for word in ("信息", "办理"):
            broad = statistics.median(_each(lambda w: search.find(connection, w, limit=10), [word] * 7))
            total = search.find(connection, word).total
            yield _figure(f"{store}: facets of a word in {total:,} entries", broad, scan, "reported")
        both = _p95(lambda pair: search.search(connection, " ".join(pair), limit=10), pairs)
        yield _figure(f"{store}: hits of two words, p95", both, scan, "≤ 20 ms")
        missed = sum(_missed(connection, pair) for pair in pairs[:10])
        assert missed == 0, f"{missed} entries that hold both words were not found"
    one = next(made(1))
    yield _figure(f"{store}: an entry indexed again", _entered(engine, one), scan, "reported")


def _words() -> list[str]:
    return [*SUBJECTS[:40], *(f"{subject}{kind}" for subject, kind in zip(SUBJECTS, KINDS * 3, strict=False))]


def _pairs() -> list[tuple[str, str]]:
    return list(zip(SUBJECTS[:40], SUBJECTS[40:80], strict=True))


def _texts(connection: Connection) -> None:
    """The texts a scan reads, in a table of their own."""
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
    for at in range(0, len(rows), BATCH):
        connection.execute(statement, rows[at : at + BATCH])


def _scan(connection: Connection, words: Sequence[str]) -> set[str]:
    terms = " AND ".join(f"words LIKE :w{n}" for n in range(len(words)))
    values = {f"w{n}": f"%{word}%" for n, word in enumerate(words)}
    return set(connection.execute(text(f"SELECT name FROM scanned WHERE {terms}"), values).scalars())


def _missed(connection: Connection, pair: tuple[str, str]) -> int:
    found = search.search(connection, " ".join(f'"{word}"' for word in pair), limit=ENTRIES)
    return len(_scan(connection, pair) - {hit.name for hit in found})


def _entered(engine: Engine, contract: Contract) -> float:
    taken = []
    for _ in range(15):
        start = time.perf_counter()
        with writing(engine) as connection:
            search.index(connection, contract)
        taken.append((time.perf_counter() - start) * 1000)
    return statistics.median(taken)


def _each(work: Callable[..., object], asked: Sequence[object]) -> list[float]:
    taken = []
    for each in asked:
        start = time.perf_counter()
        work(each)
        taken.append((time.perf_counter() - start) * 1000)
    return taken


def _p95(work: Callable[..., object], asked: Sequence[object]) -> float:
    _each(work, asked)
    return statistics.quantiles(_each(work, asked), n=20, method="inclusive")[-1]


def _figure(name: str, ours: float, scan: float, target: str) -> Figure:
    return Figure(f"search on {name}", ours, scan, "ms", target, "p95 of a LIKE scan for a word, names only")
