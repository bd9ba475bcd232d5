"""How a phrase is performed: vowels on the notes, consonants before them, pitch that goes where the score says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.phrases import phrases, sung_phrase

from songwright.documents.performance import CONTROL_HOP_S, PhrasePerformance
from songwright.documents.score import Phrase
from songwright.errors import InputError
from songwright.formats.character_file import load_character
from songwright.performing.voice import FRAME_S, VoiceSettings, perform_phrase
from songwright.timeline import TempoMap
from songwright.units import hz_to_cents

HARLAN = load_character("harlan")
TEMPO = TempoMap.constant(90.0, offset_s=0.5)
EXACT = VoiceSettings(timing_spread_s=0.0, detune_spread_cents=0.0)
VOICELESS = set("ptkfθsʃʧ")
VOICED = set("bdɡvðzʒʤmnŋlɹwj") | set("AIOWYaeouiɑæɔəɛɪʊʌɜ")

tempos = st.sampled_from([60.0, 84.0, 100.0])
takes = st.sampled_from([VoiceSettings(), VoiceSettings(split_diphthongs=True, timing_spread_s=0.02), EXACT])


def perform(
    phrase: Phrase, *, tempo_qpm: float = 90.0, take: VoiceSettings = EXACT, seed: int = 0, character=HARLAN
) -> PhrasePerformance:
    tempo_map = TempoMap.constant(tempo_qpm, offset_s=0.5)
    rng = np.random.default_rng(seed)
    return perform_phrase(phrase, character, tempo_map=tempo_map, settings=take, rng=rng)


def vowel_starts_s(performance: PhrasePerformance) -> dict[int, float]:
    """First moment of each sung note's vowel."""
    starts: dict[int, float] = {}
    for phoneme in performance.phonemes:
        if phoneme.kind == "nucleus":
            starts.setdefault(phoneme.note_index, phoneme.start_s)
    return starts


@settings(max_examples=60, deadline=None)
@given(phrase=phrases(), tempo_qpm=tempos, take=takes, seed=st.integers(0, 3))
def test_every_vowel_starts_on_its_note(phrase, tempo_qpm, take, seed):
    performance = perform(phrase, tempo_qpm=tempo_qpm, take=take, seed=seed)
    starts = vowel_starts_s(performance)
    tempo_map = TempoMap.constant(tempo_qpm, offset_s=0.5)
    sung = [i for i, note in enumerate(phrase.notes) if note.syllable is not None]
    assert list(starts) == sung, "each syllable has one nucleus, in order"
    for i in sung:
        # Half a frame, and (against the score) what this singer and take may stray.
        assert abs(starts[i] - performance.notes[i].start_s) <= FRAME_S / 2 + 1e-6
        written_s = tempo_map.quarters_to_seconds(phrase.notes[i].start_quarters) + HARLAN.timing_s
        assert abs(starts[i] - written_s) <= FRAME_S / 2 + 2.5 * take.timing_spread_s + 1e-6


@settings(max_examples=60, deadline=None)
@given(phrase=phrases(), tempo_qpm=tempos, take=takes, seed=st.integers(0, 3))
def test_phonemes_cover_the_phrase_frame_by_frame(phrase, tempo_qpm, take, seed):
    performance = perform(phrase, tempo_qpm=tempo_qpm, take=take, seed=seed)
    position = performance.start_s
    for phoneme in performance.phonemes:
        assert phoneme.start_s == pytest.approx(position, abs=1e-6), "neither gap nor overlap"
        n_frames = phoneme.duration_s / FRAME_S
        assert n_frames == pytest.approx(round(n_frames), abs=1e-6)
        assert round(n_frames) >= 1
        position += phoneme.duration_s
    assert position == pytest.approx(performance.start_s + performance.duration_s, abs=1e-6)
    assert performance.f0_hz.size == round(performance.duration_s / CONTROL_HOP_S)
    assert performance.phonemes[0].kind == performance.phonemes[-1].kind == "pause", "silence around the phrase"


