"""``songwright make``: a brief becomes a finished song."""

from __future__ import annotations

import typer

from songwright.cli import options


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(
        epilog="Examples: songwright make examples/mill-town.toml --out out/mill-town   |   "
        "songwright make my-song.toml -o out/take-7 --seed 7"
    )(make)


def make(
    brief: options.Brief,
    out: options.Out,
    seed: options.Seed = None,
    force: options.Force = False,
    fresh: options.Fresh = False,
    quiet: options.Quiet = False,
) -> None:
    """Make a whole song.

    Compose, sing, play, mix, master, and every file beside it.

    The same brief and seed give the same bytes. A second run takes what did not change from the store; a run that was
    stopped goes on where it was.
    """
    from songwright.pipeline.progress import show_progress
    from songwright.pipeline.song import make_song, summary
    from songwright.store import Store

    with show_progress(quiet=quiet) as progress:
        report = make_song(
            brief,
            out,
            seed=options.DEFAULT_SEED if seed is None else seed,
            force=force,
            progress=progress,
            store=Store(remake=fresh),
        )
    print(summary(report))
