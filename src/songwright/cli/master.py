"""``songwright master``: any mix to its loudness, under its ceiling."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from songwright.cli import options
from songwright.errors import InputError


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(
        epilog="Example: songwright master out/mill-town/premaster.wav --out louder.wav --target -11",
    )(master)


def master(
    mix: Annotated[Path, typer.Argument(metavar="IN.wav", help="A mix, WAV or FLAC.", show_default=False)],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="OUT.wav", help="The master.", show_default=False)],
    target: Annotated[float, typer.Option("--target", metavar="LUFS", help="Integrated loudness.")] = -14.0,
    ceiling: Annotated[float, typer.Option("--ceiling", metavar="DBTP", help="Highest true peak.")] = -1.0,
    force: options.Force = False,
) -> None:
    """Master one file.

    Gain and a look-ahead true-peak limiter; a 24-bit WAV comes out.
    """
    from songwright.formats.wav import read_wav, write_wav
    from songwright.mastering import master as run_master

    if out.exists() and not force:
        raise InputError(f"{out} exists; choose another name, or --force to replace it")
    if out.suffix.lower() != ".wav":
        raise InputError(f"{out}: the master is a WAV file, so its name has to end in .wav")
    result = run_master(read_wav(mix), target_lufs=target, ceiling_dbtp=ceiling)
    write_wav(out, result.audio, sample_format="pcm24", dither=True)
    print(
        f"{out}: {result.loudness_lufs:.2f} LUFS, {result.true_peak_dbtp:.2f} dBTP, "
        f"{result.loudness_range_lu:.1f} LU range, gain {result.gain_db:+.1f} dB, "
        f"at most {result.most_reduction_db:.1f} dB limited"
    )
