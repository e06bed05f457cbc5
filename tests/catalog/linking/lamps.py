"""The dataset of street lamps, the server of its department, and a dataset of releases."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine

from catalog.cataloging.entering import Acts, catalogue_all
from catalog.home import Home
from catalog.linking import destinations, tying
from catalog.linking.probing import Probe, probe
from catalog.linking.secrets import NONE, STATED, Secrets, secrets_of
from catalog.store import writing
from contracts.model import Contract, Field, FieldType, Party, ShareType, Sharing, UpdateCycle, Use
from policies.clocks import local_date
from tests.catalog.merging import PAY, Builder, row

NOW = datetime(2026, 9, 24, 8, tzinfo=UTC)
TODAY = local_date(NOW)
SHARED = Sharing(ShareType.CONDITIONAL, "用于履行法定职责", "政务数据共享条例")
LAMPS = Contract(
    id="lamps",
    title="路灯",
    schema="road",
    table="lamps",
    department=Party("云州市住建局", "11990100MA0009KN7Y"),
    classification="基础/自然资源和空间地理",
    sharing=SHARED,
    status="active",
    update_cycle=UpdateCycle.DAILY,
    unit_free=True,
    fields=(
        Field("code", "灯杆编号", key_position=1, use=Use.PLAIN),
        Field("watts", "功率", type=FieldType.INTEGER, use=Use.PLAIN),
        Field("lit", "在用", type=FieldType.BOOLEAN, use=Use.PLAIN),
        Field("since", "启用日期", type=FieldType.DATE, use=Use.PLAIN),
    ),
)
ROW = {"code": "L1", "watts": 60, "lit": True, "since": "2020-01-02"}


@dataclass
class Gateway:
    """A real HTTP server that answers as a test says."""

    answers: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    asked: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    dripping: threading.Event = field(default_factory=threading.Event)
    port: int = 0

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def says(self, path: str, answer: Any, status: int = 200) -> str:
        body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.answers[path] = (status, body)
        return self.url(path)


def allow(engine: Engine, kind: str, value: str) -> None:
    with writing(engine) as connection:
        destinations.allow(connection, kind, value, reason="接口在内网", by="安全员", now=NOW)


def tie(engine: Engine, settings: Any, dataset: str = "road.lamps", secrets: Secrets = NONE) -> tying.Link:
    with writing(engine) as connection:
        return tying.tie(connection, dataset, settings, by="张三", now=NOW, secrets=secrets)


def state(home: Home, *statements: tuple[str, str, str]) -> Secrets:
    """State of secrets whose they are and where they may be sent: reference, department and address."""
    folder = home.root / "secrets"
    folder.mkdir(exist_ok=True)
    told = [
        {"secret": secret, "department": department, "to": [to], "since": str(TODAY), "by": "系统管理员"}
        for secret, department, to in statements
    ]
    path = folder / STATED
    path.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    path.chmod(0o600)
    return secrets_of(home)


def only(home: Home, engine: Engine, now: datetime = NOW) -> Probe:
    (done,) = probe(home, engine, by="张三", now=now)
    return done


def paid(home: Home, engine: Engine) -> Builder:
    contract = replace(PAY, sharing=SHARED, classification="基础/人口", update_cycle=UpdateCycle.WEEKLY)
    contract = replace(contract, department=Party("云州市民政局", "11990100MA0009EX04"))
    catalogue_all(engine, [(contract, None)], Acts(by="张三", reason="first", now=NOW, assessment="PIA"))
    builder = Builder(home, engine)
    builder.deliver(row("a"), row("b", 2))
    return builder
