"""``songwright compose``: words become a score."""

from __future__ import annotations

import typer

from songwright.cli import options


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(epilog="Example: songwright compose examples/mill-town.toml --out out/mill-town-score --seed 3")(
        compose
    )


def compose(
    source: options.Source,
    out: options.Out,
    seed: options.Seed = None,
    force: options.Force = False,
    fresh: options.Fresh = False,
    quiet: options.Quiet = False,
) -> None:
    """Write melody and chords.

    score.json is there to edit and go on with; MusicXML, MIDI and chord charts are there to read.
    """
    from songwright.pipeline.verbs import run_compose

    options.run_verb(run_compose, source, out, seed=seed, force=force, fresh=fresh, quiet=quiet)
