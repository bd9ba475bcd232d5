"""``songwright play``: the band of a song, dry."""

from __future__ import annotations

import typer

from songwright.cli import options


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(epilog="Example: songwright play examples/mill-town.toml --out out/mill-town-band")(play)


def play(
    source: options.Source,
    out: options.Out,
    seed: options.Seed = None,
    force: options.Force = False,
    fresh: options.Fresh = False,
    quiet: options.Quiet = False,
) -> None:
    """Play the band, dry.

    Every instrument as band/*.wav of the song's length, without effects, and the arrangement as JSON.
    """
    from songwright.pipeline.verbs import run_play

    options.run_verb(run_play, source, out, seed=seed, force=force, fresh=fresh, quiet=quiet)
