"""``songwright cache``: what the store holds, and how to be rid of it."""

from __future__ import annotations

import enum
from typing import Annotated

import typer


class Action(enum.StrEnum):
    """What to do with the store."""

    SHOW = "show"
    PRUNE = "prune"
    CLEAR = "clear"


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(epilog="Examples: songwright cache   |   songwright cache clear")(cache)


def cache(
    action: Annotated[
        Action,
        typer.Argument(
            help="show what is kept; prune to SONGWRIGHT_CACHE_GB, oldest first; clear everything.",
        ),
    ] = Action.SHOW,
) -> None:
    """Look after the store.

    Everything in it can be made again; SONGWRIGHT_CACHE says where it lies.
    """
    from songwright.store import Store

    store = Store()
    if action is Action.CLEAR:
        print(f"{store.root}: {_megabytes(store.clear())} freed")
        return
    if action is Action.PRUNE:
        print(f"{store.root}: {_megabytes(store.prune())} freed")
        return
    sizes: dict[str, list[int]] = {}
    for _, stage, n_bytes, _ in store.entries():
        sizes.setdefault(stage, []).append(n_bytes)
    for stage, stage_sizes in sorted(sizes.items()):
        print(f"{stage:<18} {len(stage_sizes):>6} entries {_megabytes(sum(stage_sizes)):>12}")
    total = sum(sum(stage_sizes) for stage_sizes in sizes.values())
    print(f"{store.root}: {_megabytes(total)} of at most {_megabytes(store.limit_bytes)}")


def _megabytes(n_bytes: int) -> str:
    return f"{n_bytes / 1e6:,.1f} MB"
