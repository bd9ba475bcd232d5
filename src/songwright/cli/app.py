"""The ``songwright`` command: its verbs, its errors and its exit codes."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from types import FrameType
from typing import Annotated

import typer
from typer.exceptions import TyperException

import songwright
from songwright.cli import cache, compose, doctor, make, master, mix, play, sing, singers, styles
from songwright.errors import SongwrightError

INTERRUPTED = 130
TERMINATED = 143

app = typer.Typer(
    name="songwright",
    help="Make a sung, mixed and mastered song from a brief, on this machine alone.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(value: bool) -> None:
    if value:
        print(f"songwright {songwright.__version__}")
        raise typer.Exit


@app.callback(epilog="Example: songwright make examples/mill-town.toml --out out/mill-town --seed 1")
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show where an error came from.")] = False,
) -> None:
    """Make a sung, mixed and mastered song from a brief, on this machine alone."""


for _module in (make, compose, sing, play, mix, master, singers, styles, cache, doctor):
    _module.register(app)


def main() -> None:
    """Run the command line and leave the process with its exit code."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run the command line with these arguments and return the exit code; errors become one line on stderr."""
    debug = "--debug" in arguments
    arguments = [argument for argument in arguments if argument != "--debug"]
    signal.signal(signal.SIGTERM, _terminate)
    try:
        # Outside of its standalone mode the library hands back an early exit's code instead of raising it.
        code = app(args=arguments or ["--help"], prog_name="songwright", standalone_mode=False)
        sys.stdout.flush()
        if code == INTERRUPTED:  # the library has caught Ctrl-C itself
            raise KeyboardInterrupt
        return code if isinstance(code, int) else 0
    except KeyboardInterrupt:
        return _fail("interrupted; what was made so far is kept, run the same command again to go on", INTERRUPTED)
    except (typer.Abort, EOFError):
        return _fail("interrupted", INTERRUPTED)
    except SongwrightError as error:
        if debug:
            traceback.print_exc()
        return _fail(str(error), error.exit_code)
    except TyperException as error:
        return _fail(f"{error.format_message()} (songwright --help shows what there is)", error.exit_code)
    except BrokenPipeError:
        # Whoever read our output has seen enough; do not complain at the closing of stdout either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if debug:
            traceback.print_exc()
        where = "" if debug else "; --debug shows where"
        return _fail(f"this is a fault of Songwright: {type(error).__name__}: {error}{where}", 1)


def _fail(message: str, code: int) -> int:
    print(f"songwright: {' '.join(message.split())}", file=sys.stderr)
    return code


def _terminate(number: int, frame: FrameType | None) -> None:
    raise SystemExit(TERMINATED)
