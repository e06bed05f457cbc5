"""What a worker cannot do, tried from inside a process with the worker's own walls."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from policies.terms import Mode
from space.engines.workers.pool import Pool
from space.errors import EngineError, EngineTimeout
from space.query.plan import Block, Limits, OutputColumn, Plan
from tests.warm_workers import started_anew

LIMITS = Limits(k=10, dominance_share=0.5, p_percent=10, rounding_base=5, digits=3, delta=1e-8, max_rows=100)
WALLS = ("own_process", "resource_limits", "no_new_privileges", "landlock", "seccomp", "no_network")

# Runs with the walls raised around one granted file; says of each act whether it was stopped.
PROBE = """
import json, os, socket, sys
from pathlib import Path
from space.engines.workers.walls import raise_walls
granted, vault, folder = map(Path, sys.argv[1:])
stood = raise_walls([granted], 5)
stopped = {}
def act(name, attempt):
    try:
        attempt()
        stopped[name] = False
    except BaseException:
        stopped[name] = True
def network():
    socket.socket(socket.AF_INET, socket.SOCK_STREAM).connect(("127.0.0.1", 9))
act("read_granted", lambda: granted.read_bytes())
act("read_vault", lambda: vault.read_bytes())
act("list_folder", lambda: os.listdir(folder))
act("read_environment", lambda: open("/proc/self/environ", "rb").read())
act("write_beside", lambda: (folder / "new").write_text("x"))
act("write_granted", lambda: open(granted, "r+b").write(b"x"))
act("network", network)
act("start_a_program", lambda: os.execv("/bin/true", ["true"]))
act("fork", lambda: os.fork() or os._exit(0))
print(json.dumps([stood, stopped]))
"""


def plain_plan(sql: str) -> Plan:
    """A plan that runs one SELECT over the dataset ``city.schools``."""
    block = Block("b0", "plain", "", "", (), (), (), plain_sql=sql)
    return Plan(
        mode=Mode.PLAIN,
        datasets=("city.schools",),
        blocks=(block,),
        margins=(),
        post_sql='SELECT * FROM "b0"',
        columns=(OutputColumn("n", "BIGINT"),),
        rho=0.0,
        limits=LIMITS,
    )


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, ...]]:
    folder = tmp_path_factory.mktemp("lake")
    path = folder / "schools.parquet"
    pq.write_table(pa.table({"pupils": list(range(200))}), path)
    (folder / "vault.parquet").write_bytes(path.read_bytes())
    return {"city.schools": (path,)}


@pytest.fixture
def anew() -> Iterator[None]:
    """Every worker has an interpreter started for it, as in an installation."""
    with started_anew():
        yield


@pytest.fixture(scope="module")
def standing(files: dict[str, tuple[Path, ...]]) -> tuple[dict[str, bool], dict[str, bool]]:
    granted = files["city.schools"][0]
    run = subprocess.run(
        [sys.executable, "-I", "-c", PROBE, granted, granted.with_name("vault.parquet"), granted.parent],
        capture_output=True,
        check=True,
        env={},
    )
    stood, stopped = json.loads(run.stdout)
    return stood, stopped


def needs(stood: dict[str, bool], wall: str) -> None:
    if not stood[wall]:
        pytest.skip(f"this kernel does not give the wall {wall}")


def test_a_worker_reads_the_granted_file(standing: tuple[dict[str, bool], dict[str, bool]]) -> None:
    assert not standing[1]["read_granted"]


@pytest.mark.parametrize("act", ["read_vault", "list_folder", "read_environment", "write_granted"])
def test_a_worker_opens_nothing_else(standing: tuple[dict[str, bool], dict[str, bool]], act: str) -> None:
    stood, stopped = standing
    needs(stood, "landlock")
    assert stopped[act]


def test_a_worker_writes_nothing(standing: tuple[dict[str, bool], dict[str, bool]]) -> None:
    assert standing[1]["write_beside"]


# Runs where /proc is its own; between two questions the kernel forgets every name of it that nobody holds.
FORGETTING = """
import json, subprocess, sys
from pathlib import Path
from space.engines.workers.pool import Pool
from space.query.plan import Plan
first, second = map(Plan.from_document, json.loads(sys.argv[1]))
path = (Path(sys.argv[2]),)
with Pool(spare=False) as pool:
    found = [pool.walls(), pool.run(first, dict.fromkeys(first.datasets, path)).rows()]
    number = pool._idle[-1][1].process.pid
    subprocess.run(["mount", "-o", "remount", "/proc"], check=True)
    found.append(pool.run(second, dict.fromkeys(second.datasets, path)).rows())
    found.append(pool._idle[-1][1].process.pid == number)
