"""The demonstration city as a space that is served: who calls it, and what they ask.

The installation is made by ``ybz demo``; grants are signed by commands, as people do.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from examples.city.codes import credit_codes
from examples.demo import papers
from policies.clocks import local_date

PROGRAM = (sys.executable, "-c", "from ybz import main; main()")
# The last day of the city's grants: a term well within the dated rule.
_DAYS = 180
_TRADE = ("market.enterprises", ("uscc", "industry_name", "status"))


@dataclass(frozen=True, slots=True)
class Called:
    """What the load program calls with.

    Attributes:
        tokens: by who calls: ``department``, ``clerk``.
        grant, verified: ids of the grants to ask and to verify under.
        dataset: the dataset shown, asked and verified.
        word: the word that is searched for.
        records: one batch of a verification.
    """

    tokens: Mapping[str, str]
    grant: str
    verified: str
    dataset: str
    word: str
    records: list[dict[str, str]]


def prepare(folder: Path) -> Called:
    """Make the city and what is called with."""
    commands = _Commands(folder / "var")
    commands.run("demo", "--folder", str(commands.home))
    until = local_date(datetime.now(UTC)) + timedelta(days=_DAYS)
    request = {**papers.department_request(until), "scenario": "企业登记信息核验",
               "items": [{"dataset": _TRADE[0], "fields": list(_TRADE[1])}]}  # fmt: skip
    filed = commands.json("request", "new", str(papers.write(folder, "request.json", request)))
    for person in ("数据局 张磊", "数据局 孙洁"):
        if any(item["answer"] is None for item in filed["items"]):
            filed = commands.json("decide", filed["id"], "--permit", "--basis", papers.BASIS, "--by", person)
    signed = {}
    for analysis in ("aggregate", "verify"):
        paper = papers.terms(papers.GOVERNANCE, _TRADE, until, analyses=[analysis])
        path = papers.write(folder, f"{analysis}.json", paper)
        code = papers.PLANNING["code"]
        signed[analysis] = commands.json("grant", "new", str(path), "--to", code, "--by", "数据局 张磊")["id"]
    tokens = {
        who: commands.json("grant", "token", code)["secret"]
        for who, code in (("department", papers.PLANNING["code"]), ("clerk", papers.STREET_BODY.code))
    }
    return Called(tokens, signed["aggregate"], signed["verify"], _TRADE[0], "企业", _records())


@contextmanager
def served(home: Path) -> Iterator[tuple[str, int]]:
    """``ybz serve`` in a process of its own; gives its address and the id of the process."""
    with _listening([*PROGRAM, "serve", "--port", "0"], home) as found:
        yield found


@contextmanager
def bare(home: Path, document: Path) -> Iterator[tuple[str, int]]:
    """The same server with an endpoint that does nothing but answer; see :mod:`benchmarks.load_bare`."""
    with _listening([sys.executable, "-m", "benchmarks.load_bare", str(document)], home) as found:
        yield found


@contextmanager
def _listening(command: list[str], home: Path) -> Iterator[tuple[str, int]]:
    environment = {**os.environ, "YBZ_HOME": str(home), "PYTHONUNBUFFERED": "1"}
    log = home.parent / "server.log"
    with (
        log.open("w", encoding="utf-8") as out,
        subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, env=environment) as process,
        log.open(encoding="utf-8") as said,
    ):
        try:
            while (found := re.search(r"http://127\.0\.0\.1:\d+", said.read() or "")) is None:
                if process.poll() is not None:
                    raise RuntimeError(f"the server ended: {log.read_text(encoding='utf-8')[-500:]}")
                said.seek(0)
            yield found.group(), process.pid
        finally:
            process.terminate()
            process.wait(timeout=60)


@dataclass(frozen=True, slots=True)
class _Commands:
    home: Path

    def run(self, *arguments: str) -> str:
        environment = {**os.environ, "YBZ_HOME": str(self.home)}
        done = subprocess.run(
            [*PROGRAM, *arguments], env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"ybz {arguments[0]}: {done.stderr.strip()[-500:]}")
        return done.stdout

    def json(self, *arguments: str) -> Any:
        return json.loads(self.run(*arguments, "--json"))


def _records() -> list[dict[str, str]]:
    """Twenty made-up firms: nobody's code is in a benchmark."""
    codes = credit_codes("91", "990100", np.arange(20) * 7 + 71_000)
    return [{"uscc": code, "status": "存续"} for code in codes]