@pytest.mark.parametrize("tempo_qpm", [84.0, 90.0, 96.0, 100.0])
def test_a_squeezed_cluster_keeps_a_frame_for_each_consonant_and_takes_none_from_the_next_vowel(tempo_qpm):
    performance = perform(sung_phrase("strength stretched twelve months", [50], quarters="1/3"), tempo_qpm=tempo_qpm)
    sounds = [phoneme for phoneme in performance.phonemes if phoneme.kind != "pause"]
    assert min(phoneme.duration_s for phoneme in sounds) > 0.9 * FRAME_S
    for i, start_s in vowel_starts_s(performance).items():
        assert abs(start_s - performance.notes[i].start_s) <= FRAME_S / 2 + 1e-6


@settings(max_examples=40, deadline=None)
@given(phrase=phrases(), tempo_qpm=tempos, seed=st.integers(0, 3))
def test_every_written_sound_is_sung_in_order(phrase, tempo_qpm, seed):
    performance = perform(phrase, tempo_qpm=tempo_qpm, take=VoiceSettings(), seed=seed)
    written = "".join(
        "".join((*syllable.onset, dict(HARLAN.vowel_map).get(syllable.nucleus, syllable.nucleus), *syllable.coda))
        for word in phrase.words
        for syllable in word.syllables
    )
    assert "".join(phoneme.phoneme for phoneme in performance.phonemes) == written


@settings(max_examples=40, deadline=None)
@given(phrase=phrases(), take=takes, seed=st.integers(0, 3))
def test_the_voice_is_off_exactly_in_voiceless_sounds_and_pauses(phrase, take, seed):
    performance = perform(phrase, take=take, seed=seed)
    heard = {True: 0, False: 0}
    for phoneme in performance.phonemes:
        first = round((phoneme.start_s - performance.start_s) / CONTROL_HOP_S)
        mask = performance.voiced[first : first + round(phoneme.duration_s / CONTROL_HOP_S)]
        assert mask.size >= 2
        if phoneme.kind == "pause" or phoneme.phoneme in VOICELESS:
            assert not mask.any()
        elif phoneme.phoneme in VOICED:
            assert mask.all()
        heard[bool(mask.any())] += 1
    assert heard[True]
    assert heard[False]


@settings(max_examples=40, deadline=None)
@given(phrase=phrases(low_midi=45, high_midi=52), semitones=st.integers(-4, 8), take=takes, seed=st.integers(0, 3))
def test_transposing_moves_f0_and_nothing_else(phrase, semitones, take, seed):
    moved = replace(phrase, notes=tuple(replace(note, midi_note=note.midi_note + semitones) for note in phrase.notes))
    before, after = perform(phrase, take=take, seed=seed), perform(moved, take=take, seed=seed)
    cents = 1200.0 * np.log2(after.f0_hz.astype(float) / before.f0_hz)
    assert np.allclose(cents, 100.0 * semitones, atol=0.01)
    assert after.phonemes == before.phonemes
    assert np.array_equal(after.voiced, before.voiced)
    assert np.array_equal(after.dynamics_db, before.dynamics_db)


@settings(max_examples=40, deadline=None)
@given(phrase=phrases(), seed=st.integers(0, 3))
def test_the_second_half_of_a_note_is_the_note(phrase, seed):
    performance = perform(phrase, seed=seed)
    times_s = performance.start_s + (np.arange(performance.f0_hz.size) + 0.5) * CONTROL_HOP_S
    for i, note in enumerate(performance.notes):
        # The glide to the next note may begin before it.
        end_s = note.start_s + note.duration_s - (HARLAN.portamento_s if i + 1 < len(performance.notes) else 0.0)
        inside = (times_s > note.start_s + 0.5 * note.duration_s) & (times_s < end_s)
        f0_hz = float(np.median(performance.f0_hz[inside]))
        assert abs(hz_to_cents(f0_hz, 440.0 * 2 ** ((note.midi_note - 69) / 12))) < 20.0


def test_a_seed_gives_one_performance_and_another_seed_another():
    phrase = sung_phrase("the river runs home", [48, 50, 52])
    first, again, other = (perform(phrase, take=VoiceSettings(), seed=seed) for seed in (1, 1, 2))
    assert first.phonemes == again.phonemes
    for name in ("f0_hz", "voiced", "dynamics_db"):
        assert np.array_equal(getattr(first, name), getattr(again, name))
    assert other.notes != first.notes
    assert not np.array_equal(other.f0_hz, first.f0_hz)


