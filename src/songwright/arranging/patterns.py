"""Patterns as players write them down: one symbol a sixteenth, one row a limb or finger, bars of 4/4 (16) and 3/4 (12).

A row may be two or four bars long; it then runs with the bars of its section. The patterns are common property of
the styles: stomp-and-clap and train beats, boom-chuck and Travis picking, Scruggs rolls, root-and-fifth bass.

Symbols
-------
percussion
    ``X`` accent, ``x`` stroke, ``o`` soft, ``-`` ghost, ``.`` nothing.
strum
    ``D d`` down strokes (full, lighter), ``U u`` up strokes on the upper strings, ``B A`` bass string and its
    alternate alone, ``.`` let ring, ``,`` damp.
pick
    ``B A`` thumb on bass and alternate bass, ``1 2 3`` the sounding strings counted from the highest.
bass
    ``R`` root (or the chord's bass), ``r`` the same, lighter, ``F`` fifth, ``O`` octave, ``a`` a step into the next
    chord where the chord changes on the coming beat (else nothing), ``.`` hold, ``,`` damp.
roll
    banjo strings ``1`` to ``5``; ``5`` is the short drone string.
keys
    first row the right hand: ``C c`` the chord (full, lighter), ``T`` its top note; second row the left, as for bass.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeVar

from songwright.arranging.bars import Bar
from songwright.errors import InputError, nearest_names

KICK, SIDE_STICK, SNARE, FLOOR_TOM, MID_TOM, HIGH_TOM = 36, 37, 38, 41, 45, 48
HAT, PEDAL_HAT, OPEN_HAT, CRASH, RIDE = 42, 44, 46, 49, 51
BRUSH_TAP, BRUSH_SLAP, BRUSH_SWIRL = 38, 39, 40
TAMBOURINE, SHAKER, STOMP, CLAP = 54, 70, 36, 39

Rows = tuple[str, ...]
KeyedRows = tuple[tuple[int, str], ...]
RowsT = TypeVar("RowsT")

PERCUSSION: Final[Mapping[str, Mapping[int, KeyedRows]]] = {
    # feet on a wooden floor
    "stomp-one": {16: ((STOMP, "X..............."),), 12: ((STOMP, "X..........."),)},
    "stomp-one-three": {16: ((STOMP, "X.......x......."),), 12: ((STOMP, "X..........."),)},
    "stomp-drive": {
        16: ((STOMP, "X.......X.......X.......X.x....."),),
        12: ((STOMP, "X...........X.........x."),),
    },
    "stomp-all": {
        16: ((STOMP, "X.....x.X.......X.....x.X.x....."),),
        12: ((STOMP, "X.......x...X.......x.x."),),
    },
    # hands
    "clap-four": {16: ((CLAP, "............X..."),), 12: ((CLAP, "........x..."),)},
    "clap-two-four": {16: ((CLAP, "....X.......X..."),), 12: ((CLAP, "....x...x..."),)},
    "clap-drive": {
        16: ((CLAP, "....X.......X.......X.......X.......X.......X.......X.......X.x."),),
        12: ((CLAP, "....x...x.......x...x.x."),),
    },
    # drum kit
    "floor-toms": {
        16: ((KICK, "X.......x......."), (FLOOR_TOM, "x.....o.x.....o."), (SIDE_STICK, "....x.......x...")),
        12: ((KICK, "X..........."), (FLOOR_TOM, "x.......o.o."), (SIDE_STICK, "....o...o...")),
    },
    "train": {
        16: (
            (KICK, "X.......x......."),
            (SNARE, "-.-.X.-.-.--X.-.-.-.X.-.-.--X--."),
            (PEDAL_HAT, "....o.......o..."),
        ),
        12: ((KICK, "X..........."), (SNARE, "-.-.x.-.x.-."), (PEDAL_HAT, "....o...o...")),
    },
    "backbeat": {
        16: (
            (KICK, "X.......x.......X.....o.x......."),
            (SNARE, "....X.......X.......X..-....X..-"),
            (HAT, "x.o.x.o.x.o.x.o."),
        ),
        12: ((KICK, "X..........."), (SNARE, "....x...x..."), (HAT, "x.o.x.o.x.o.")),
    },
    "anthem": {
        16: (
            (KICK, "X.....x.X.......X.....x.X.x....."),
            (SNARE, "....X.......X.......X.......X..-"),
            (OPEN_HAT, "x...x...x...x..."),
            (FLOOR_TOM, "o.......o......."),
        ),
        12: ((KICK, "X.......o..."), (SNARE, "....X...x..."), (RIDE, "x...o.o.o...")),
    },
    "anthem-ride": {
        16: (
            (KICK, "X.....x.X.......X.....x.X.x....x"),
            (SNARE, "....X.......X.......X..-....X..-"),
            (RIDE, "X.o.x.o.X.o.x.o."),
            (FLOOR_TOM, "o.......o......."),
        ),
        12: ((KICK, "X.......o...X.....o.o..."), (SNARE, "....X...X..."), (RIDE, "X.o.x.o.x.o.")),
    },
    "side-stick": {
        16: ((KICK, "x.........o.....x.....o...o....."), (SIDE_STICK, "....x.......x..."), (HAT, "o.-.o.-.o.-.o.-.")),
        12: ((KICK, "x..........."), (SIDE_STICK, "....o...o..."), (HAT, "o.-.o.-.o.-.")),
    },
    "ballad-kit": {
        16: (
            (KICK, "X.........x.....X.....o...x....."),
            (SNARE, "....X.......X.......X.......X..-"),
            (HAT, "x.o.x.o.x.o.x.o."),
        ),
        12: ((KICK, "X..........."), (SNARE, "........x..."), (HAT, "x.o.x.o.x.o.")),
    },
    "ballad-ride": {
        16: (
            (KICK, "X.....o...x.....X.....o.o.x....."),
            (SNARE, "....X.......X.......X..-....X..-"),
            (RIDE, "x.o.x.o.x.o.x.o."),
        ),
        12: ((KICK, "X.......o..."), (SNARE, "....x...x..."), (RIDE, "x.o.x.o.x.o.")),
    },
    "brush-quiet": {
        16: ((KICK, "o..............."), (BRUSH_TAP, "....o.......o...")),
        12: ((KICK, "o..........."), (BRUSH_TAP, "....o...-...")),
    },
    "brush-waltz": {
        16: ((KICK, "x.......o......."), (BRUSH_TAP, "-.-.x.-.-.-.x.-."), (PEDAL_HAT, "....o.......o...")),
        12: ((KICK, "x...........x.........o."), (BRUSH_TAP, "-...x.-.x.-."), (PEDAL_HAT, "....o...o...")),
    },
    "brush-waltz-full": {
        16: ((KICK, "X.......x......."), (BRUSH_SLAP, "....X.......X..."), (BRUSH_TAP, "x.o...o.x.o...o.")),
        12: ((KICK, "X...........X.........o."), (BRUSH_SLAP, "....x...X..."), (RIDE, "x...o.o.o.o.")),
    },
    # hand percussion
    "shaker-eighths": {16: ((SHAKER, "x.o.x.o.x.o.x.o."),), 12: ((SHAKER, "x.o.x.o.x.o."),)},
    "shaker-sixteenths": {16: ((SHAKER, "x-o-X-o-x-o-X-o-"),), 12: ((SHAKER, "x-o-x-o-x-o-"),)},
    "tambourine-two-four": {16: ((TAMBOURINE, "....X.......X..."),), 12: ((TAMBOURINE, "....x...x..."),)},
    "tambourine-eighths": {16: ((TAMBOURINE, "o.o.X.o.o.o.X.o."),), 12: ((TAMBOURINE, "o.o.x.o.x.o."),)},
}

STRUM: Final[Mapping[str, Mapping[int, Rows]]] = {
    "diamond": {16: ("D...............",), 12: ("D...........",)},
    "boom-chuck": {16: ("B...D...A...D...",), 12: ("B...d...d...",)},
    "boom-chuck-up": {16: ("B...D.u.A...D.u.",), 12: ("B...d.u.d.u.",)},
    "folk-strum": {16: ("D...d.u...u.d.u.",), 12: ("D...d.u.d.u.",)},
    "drive": {16: ("D.d.D.u.d.u.D.u.",), 12: ("D.u.D.u.d.u.",)},
    "anthem-strum": {
        16: ("D.d.D.du.ud.D.duD.d.D.du.ud.Dudu",),
        12: ("D.u.D.u.D.u.D.u.D.u.Dudu",),
    },
    "ballad-strum": {16: ("D.....d.d.u.d.u.",), 12: ("D...d...d.u.",)},
}

PICK: Final[Mapping[str, Mapping[int, Rows]]] = {
    "arpeggio": {16: ("B...3...2...1...",), 12: ("B...2...1...",)},
    "arpeggio-eighths": {16: ("B.3.2.1.2.3.2.3.",), 12: ("B.3.2.1.2.3.",)},
    "travis": {
        16: ("B...A...B...A...", "1.....2...3...2.......1...2...3."),
        12: ("B...A...A...", "1.....2...3."),
    },
    "travis-busy": {
        16: ("B...A...B...A...", "1.2...2.1.3...2...2...1...3.1.2."),
        12: ("B...A...A...", "1.2...2.1.3."),
    },
}

BASS: Final[Mapping[str, Mapping[int, Rows]]] = {
    "whole": {16: ("R...............",), 12: ("R...........",)},
    "half": {16: ("R.......r...a...",), 12: ("R.......a...",)},
    "two-beat": {16: ("R.......F...a...",), 12: ("R.......a...",)},
    "two-beat-push": {16: ("R.....r.F...a...",), 12: ("R.......F.a.",)},
    "drive": {16: ("R.r.r.r.R.r.r.a.",), 12: ("R.r.r.r.r.a.",)},
    "anthem": {16: ("R...r.r.R...r.a.R...r.r.R...O.a.",), 12: ("R.....r.F.a.",)},
    "waltz": {16: ("R.......F.......",), 12: ("R...........R.......a...",)},
    "waltz-walk": {16: ("R.......F...a...",), 12: ("R.......F...R...F...a...",)},
}

ROLL: Final[Mapping[str, Mapping[int, Rows]]] = {
    "plucks": {16: ("2...1...5...1...",), 12: ("2...1...5...",)},
    "roll-eighths": {16: ("3.2.1.5.2.1.5.1.",), 12: ("3.2.1.5.2.1.",)},
    "forward-roll": {16: ("3.215.213.215.1.3.215.213.2.1.5.",), 12: ("3.2.15213.1.",)},
    "full-roll": {
        16: ("321521513215215132152151325.215.",),
        12: ("321521532151",),
    },
}

KEYS: Final[Mapping[str, Mapping[int, Rows]]] = {
    "hold": {16: ("C...............", "................"), 12: ("C...........", "............")},
    "hold-low": {16: ("C...............", "R..............."), 12: ("C...........", "R...........")},
    "pulse": {16: ("C.......c.......", "................"), 12: ("C...........", "............")},
    "piano-sparse": {16: ("C.......c...T...", "R..............."), 12: ("....c...T...", "R...........")},
    "piano-quarters": {16: ("C...c...C...c...", "R.......F......."), 12: ("....c...c...", "R...........")},
    "piano-full": {16: ("C...c.T.C...c.T.", "R.....r.F......."), 12: ("..T.C.T.c.T.", "R.......F...")},
}

MELODY: Final = ("answers", "hook", "swells", "long-tones")
"""What a melody player may be asked: fill gaps, play the tune, swell on chord tones, hold a line above the singers."""

FILLS: Final[Mapping[str, tuple[KeyedRows, ...]]] = {
    # the last half of a bar (8 steps), into a fuller section
    "big": (
        ((SNARE, "x.o.X.xX"), (FLOOR_TOM, "....x..."), (KICK, "x...x...")),
        (
            (SNARE, "xox....."),
            (HIGH_TOM, "...xX..."),
            (MID_TOM, ".....x.."),
            (FLOOR_TOM, "......XX"),
            (KICK, "x...x..."),
        ),
        ((FLOOR_TOM, "x.x.x.XX"), (SNARE, "x.x.x.XX"), (KICK, "x...x...")),
        ((HIGH_TOM, "x.x....."), (MID_TOM, "...xX..."), (FLOOR_TOM, ".....xXX"), (KICK, "x...x...")),
    ),
    # the last beat (4 steps), into a section that is not fuller
    "small": (((SNARE, "o.ox"),), ((SNARE, "..xx"), (KICK, "x...")), ((FLOOR_TOM, "..ox"),)),
    # with brushes or behind a quiet singer
    "quiet": (((BRUSH_TAP, "..-o"),), ((BRUSH_TAP, "-.oo"),)),
}

VELOCITY: Final[Mapping[str, int]] = {
    "X": 108, "x": 90, "o": 66, "-": 36,
    "D": 92, "d": 78, "U": 80, "u": 68, "B": 84, "A": 76, "1": 76, "2": 72, "3": 74, "4": 72, "5": 64,
    "R": 92, "r": 80, "F": 84, "O": 86, "a": 80,
    "C": 78, "c": 68, "T": 64,
}  # fmt: skip
"""Written MIDI velocity of each symbol; sections, accents and hands come on top in the performance (house choice)."""


def pattern_rows(table: Mapping[str, Mapping[int, Rows]], name: str, bar: Bar, bar_steps: int, who: str) -> Rows:
    """The rows of pattern ``name`` for one bar.

    Raises
    ------
    InputError
        If the table has no such pattern, or none in this metre.
    """
    rows = _find(table, name, bar_steps, who)
    return tuple(_cut(row, bar, bar_steps) for row in rows)


def keyed_rows(name: str, bar: Bar, bar_steps: int, who: str) -> KeyedRows:
    """As `pattern_rows`, for percussion: (drum, row) pairs."""
    return tuple((key, _cut(row, bar, bar_steps)) for key, row in _find(PERCUSSION, name, bar_steps, who))


def _find(table: Mapping[str, Mapping[int, RowsT]], name: str, bar_steps: int, who: str) -> RowsT:
    if name not in table:
        raise InputError(f"band player {who}: no pattern {name!r}; nearest are {nearest_names(name, table)}")
    if bar_steps not in table[name]:
        metres = " and ".join(f"{steps // 4}/4" for steps in sorted(table[name]))
        raise InputError(
            f"band player {who}: pattern {name!r} is written for {metres}, but a bar here has {bar_steps} sixteenths; "
            "choose a style or metre of 3/4 or 4/4"
        )
    return table[name][bar_steps]


def _cut(row: str, bar: Bar, bar_steps: int) -> str:
    at = (bar.index_in_section % (len(row) // bar_steps)) * bar_steps
    return row[at : at + bar.n_steps]


def symbols(row: str) -> list[tuple[int, str]]:
    """(step, symbol) of everything in a row that is not ``.``."""
    return [(i, symbol) for i, symbol in enumerate(row) if symbol != "."]
