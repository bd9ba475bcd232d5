"""``songwright styles``: what kinds of song there are."""

from __future__ import annotations

import typer


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(epilog="Example: songwright styles")(styles)


def styles() -> None:
    """List the styles.

    With metre and tempo; a name goes into a brief as `style`.
    """
    from songwright.formats.style_file import list_styles, load_style

    for name in list_styles():
        style = load_style(name)
        low, high = style.tempo_range_qpm
        metre = f"{style.metre.beats}/{style.metre.beat_unit}"
        print(f"{name:<18} {metre}  {style.default_tempo_qpm:g} ({low:g} to {high:g}) qpm  {style.description}")
