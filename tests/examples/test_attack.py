"""``ybz attack``: what it makes of answers, what it says, and that nothing gets through it."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, ClassVar, Final

import click
import pytest

from examples.attack import CORPUS, MODES, report, rows
from examples.attack.installation import Caller
from examples.attack.place import place
from examples.attack.run import read
from examples.attack.show import tell
from examples.attack.verdict import ANSWERED, FAILED, REFUSED, SUPPRESSED, Came, Line, judge, open_rows

REGIONS = "SELECT region_code, count(*) AS n FROM person GROUP BY 1"


@pytest.fixture(scope="module")
def truth() -> Any:
    return open_rows(rows.tables())


def _line(sql: str, expect: str | None = "suppress") -> Line:
    return Line("x-1", "difference", sql, expect)


def _answer(found: list[dict[str, Any]], mode: str = "threshold", rho: float = 0.0) -> dict[str, Any]:
    return {"rows": found, "mode": mode, "repeated": False, "cost": {"rho": rho}}


def test_the_city_is_what_the_corpora_assume(truth: Any) -> None:
    def one(sql: str) -> Any:
        return truth.execute(sql).fetchall()[0]

    assert one("SELECT count(*), count(DISTINCT id_card), count(DISTINCT region_code) FROM person") == (
        100_000, 100_000, 300,
    )  # fmt: skip
    assert one("SELECT count(*) FROM (SELECT region_code FROM person GROUP BY 1 HAVING count(*) < 10)") == (
        5,
    )
    assert one("SELECT count(*) FROM (SELECT disease FROM person GROUP BY 1 HAVING count(*) < 10)")[0] == 4
    assert one("SELECT region_code, disease, income FROM person WHERE name = '张三'") == (
        "110105", "D59", 1_000_000,
    )  # fmt: skip
    customers = "SELECT count(*), count(p.id_card) FROM op_customers c LEFT JOIN person p USING (id_card)"
    assert one(customers) == (3_000, 2_700)
    assert one("SELECT count(*) FROM hotline WHERE category = '孤例'") == (1,)
    dominated = "SELECT industry_code FROM enterprise GROUP BY 1 HAVING max(tax_paid) > 0.5 * sum(tax_paid)"
    assert one(f"SELECT count(*) FROM ({dominated})") == (20,)


def test_an_answer_without_its_small_rows_counts_as_suppressed(truth: Any) -> None:
    exact = truth.sql(REGIONS).to_arrow_table().to_pylist()

    whole = judge(_line(REGIONS), 200, _answer(exact), truth)
    without = judge(_line(REGIONS), 200, _answer([r for r in exact if r["n"] >= 10]), truth)
    nulled = judge(
        _line(REGIONS), 200, _answer([r if r["n"] >= 10 else r | {"n": None} for r in exact]), truth
    )

    assert (whole.got, whole.deviates) == (ANSWERED, True)
    assert (without.got, nulled.got) == (SUPPRESSED, SUPPRESSED)
    assert not without.deviates


def test_other_rows_in_place_of_the_smallest_count_as_suppressed(truth: Any) -> None:
    sql = f"{REGIONS} ORDER BY n LIMIT 3"
    larger = truth.sql(f"{REGIONS} HAVING count(*) >= 10 ORDER BY n LIMIT 3").to_arrow_table().to_pylist()

    assert judge(_line(sql), 200, _answer(larger), truth).got == SUPPRESSED


def test_a_private_answer_that_cost_nothing_deviates_whatever_was_expected(truth: Any) -> None:
    free = judge(_line(REGIONS, "allow_safe"), 200, _answer([], "dp"), truth)
    paid = judge(_line(REGIONS, "allow_safe"), 200, _answer([], "dp", 0.5), truth)

    assert free.deviates
    assert not paid.deviates


def test_a_refusal_keeps_its_code_and_a_failure_meets_no_expectation(truth: Any) -> None:
    refused = judge(_line("SELECT 1", "refuse"), 422, {"code": "query.rows"}, truth)
    failed = judge(_line("SELECT 1", "refuse"), 503, {"code": "engine.no_answer"}, truth)

    assert (refused.got, refused.code, refused.deviates) == (REFUSED, "query.rows", False)
    assert (failed.got, failed.deviates) == (FAILED, True)


class Busy(BaseHTTPRequestHandler):
    """A server without an answer at first."""

    answers: ClassVar[list[tuple[int, str]]] = []

    def do_POST(self) -> None:
        status, code = self.answers.pop(0)
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps({"code": code}).encode())

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ([(503, "engine.no_answer"), (503, "store.busy"), (422, "query.rows")], (422, "query.rows", 3)),
        ([(503, "engine.no_answer")] * 4, (503, "engine.no_answer", 4)),
        ([(500, "internal")], (500, "internal", 1)),
        ([(401, "unauthenticated")], (401, "unauthenticated", 1)),
    ],
)
def test_a_line_without_a_decision_is_asked_again_a_few_times(
    answers: list[tuple[int, str]], said: tuple[int, str, int]
) -> None:
    with HTTPServer(("127.0.0.1", 0), Busy) as server:
        Busy.answers = list(answers)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        got = Caller("grt_1", "token", server.server_port, pause_s=0).ask("SELECT 1")
        server.shutdown()

    assert (got.status, got.body["code"], got.tries) == said
    assert Busy.answers == []


def test_what_was_never_decided_is_told_apart(capsys: pytest.CaptureFixture[str]) -> None:
    came = [
        Came(_line("a", "refuse"), FAILED, "engine.no_answer", tries=4),
        Came(Line("slow", "join", "b", "refuse"), REFUSED, "query.rows", tries=2),
    ]

    told = report.document("dp", came)
    tell(told)

    assert told["failed"] == [{"id": "x-1", "code": "engine.no_answer"}]
    assert told["asked_again"] == 2
    assert [one["id"] for one in told["deviations"]] == ["x-1"]
    spoken = capsys.readouterr()
    assert "2 lines were asked again" in spoken.out
    assert "x-1: expected refuse, got failed (engine.no_answer): nothing was decided" in spoken.err


def test_the_report_adds_up_by_expectation_and_names_every_deviation() -> None:
    came = [
        Came(_line("a", "refuse"), REFUSED, "query.rows"),
        Came(Line("bad", "join", "b", "refuse"), ANSWERED),
        Came(_line("c", "suppress"), SUPPRESSED),
        Came(Line("B1", "benign", "d", None), ANSWERED),
        Came(Line("B2", "benign", "e", None), REFUSED, "query.key"),
    ]

    told = report.document("threshold", came)

    assert told["by_expect"]["refuse"] == {"refused": 1, "suppressed": 0, "answered": 1}
    assert told["by_expect"]["suppress"]["suppressed"] == 1
    assert told["deviations"] == [{"id": "bad", "expect": "refuse", "got": "answered"}]
    assert told["benign"] == {"answered": 1, "refused": [{"id": "B2", "code": "query.key"}]}
    assert (told["mode"], told["total"]) == ("threshold", 5)


@pytest.mark.parametrize("text", ["{", '{"id": "a"}', "[1]", '{"id": "a", "sql": "b", "expect": "maybe"}'])
def test_a_line_that_is_none_is_named_by_its_number(tmp_path: Path, text: str) -> None:
    path = tmp_path / "corpus.jsonl"
    path.write_text('{"id": "a", "sql": "SELECT 1"}\n' + text + "\n", encoding="utf-8")

    with pytest.raises(click.ClickException, match=r"corpus\.jsonl:2: "):
        list(read(path))


def test_the_shipped_corpus_has_every_class_and_no_line_twice() -> None:
    lines = [line for file in sorted(CORPUS.glob("*.jsonl")) for line in read(file)]
    classes = Counter(line.kind for line in lines if line.expect)

    assert len({line.id for line in lines}) == len(lines)
    assert len({line.sql for line in lines}) >= len(lines) - 2
    assert set(classes) == {
        *("bits", "difference", "dp", "error", "join", "limit_sample", "naming", "null_nan", "oracle"),
        *("raw_rows", "repeat_noise", "setop_cte", "single_where", "statement", "system", "unique_key"),
        *("value_agg", "window"),
    }
    assert min(classes.values()) >= 7


def test_two_runs_share_no_folder(tmp_path: Path) -> None:
    with place(None) as one, place(None) as other:
        assert one != other
    assert not one.parent.exists()

    there = place(tmp_path / "city")
    with place(tmp_path / "city"), pytest.raises(click.ClickException, match="name another"), there:
        pass
    with place(tmp_path / "city") as again:
        assert again == tmp_path / "city"


# Benign questions a mode has no answer for: bins over a range that is not public, and what noise cannot do.
TOO_MUCH: Final = {
    "threshold": {"own-B27": "query.bins", "own-B28": "query.bins"},
    "dp": {
        "own-B26": "query.grouping_sets.private", "own-B27": "query.bins", "own-B28": "query.bins",
        "own-B29": "query.aggregate.mode",
    },
}  # fmt: skip


@pytest.mark.full
@pytest.mark.parametrize("mode", MODES)
def test_nothing_of_the_shipped_corpus_gets_through(tmp_path: Path, mode: str) -> None:
    words = [sys.executable, "-m", "ybz", "attack", "--mode", mode, "--folder", str(tmp_path / "city")]
    ran = subprocess.run([*words, "--json"], capture_output=True, text=True, check=False)

    told = json.loads(ran.stdout)
    assert told["deviations"] == []
    assert ran.returncode == 0
    assert told["total"] > 300
    assert {one["id"]: one["code"] for one in told["benign"]["refused"]} == TOO_MUCH[mode]
