"""Progress on stderr: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import TracebackType

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)


@dataclass(slots=True)
class Steps:
    """The steps of a story.

    Attributes:
        total: how many there are.
        times: what each took, in seconds.
    """

    total: int
    times: dict[str, float] = field(default_factory=dict)
    _bar: Progress | None = None
    _done: int = 0

    def __enter__(self) -> Steps:
        # The real stderr: the commands' own is caught while they run.
        console = Console(file=sys.__stderr__)
        if console.is_terminal:
            self._bar = Progress(
                SpinnerColumn(),
                BarColumn(bar_width=24),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
                TextColumn("{task.description}"),
                console=console,
                transient=True,
                redirect_stdout=False,
                redirect_stderr=False,
            )
            self._bar.start()
            self._bar.add_task("", total=self.total)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """One step, with its time."""
        began = time.perf_counter()
        self._done += 1
        if self._bar is not None:
            self._bar.update(self._bar.task_ids[0], description=what)
        else:
            print(f"[{self._done:>2}/{self.total}] {what}", file=sys.__stderr__, flush=True)
        yield
        self.times[what] = round(time.perf_counter() - began, 2)
        if self._bar is not None:
            self._bar.update(self._bar.task_ids[0], advance=1)
