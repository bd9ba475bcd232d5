"""The picture shows the numbers that it was given: looked at by its pixels."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from tests.scores import simple_score

from songwright.documents.audio import Audio
from songwright.documents.score import Score
from songwright.errors import InputError
from songwright.formats.picture import WIDTH_PX, render_song_picture

RATE_HZ = 8000


def draw(
    score: Score | None = None, *, gain: float = 0.5, cents: float = 0.0, lufs: float = -14.0, sung: bool = True
) -> bytes:
    score = score or simple_score()
    to_s = score.tempo_map.quarters_to_seconds
    duration_s = to_s(score.duration_quarters) + 1
    t = np.arange(int(duration_s * RATE_HZ)) / RATE_HZ
    samples = (gain * np.sin(2 * np.pi * 220 * t) * np.linspace(0.2, 1, t.size)).astype(np.float32)
    notes = [
        (to_s(note.start_quarters), to_s(note.end_quarters) - to_s(note.start_quarters), note.midi_note,
         note.syllable.text if note.syllable else "")
        for phrase in score.phrases for note in phrase.notes
    ]  # fmt: skip
    times_s = np.arange(0, duration_s, 0.0125)
    f0_hz = np.full(times_s.size, np.nan)
    for start_s, length_s, midi_note, _ in notes if sung else []:
        inside = (times_s >= start_s) & (times_s < start_s + length_s)
        f0_hz[inside] = 440 * 2 ** ((midi_note - 69 + cents / 100) / 12)
    points_s = np.arange(1.5, duration_s - 1.5, 0.1)
    loudness = np.full(points_s.size, lufs)
    loudness[:3] = -np.inf
    return render_song_picture(
        score=score,
        master=Audio(samples=np.stack([samples, samples]), sample_rate_hz=RATE_HZ),
        notes=notes if sung else [],
        f0_times_s=times_s,
        f0_hz=f0_hz,
        loudness_times_s=points_s,
        loudness_lufs=loudness,
    )


def pixels(data: bytes) -> npt.NDArray[np.uint8]:
    from matplotlib.image import imread

    return np.asarray(np.rint(imread(io.BytesIO(data))[..., :3] * 255), np.uint8)


def count(image: npt.NDArray[np.uint8], colour: str, tolerance: int = 12) -> int:
    wanted = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)])
    return int(np.sum(np.all(np.abs(image.astype(int) - wanted) <= tolerance, axis=-1)))


def test_it_is_2400_wide_and_the_same_each_time() -> None:
    data = draw()
    assert data == draw()
    assert pixels(data).shape[1] == WIDTH_PX
    assert b"tIME" not in data
    assert b"Software" not in data


def test_sections_have_their_colours() -> None:
    image = pixels(draw())
    wave = image[240:560]
    for colour in ("#3f7cac", "#e07a3f", "#9aa36b"):
        assert count(wave, colour) > 2000
    assert count(wave, "#8a5fa8") == 0  # no bridge in this song


def test_the_wave_and_the_line_move_with_the_sound() -> None:
    first = pixels(draw())
    # The wave is drawn to its own peak; the loudness line is not, so it moves.
    quiet, loud = pixels(draw(lufs=-24.0)), pixels(draw(lufs=-12.0))
    ink = np.array([0x1F, 0x26, 0x30])

    def line_height(image: npt.NDArray[np.uint8]) -> float:
        panel = image[640:880, 600:1800]
        rows = np.nonzero(np.all(np.abs(panel.astype(int) - ink) < 20, axis=-1))[0]
        return float(np.median(rows))

    assert line_height(loud) < line_height(first) < line_height(quiet)


def test_the_sung_line_covers_the_notes_that_it_hits_and_leaves_those_that_it_misses() -> None:
    def visible_bars(image: npt.NDArray[np.uint8]) -> int:
        rows = image[940:].astype(int)
        coloured = rows.max(axis=-1) - rows.min(axis=-1) > 40
        return int(np.sum(coloured))

    on, sharp = pixels(draw()), pixels(draw(cents=100))
    assert np.array_equal(on[:930], sharp[:930])
    assert visible_bars(sharp) > 1.2 * visible_bars(on)


def test_a_longer_song_makes_a_taller_picture() -> None:
    assert pixels(draw(simple_score(tempo_qpm=40))).shape[0] > pixels(draw(simple_score(tempo_qpm=160))).shape[0]


def test_a_song_without_singing_has_no_rows() -> None:
    assert pixels(draw(sung=False)).shape[0] < pixels(draw()).shape[0]


def test_words_with_signs_of_mathematics_are_words() -> None:
    assert draw(replace(simple_score(), title="$100 & x_{2", artist="a^b$"))


def test_letters_that_the_font_lacks_do_not_stop_it() -> None:
    assert draw(replace(simple_score(), title="歌"))


def test_what_does_not_belong_together_is_refused() -> None:
    nothing = np.zeros(0)
    master = Audio(samples=np.zeros((1, 10), np.float32), sample_rate_hz=RATE_HZ)
    with pytest.raises(InputError, match="differ in length"):
        render_song_picture(
            score=simple_score(), master=master, notes=[], f0_times_s=np.zeros(3), f0_hz=nothing,
            loudness_times_s=nothing, loudness_lufs=nothing,
        )  # fmt: skip
    with pytest.raises(InputError, match="the master is empty"):
        render_song_picture(
            score=simple_score(), master=replace(master, samples=np.zeros((1, 0), np.float32)), notes=[],
            f0_times_s=nothing, f0_hz=nothing, loudness_times_s=nothing, loudness_lufs=nothing,
        )  # fmt: skip
