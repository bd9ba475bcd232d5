"""Progress: bars on a terminal, plain lines elsewhere, always on stderr.

A stage reports ``(stage, n_done, n_total)``; the first report of a stage opens its bar, ``n_done == n_total``
closes it.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

ProgressCallback = Callable[[str, int, int], None]
"""``(stage, n_done, n_total)``."""

_LINE_EVERY_S: Final = 10.0
"""A log that says something every ten seconds is alive without being a flood."""


def silent(stage: str, n_done: int, n_total: int) -> None:
    """Show nothing."""


@contextmanager
def show_progress(*, quiet: bool = False) -> Iterator[ProgressCallback]:
    """Give the callback for where stderr goes: bars on a terminal, lines in a file or pipe, nothing if ``quiet``."""
    if quiet:
        yield silent
    elif sys.stderr.isatty():
        with _bars() as callback:
            yield callback
    else:
        yield _lines()


@contextmanager
def _bars() -> Iterator[ProgressCallback]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

    progress = Progress(
        TextColumn("{task.description:<22}"),
        BarColumn(bar_width=32),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
    )
    tasks: dict[str, TaskID] = {}

    def callback(stage: str, n_done: int, n_total: int) -> None:
        if stage not in tasks:
            tasks[stage] = progress.add_task(stage, total=n_total)
        progress.update(tasks[stage], completed=n_done, total=n_total)

    with progress:
        yield callback


def _lines() -> ProgressCallback:
    started: dict[str, float] = {}
    last: dict[str, float] = {}

    def callback(stage: str, n_done: int, n_total: int) -> None:
        now = time.monotonic()
        first = stage not in started
        started.setdefault(stage, now)
        done = n_done >= n_total
        if done:
            print(f"{stage}: {n_total} of {n_total}, {now - started.pop(stage):.1f} s", file=sys.stderr, flush=True)
            last.pop(stage, None)
        elif not first and now - last.get(stage, started[stage]) >= _LINE_EVERY_S:
            print(f"{stage}: {n_done} of {n_total}", file=sys.stderr, flush=True)
            last[stage] = now

    return callback
