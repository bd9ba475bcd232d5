"""The singer listens to itself, and the real voice sings what is written: in tune, alive, the same each time."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
from tests.phrases import cached_words, sung_phrase
from tests.signals import pulse_voice, white_noise

from songwright.documents.audio import Audio
from songwright.documents.character import Character
from songwright.documents.performance import PhrasePerformance
from songwright.formats.character_file import load_character
from songwright.hearing.pitch import measure_sung_pitch, track_pitch
from songwright.hearing.words import measure_word_error_rate, transcribe
from songwright.performing.voice import VoiceSettings, perform_phrase
from songwright.singing import takes
from songwright.singing.backends.kokoro import PAD_TOKEN, SAMPLE_RATE_HZ, TOKENS
from songwright.singing.render import render_phrase
from songwright.singing.source import render_source
from songwright.singing.takes import Articulation, Take, hear_notes, measure_vowel_level_db, ride_notes, sing_phrase
from songwright.singing.vowels import LADDER
from songwright.timeline import TempoMap

SEED = np.random.SeedSequence(7)


def perform(text: str, midi_notes: list[int], character: Character, *, tempo_qpm: float = 130.0) -> PhrasePerformance:
    performance = perform_phrase(
        sung_phrase(text, midi_notes),
        character,
        tempo_map=TempoMap.constant(tempo_qpm),
        settings=VoiceSettings(),
        rng=np.random.default_rng(0),
    )
    return at_zero(performance)


def at_zero(performance: PhrasePerformance) -> PhrasePerformance:
    """The same performance with its first sample at 0 s."""
    by_s = -performance.start_s
    return replace(
        performance,
        start_s=0.0,
        phonemes=tuple(replace(phoneme, start_s=phoneme.start_s + by_s) for phoneme in performance.phonemes),
        notes=tuple(replace(note, start_s=note.start_s + by_s) for note in performance.notes),
    )


# --- hearing and riding, on sounds with known answers ----------------------------------------------------------------


@pytest.fixture(scope="module")
def planned() -> PhrasePerformance:
    performance = perform("oh my love oh my love", [48, 50, 52], load_character("harlan"), tempo_qpm=80.0)
    return replace(performance, dynamics_db=np.zeros_like(performance.dynamics_db))


def vowels_s(performance: PhrasePerformance) -> list[tuple[float, float]]:
    return [(p.start_s, p.start_s + p.duration_s) for p in performance.phonemes if p.kind == "nucleus"]


def acted(performance: PhrasePerformance, levels_db: dict[int, float], whispered: set[int]) -> Audio:
    """Vowels as pulses through resonators at chosen levels; some whispered."""
    samples = np.zeros(round(performance.duration_s * SAMPLE_RATE_HZ), dtype=np.float32)
    for i, (start_s, end_s) in enumerate(vowels_s(performance)):
        make = {"duration_s": end_s - start_s, "sample_rate_hz": SAMPLE_RATE_HZ, "rms_db": -20.0 + levels_db.get(i, 0)}
        sound = white_noise(**make) if i in whispered else pulse_voice(130.0, **make)
        first = round(start_s * SAMPLE_RATE_HZ)
        samples[first : first + sound.n_samples] += sound.samples[0]
    return Audio(samples=samples[None, :], sample_rate_hz=SAMPLE_RATE_HZ)


def test_a_whispered_and_a_faint_note_are_heard_as_weak(planned):
    hearings = hear_notes(acted(planned, {4: -20.0}, {1}), planned)
    assert [hearing.weak for hearing in hearings] == [False, True, False, False, True, False]
    assert hearings[1].voiced_share < 0.2
    assert hearings[4].level_db == pytest.approx(-20.0, abs=1.0)
    assert hearings[0].voiced_share > 0.9


def test_riding_evens_out_what_the_plan_does_not_ask_for(planned):
    uneven = acted(planned, {1: -9.0, 4: 8.0}, set())
    ridden = ride_notes(uneven, planned)

    def levels(audio: Audio) -> np.ndarray:
        rows = [audio.samples[0][round(a * SAMPLE_RATE_HZ) : round(b * SAMPLE_RATE_HZ)] for a, b in vowels_s(planned)]
        return np.asarray([measure_vowel_level_db(row) for row in rows])

    spread_before, spread_after = np.ptp(levels(uneven)), np.ptp(levels(ridden))
    assert spread_before > 15.0
    assert spread_after <= 2 * takes.RIDE_TOLERANCE_DB + 1.0
    plan = planned.dynamics_db.copy()
    first, last = (round(at_s / 0.0125) for at_s in vowels_s(planned)[1])
    plan[first:last] -= 9.0
    last_first, last_last = (round(at_s / 0.0125) for at_s in vowels_s(planned)[4])
    plan[last_first:last_last] += 8.0
    asked_for = ride_notes(uneven, replace(planned, dynamics_db=plan))
    assert levels(asked_for) == pytest.approx(levels(uneven), abs=1.5)


def test_a_level_is_in_decibels():
    tone = pulse_voice(130.0, duration_s=1.0, sample_rate_hz=SAMPLE_RATE_HZ, rms_db=-23.0)
    assert measure_vowel_level_db(tone.samples[0]) == pytest.approx(-23.0, abs=0.7)


# --- the real voice -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sung:
    character: Character
    performance: PhrasePerformance
    take: Take


@pytest.fixture(scope="module", params=[("harlan", [50, 53, 48, 51]), ("maren", [60, 64, 57, 62])], ids=lambda p: p[0])
def sung(request, voice) -> Sung:
    name, midi_notes = request.param
    character = load_character(name)
    performance = perform("river runs home", midi_notes, character)
    take = sing_phrase(performance, character, voice, articulation=None, max_retakes=1, seed=SEED)
    return Sung(character=character, performance=performance, take=take)


def test_the_voice_sings_the_notes_that_are_written(sung):
    audio = sung.take.audio
    assert audio.sample_rate_hz == SAMPLE_RATE_HZ
    assert audio.samples.shape == (1, round(sung.performance.duration_s * SAMPLE_RATE_HZ))
    assert np.all(np.isfinite(audio.samples))
    assert 0.02 < np.max(np.abs(audio.samples)) < 1.5
    heard = measure_sung_pitch(audio, (sung.performance,))
    assert heard.median_cents < 20.0
    assert heard.within_50_share > 0.75
    assert heard.n_dead_notes == 0


def test_every_vowel_is_voiced(sung):
    voiced = track_pitch(sung.take.audio.samples[0], SAMPLE_RATE_HZ).voiced
    for start_s, end_s in vowels_s(sung.performance):
        inside = voiced[round((start_s + 0.03) / 0.005) : round((end_s - 0.02) / 0.005)]
        assert inside.mean() > takes.WEAK_VOICING
    assert len(sung.take.hearings) == len(sung.performance.notes)


def test_the_phrase_begins_and_ends_in_silence(sung):
    samples = sung.take.audio.samples[0]
    edge, peak = SAMPLE_RATE_HZ // 50, np.max(np.abs(samples))
    assert np.max(np.abs(samples[:edge])) < 0.03 * peak
    assert np.max(np.abs(samples[-edge:])) < 0.03 * peak


def test_the_same_take_again_is_the_same_to_the_bit(sung, voice):
    audio = render_phrase(
        sung.performance,
        sung.character,
        voice,
        treatments=sung.take.articulation.treatments,
        energy_boosts=sung.take.articulation.boosts,
        rng=np.random.default_rng(SEED),
    )
    again = ride_notes(audio, sung.performance)
    assert np.array_equal(again.samples, sung.take.audio.samples)


def test_retakes_climb_where_a_note_is_weak_and_the_best_is_kept(voice, monkeypatch):
    """The ear follows a script, so that it is known which of three takes is the best; the voice is real."""
    maren = load_character("maren")
    performance = perform("sit", [62], maren)
    script = [takes.NoteHearing(voiced_share=share, level_db=0.0) for share in (0.2, 0.5, 0.3)]
    ways: list[tuple[int, float]] = []
    renders: list[Audio] = []
    real_render = takes.render_phrase

    def render(*args, **how):
        ways.append((LADDER.index(how["treatments"][0]), how["energy_boosts"][0]))
        renders.append(real_render(*args, **how))
        return renders[-1]

    monkeypatch.setattr(takes, "render_phrase", render)
    monkeypatch.setattr(takes, "hear_notes", lambda audio, performance: (script[len(renders) - 1],))
    lead = sing_phrase(performance, maren, voice, articulation=None, max_retakes=2, seed=SEED)
    assert lead.n_renders == len(renders) == 3
    assert ways[0] == (0, 0.0)
    assert ways[1][0] == ways[0][0] + 2, "a very weak note climbs two rungs at once"
    assert ways[2][0] == ways[1][0] + 1
    assert 0.0 < ways[1][1] < ways[2][1], "and gets more energy each time"
    assert (lead.articulation.rungs[0], lead.articulation.boosts[0]) == ways[1]
    assert lead.hearings == (script[1],)
    assert np.array_equal(lead.audio.samples, ride_notes(renders[1], performance).samples)
    assert not np.array_equal(renders[0].samples, renders[1].samples)
    # A double begins where the lead arrived; with the same dice it is the same take.
    monkeypatch.undo()
    double = sing_phrase(performance, maren, voice, articulation=lead.articulation, max_retakes=0, seed=SEED)
    assert double.n_renders == 1
    assert double.articulation == lead.articulation
    assert np.array_equal(double.audio.samples, lead.audio.samples)


def test_a_take_without_a_weak_note_is_not_sung_again(voice, monkeypatch):
    monkeypatch.setattr(takes, "hear_notes", lambda *_: (takes.NoteHearing(voiced_share=1.0, level_db=0.0),))
    harlan = load_character("harlan")
    take = sing_phrase(perform("oh", [50], harlan), harlan, voice, articulation=None, max_retakes=3, seed=SEED)
    assert take.n_renders == 1
    assert take.articulation == Articulation.plain(1)


def test_the_voice_speaks_and_the_ear_hears_every_word(voice):
    """The three pieces of the model, put together again, are a speaker that a listener understands."""
    text = "The river carried my brother home in the morning"
    maren = load_character("maren")
    tokens = [PAD_TOKEN]
    for i, word in enumerate(cached_words(text)):
        tokens += [TOKENS[" "]] if i else []
        for syllable in word.syllables:
            stress = {1: ["ˈ"], 2: ["ˌ"]}.get(syllable.stress, [])
            tokens += [TOKENS[symbol] for symbol in (*syllable.onset, *stress, *syllable.nucleus, *syllable.coda)]
    tokens += [TOKENS["."], PAD_TOKEN]
    numbers = np.asarray(tokens, dtype=np.int64)
    frames = np.maximum(np.round(voice.natural_frames(numbers, maren.style)), 1).astype(np.int64)
    assert 1.5 < float(frames.sum()) * 0.025 < 6.0, "a sentence of nine words"
    prosody = voice.prosody(numbers, maren.style, frames)
    voiced = prosody.f0_hz > 10.0
    source = render_source(
        np.where(voiced, prosody.f0_hz, 200.0).astype(np.float32),
        voiced,
        weights=voice.source_weights,
        bias=voice.source_bias,
        sample_rate_hz=SAMPLE_RATE_HZ,
        rng=np.random.default_rng(0),
    )
    samples = voice.decode(prosody.features, np.where(voiced, prosody.f0_hz, 0.0), prosody.energy, maren.style, source)
    assert samples.size == frames.sum() * 600
    heard = transcribe(np.pad(samples, 6000), SAMPLE_RATE_HZ)
    assert measure_word_error_rate(text, heard) <= 0.25, heard
