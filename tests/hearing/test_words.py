"""The ear for words: arithmetic of the error rate, and a real sentence heard."""

from __future__ import annotations

import ctypes

import numpy as np
import pytest

from songwright.hearing.words import measure_word_error_rate, normalise_words, skip_rests, transcribe
from songwright.phonology.backends.espeak import espeak


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Don't stop, Café!", ["dont", "stop", "cafe"]),
        ("half-light  --  (hey)", ["half", "light", "hey"]),
        ("", []),
    ],
)
def test_words_are_counted_without_dress(text, words):
    assert normalise_words(text) == words


@pytest.mark.parametrize(
    ("heard", "rate"),
    [
        ("The river knows my name.", 0.0),
        ("the RIVER, knows my... name!", 0.0),
        ("the river knows my game", 1 / 5),
        ("the river knows name", 1 / 5),
        ("the river it knows my name", 1 / 5),
        ("a silver nose", 5 / 5),
        ("", 1.0),
        ("oh la la la la la la la la la", 10 / 5),
    ],
)
def test_the_error_rate_counts_changed_dropped_and_added_words(heard, rate):
    assert measure_word_error_rate("The river knows my name", heard) == pytest.approx(rate)


def speak(text: str) -> tuple[np.ndarray, int]:
    """A sentence spoken by espeak-ng, with silence around it."""
    library = espeak()._library
    pieces: list[bytes] = []
    signature = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)

    def take(wave, n_samples, events):
        if wave and n_samples > 0:
            pieces.append(ctypes.string_at(wave, 2 * n_samples))
        return 0

    callback = signature(take)
    library.espeak_SetSynthCallback(callback)
    library.espeak_SetParameter(1, 140, 0)  # words a minute
    data = text.encode()
    library.espeak_Synth(data, ctypes.c_size_t(len(data) + 1), 0, 1, 0, 1, None, None)
    library.espeak_Synchronize()
    library.espeak_SetSynthCallback(signature())
    samples = np.frombuffer(b"".join(pieces), dtype="<i2").astype(np.float32) / 32768
    return np.pad(samples, 6000), 22050


def test_a_spoken_sentence_is_heard_and_silence_is_not_a_sentence():
    text = "The old river carried my brother home to the mountains in the morning"
    samples, rate_hz = speak(text)
    assert samples.size > 2 * rate_hz
    assert measure_word_error_rate(text, transcribe(samples, rate_hz)) <= 0.2
    assert measure_word_error_rate(text, transcribe(samples[::-1].copy(), rate_hz)) > 0.7, "backwards it is no English"


def test_rests_are_skipped_and_sounds_kept():
    rate = 16000
    tone = 0.5 * np.sin(2 * np.pi * 220 * np.arange(rate) / rate).astype(np.float32)
    rest = np.zeros(5 * rate, dtype=np.float32)
    kept = skip_rests(np.concatenate([rest, tone, rest, tone]), rate)
    # Two seconds of tone, and 0.4 s beside each end that borders a rest: three of them.
    assert kept.size / rate == pytest.approx(2.0 + 3 * 0.4, abs=0.03)
    assert np.sum(kept**2) == pytest.approx(2 * np.sum(tone**2), rel=1e-4)


def test_a_short_pause_is_left_as_it_is():
    rate = 16000
    tone = 0.5 * np.ones(rate // 2, dtype=np.float32)
    phrase = np.concatenate([tone, np.zeros(rate // 2, dtype=np.float32), tone])
    assert np.array_equal(skip_rests(phrase, rate), phrase)
