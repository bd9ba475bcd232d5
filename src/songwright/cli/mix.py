"""``songwright mix``: stems that add up to the pre-master mix."""

from __future__ import annotations

import typer

from songwright.cli import options


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(epilog="Example: songwright mix out/mill-town-score --out out/mill-town-mix")(mix)


def mix(
    source: options.Source,
    out: options.Out,
    seed: options.Seed = None,
    force: options.Force = False,
    fresh: options.Fresh = False,
    quiet: options.Quiet = False,
) -> None:
    """Mix into stems.

    Sing, play and mix: stems/*.wav, whose sum is premaster.wav.
    """
    from songwright.pipeline.verbs import run_mix

    options.run_verb(run_mix, source, out, seed=seed, force=force, fresh=fresh, quiet=quiet)
