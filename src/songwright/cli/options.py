"""Options that several verbs share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

LARGEST_SEED = 2**63 - 1
DEFAULT_SEED = 1

Brief = Annotated[Path, typer.Argument(metavar="BRIEF.toml", help="The brief, a TOML file.", show_default=False)]
Source = Annotated[
    Path,
    typer.Argument(
        metavar="SOURCE",
        help="A brief (TOML), or a folder that `songwright compose` made: its lyric.json and score.json may be edited.",
        show_default=False,
    ),
]
Out = Annotated[
    Path,
    typer.Option("--out", "-o", metavar="DIR", help="Folder for the result; made when absent.", show_default=False),
]
Seed = Annotated[
    int | None,
    typer.Option(
        "--seed",
        "-s",
        min=0,
        max=LARGEST_SEED,
        help="Another seed is another song from the same brief. Default: 1, or the folder's.",
        show_default=False,
    ),
]
Force = Annotated[bool, typer.Option("--force", help="Write even where DIR holds other things.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress on stderr.")]
Fresh = Annotated[bool, typer.Option("--fresh", help="Make everything anew instead of taking it from the store.")]


def run_verb(
    verb: Callable[..., str], source: Path, out: Path, *, seed: int | None, force: bool, fresh: bool, quiet: bool
) -> None:
    """Run a verb of the chain from a brief or a folder, show its progress and print what it says."""
    from songwright.pipeline.progress import show_progress
    from songwright.store import Store

    with show_progress(quiet=quiet) as progress:
        said = verb(source, out, seed=seed, force=force, store=Store(remake=fresh), progress=progress)
    print(said)