def test_a_long_note_has_the_singers_vibrato_and_a_short_one_has_none():
    def wobble_cents(performance: PhrasePerformance) -> tuple[float, float]:
        """Frequency and amplitude of the strongest wave in the last second before the release."""
        note = performance.notes[-1]
        last = round((note.start_s + note.duration_s - 0.1 - performance.start_s) / CONTROL_HOP_S)
        cents = 1200.0 * np.log2(performance.f0_hz[last - 80 : last].astype(float))
        spectrum = np.abs(np.fft.rfft((cents - cents.mean()) * np.hanning(80), 8000)) / (np.hanning(80).sum() / 2)
        peak = int(np.argmax(spectrum[200:])) + 200
        return peak / 8000 / CONTROL_HOP_S, float(spectrum[peak])

    singer = replace(HARLAN, vibrato_rate_hz=5.5, vibrato_depth_cents=40.0, vibrato_delay_s=0.4)
    held = sung_phrase("home", [50], quarters=6)
    rate_hz, depth_cents = wobble_cents(perform(held, character=singer))
    assert 4.5 < rate_hz < 7.0
    assert 20.0 < depth_cents < 60.0
    _, still_cents = wobble_cents(perform(held, character=singer, take=replace(EXACT, vibrato=0.0)))
    assert still_cents < 5.0
    short = sung_phrase("home", [50], quarters="1/2")
    plain, strong = (perform(short, character=replace(singer, vibrato_depth_cents=cents)) for cents in (0.0, 90.0))
    assert np.array_equal(plain.f0_hz, strong.f0_hz)


def test_a_scoop_comes_from_below_at_the_phrases_start_only():
    singer = replace(HARLAN, scoop_cents=80.0)
    phrase = sung_phrase("oh my love", [50])
    flat, scooped = perform(phrase, character=replace(singer, scoop_cents=0.0)), perform(phrase, character=singer)
    below = 1200.0 * np.log2(flat.f0_hz.astype(float) / scooped.f0_hz)
    at = {i: round((s - flat.start_s) / CONTROL_HOP_S) for i, s in vowel_starts_s(flat).items()}
    assert below[at[0] - 4] == pytest.approx(80.0, abs=1.0)
    assert np.all(below[at[0] + 8 :] < 1.0)


def test_a_held_diphthong_glides_late():
    phrase = sung_phrase("night", [50], quarters=2)
    whole = [p.phoneme for p in perform(phrase).phonemes if p.kind == "nucleus"]
    parts = [p for p in perform(phrase, take=replace(EXACT, split_diphthongs=True)).phonemes if p.kind == "nucleus"]
    assert whole == ["I"]
    assert [p.phoneme for p in parts] == ["a", "ɪ"]
    assert parts[0].duration_s > 3 * parts[1].duration_s


def test_an_accent_sings_its_own_vowels():
    singer = replace(HARLAN, vowel_map=(("I", "ɑ"),))
    sung = [p.phoneme for p in perform(sung_phrase("night", [50]), character=singer).phonemes if p.kind == "nucleus"]
    assert sung == ["ɑ"]


def test_dynamics_move_as_asked():
    phrase = sung_phrase("oh my love", [50])
    plain, loud = perform(phrase), perform(phrase, take=replace(EXACT, dynamics_db=5.0))
    assert np.allclose(loud.dynamics_db - plain.dynamics_db, 5.0, atol=1e-4)
    assert np.all(np.abs(plain.dynamics_db) < 12.0)


def test_a_note_out_of_range_says_how_to_move_it():
    phrase = sung_phrase("oh my love", [50, HARLAN.range_high_midi + 3], name="chorus.2")
    with pytest.raises(InputError, match=r"chorus\.2.*harlan.*transpose down by 3"):
        perform(phrase)
    with pytest.raises(InputError, match=r"transpose up by 2"):
        perform(sung_phrase("oh my love", [HARLAN.range_low_midi - 2]))


def test_syllables_too_fast_to_sing_are_named():
    phrase = sung_phrase("strength stretched twelve months", [50], quarters="1/16", name="verse-2.3")
    with pytest.raises(InputError, match=r"verse-2\.3.*'\w+'.*(longer|slower)"):
        perform(phrase, tempo_qpm=120.0)
