"""``songwright sing``: the voices of a song, dry."""

from __future__ import annotations

import typer

from songwright.cli import options


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(epilog="Example: songwright sing out/mill-town-score --out out/mill-town-voices")(sing)


def sing(
    source: options.Source,
    out: options.Out,
    seed: options.Seed = None,
    force: options.Force = False,
    fresh: options.Fresh = False,
    quiet: options.Quiet = False,
) -> None:
    """Sing the voices, dry.

    Lead, doubles, harmony and gang as vocals/*.wav of the song's length, without effects.
    """
    from songwright.pipeline.verbs import run_sing

    options.run_verb(run_sing, source, out, seed=seed, force=force, fresh=fresh, quiet=quiet)