print(json.dumps(found))
"""


@pytest.mark.full
def test_a_worker_goes_on_where_the_kernel_forgets_names_of_files(
    files: dict[str, tuple[Path, ...]],
) -> None:
    """As it does where memory is short; the engine asks for its own size whenever it is made anew."""
    first = plain_plan('SELECT count(*) AS n FROM "city.schools"')
    renamed = replace(plain_plan('SELECT max(pupils) AS n FROM "city.pupils"'), datasets=("city.pupils",))
    plans = json.dumps([first.to_document(), renamed.to_document()])
    within = ("unshare", "-rpmf", "--mount-proc")
    done = subprocess.run(
        [*within, sys.executable, "-c", FORGETTING, plans, files["city.schools"][0]],
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stderr
    stood, before, after, same = json.loads(done.stdout)
    needs(stood, "landlock")
    assert (before, after) == ([{"n": 200}], [{"n": 199}])
    assert same


@pytest.mark.parametrize("act", ["start_a_program", "fork"])
def test_a_worker_starts_no_process(standing: tuple[dict[str, bool], dict[str, bool]], act: str) -> None:
    stood, stopped = standing
    needs(stood, "seccomp")
    assert stopped[act]


def test_a_worker_reaches_no_network(standing: tuple[dict[str, bool], dict[str, bool]]) -> None:
    stood, stopped = standing
    needs(stood, "no_network")
    assert stopped["network"]


def test_the_pool_says_which_walls_stand() -> None:
    with Pool(spare=False) as pool:
        forked = pool.walls()
    with started_anew(), Pool(spare=False) as pool:
        stood = pool.walls()
    assert set(stood) == set(WALLS)
    assert stood["own_process"]
    assert stood["resource_limits"]
    assert forked == stood, "the workers of other tests have the walls of these"


@pytest.mark.usefixtures("anew")
def test_an_answer_comes_back_as_arrow(files: dict[str, tuple[Path, ...]]) -> None:
    with Pool() as pool:
        answer = pool.run(plain_plan('SELECT count(*) AS n FROM "city.schools"'), files)
        again = pool.run(plain_plan('SELECT max(pupils) AS n FROM "city.schools"'), files)
    assert answer.rows() == [{"n": 200}]
    assert again.rows() == [{"n": 199}]
    assert answer.columns == (OutputColumn("n", "int64"),)


def test_an_answer_has_no_more_rows_than_the_terms_allow(files: dict[str, tuple[Path, ...]]) -> None:
    with Pool() as pool:
        answer = pool.run(plain_plan('SELECT pupils FROM "city.schools"'), files)
    assert answer.table.num_rows == LIMITS.max_rows


@pytest.mark.usefixtures("anew")
def test_a_query_that_runs_too_long_is_killed_and_the_next_one_answered(
    files: dict[str, tuple[Path, ...]],
) -> None:
    endless = plain_plan("SELECT length(repeat('a', 2000000000)) + length(repeat('b', 2000000000)) AS n")
    slow = replace(endless, datasets=("city.schools",))
    with Pool(seconds=0.5) as pool:
        began = time.monotonic()
        with pytest.raises(EngineError):
            pool.run(slow, files)
        assert time.monotonic() - began < 30
    with Pool() as pool:
        assert pool.run(plain_plan('SELECT count(*) AS n FROM "city.schools"'), files).rows() == [{"n": 200}]


@pytest.mark.usefixtures("anew")
def test_a_worker_that_died_is_replaced(files: dict[str, tuple[Path, ...]]) -> None:
    plan = plain_plan('SELECT count(*) AS n FROM "city.schools"')
    with Pool() as pool:
        pool.run(plan, files)
        for _place, worker in pool._idle:
            worker.process.kill()
            worker.process.wait()
        assert pool.run(plan, files).rows() == [{"n": 200}]


@pytest.mark.usefixtures("anew")
def test_a_worker_killed_at_work_does_not_take_the_caller_down(files: dict[str, tuple[Path, ...]]) -> None:
    slow = plain_plan("SELECT length(repeat('a', 1000000000)) AS n")
    with Pool() as pool:
        spare = pool._spares[0]
        killer = threading.Timer(1.5, spare.process.kill)
        killer.start()
        with pytest.raises(EngineError):
            pool.run(slow, files)
        killer.join()
        assert pool.run(plain_plan('SELECT count(*) AS n FROM "city.schools"'), files).rows() == [{"n": 200}]


@pytest.mark.parametrize(("ending", "told"), [(signal.SIGSEGV, True), (signal.SIGKILL, False)])
def test_how_a_worker_ended_by_itself_is_told_and_nothing_else(
    files: dict[str, tuple[Path, ...]], caplog: pytest.LogCaptureFixture, ending: int, told: bool
) -> None:
    with Pool(spare=False) as pool:
        pool.warm()
        (worker,) = pool._spares
        os.kill(worker.process.pid, signal.SIGSTOP)
        ends = [
            threading.Timer(after, os.kill, (worker.process.pid, how))
            for after, how in ((0.1, ending), (0.2, signal.SIGCONT))
        ]
        for each in ends[: 1 + told]:
            each.start()
        with pytest.raises(EngineError):
            pool.run(plain_plan('SELECT count(*) AS n FROM "city.schools"'), files)
        for each in ends[: 1 + told]:
            each.join()
    said = [f"worker {worker.process.pid} ended without an answer (status {-ending})"] if told else []
    assert [record.getMessage() for record in caplog.records] == said


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT error('110101199003077777') AS n",
        "SELECT CAST('x' AS INTEGER) AS n FROM \"city.schools\"",
        'SELECT n FROM "city.persons"',
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM",
    ],
)
def test_a_failure_has_one_wording_whatever_its_cause(files: dict[str, tuple[Path, ...]], sql: str) -> None:
    with Pool() as pool, pytest.raises(EngineError) as failure:
        pool.run(plain_plan(sql), files)
    assert str(failure.value) == str(EngineError()) == str(EngineTimeout())


def test_the_engine_reads_only_the_granted_files_even_without_walls(
    files: dict[str, tuple[Path, ...]],
) -> None:
    import duckdb

    from space.engines.duckdb import connect

    connection = connect(5, files)
    vault = files["city.schools"][0].with_name("vault.parquet")
    for sql in (
        f"SELECT * FROM read_parquet('{vault}')",
        f"SELECT * FROM '{vault.parent}/*.parquet'",
        f"COPY (SELECT 1) TO '{vault.parent}/out.csv'",
        "SET memory_limit = '100GB'",
        "INSTALL httpfs",
    ):
        with pytest.raises(duckdb.Error):
            connection.execute(sql)
    assert connection.execute('SELECT count(*) FROM "city.schools"').fetchone() == (200,)
    connection.close()


LATE = """
import importlib, json, sys
from pathlib import Path
from space.engines.workers.walls import raise_walls
granted, folder = map(Path, sys.argv[1:])
sys.path += [str(folder / "site-packages"), str(folder / "project")]
raise_walls([granted], 5)
found = {}
for name in ("of_a_library", "of_a_project"):
    try:
        found[name] = importlib.import_module(name).HERE
    except BaseException:
        found[name] = False
print(json.dumps(found))
"""


def test_libraries_beside_the_interpreter_are_read_late_and_no_other_folder_of_the_path(
    files: dict[str, tuple[Path, ...]], tmp_path: Path
) -> None:
    for folder, module in (("site-packages", "of_a_library"), ("project", "of_a_project")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / f"{module}.py").write_text("HERE = True\n")

    granted = str(files["city.schools"][0])
    done = subprocess.run(
        [sys.executable, "-c", LATE, granted, str(tmp_path)], capture_output=True, check=True, timeout=60
    )

    assert json.loads(done.stdout) == {"of_a_library": True, "of_a_project": False}
