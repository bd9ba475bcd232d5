"""What the model is asked to say: tokens, frames, and twins that keep vowels alive."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.phrases import phrases, sung_phrase

from songwright.documents.performance import PhrasePerformance
from songwright.documents.score import Phrase
from songwright.errors import RenderError
from songwright.formats.character_file import load_character
from songwright.performing.voice import VoiceSettings, perform_phrase
from songwright.singing.backends.kokoro import CONTROLS_PER_FRAME, FRAME_S, MAX_TOKENS, PAD_TOKEN, TOKENS
from songwright.singing.render import ENERGY_PER_DB, plan_energy, vowel_spans
from songwright.singing.vowels import LADDER, NASAL_TWINS, VOICED_TWINS, Treatment, plan_tokens, treat_vowels
from songwright.timeline import TempoMap

HARLAN = load_character("harlan")
VOICELESS = {TOKENS[symbol] for symbol in "ptkfθsʃʧ"}
WRITTEN = {number: symbol for symbol, number in TOKENS.items()}


def perform(phrase: Phrase, *, seed: int = 0) -> PhrasePerformance:
    rng = np.random.default_rng(seed)
    take = VoiceSettings(split_diphthongs=bool(seed % 2))
    return perform_phrase(phrase, HARLAN, tempo_map=TempoMap.constant(100.0), settings=take, rng=rng)


def spelled(tokens) -> str:
    return "".join(WRITTEN.get(int(token), "_") for token in tokens)


@settings(max_examples=50, deadline=None)
@given(
    phrase=phrases(),
    seed=st.integers(0, 3),
    twin=st.sampled_from(["", "voiced", "nasal"]),
    repeat_frames=st.sampled_from([0, 3, 5]),
)
def test_the_models_frames_are_the_performances(phrase, seed, twin, repeat_frames):
    performance = perform(phrase, seed=seed)
    plan = plan_tokens(performance.phonemes, twin=twin, repeat_frames=repeat_frames)
    assert plan.tokens.shape == plan.frames.shape
    assert np.all(plan.frames >= 0)
    assert int(plan.frames.sum()) == round(performance.duration_s / FRAME_S)
    assert int(plan.frames.sum()) * CONTROLS_PER_FRAME == performance.f0_hz.size
    assert plan.tokens[0] == plan.tokens[-1] == PAD_TOKEN
    assert int(np.sum(plan.tokens == TOKENS[" "])) == len(phrase.words) - 1
    if repeat_frames:
        vowels = np.isin(plan.tokens, [TOKENS[symbol] for symbol in "AIOWYaeouiɑæɔəɛɪʊʌɜ"])
        assert plan.frames[vowels].max() <= repeat_frames


@settings(max_examples=30, deadline=None)
@given(phrase=phrases(), seed=st.integers(0, 3))
def test_a_twin_is_the_same_text_without_voiceless_sounds(phrase, seed):
    performance = perform(phrase, seed=seed)
    plain = plan_tokens(performance.phonemes)
    for name in ("voiced", "nasal"):
        twin = plan_tokens(performance.phonemes, twin=name)
        assert np.array_equal(twin.frames, plain.frames)
        assert not VOICELESS & set(twin.tokens.tolist())
        spoken = ~np.isin(plain.tokens, [TOKENS[symbol] for symbol in "ptkfθsʃʧh"])
        assert np.array_equal(twin.tokens[spoken], plain.tokens[spoken])


def test_a_phrase_as_the_model_reads_it():
    plan = plan_tokens(perform(sung_phrase("sit, my love", [50])).phonemes)
    assert spelled(plan.tokens).strip("_") == "sˈɪt mI lˈʌv."
    marks = [i for i, token in enumerate(plan.tokens) if WRITTEN.get(int(token)) in ("ˈ", " ")]
    assert not plan.frames[marks].any(), "marks and spaces take no time"
    twin = plan_tokens(perform(sung_phrase("sit, my love", [50])).phonemes, twin="voiced")
    assert spelled(twin.tokens).strip("_").startswith("zˈɪd")


def test_a_rest_inside_a_phrase_is_a_comma_with_its_time():
    phrase = sung_phrase("oh my love", [50], quarters=[1, 1, 2])
    late = replace(phrase.notes[2], start_quarters=phrase.notes[2].start_quarters + 2)
    performance = perform(replace(phrase, notes=(*phrase.notes[:2], late)))
    plan = plan_tokens(performance.phonemes)
    (comma,) = np.flatnonzero(plan.tokens == TOKENS[","])
    assert plan.frames[comma] * FRAME_S == pytest.approx(1.2, abs=0.15)


def test_a_line_longer_than_the_models_table_is_refused():
    performance = perform(sung_phrase(" ".join(["strength stretched twelve months"] * 30), [50]))
    with pytest.raises(RenderError, match=rf"{MAX_TOKENS}; break the line"):
        plan_tokens(performance.phonemes)


def test_every_voiceless_consonant_has_a_voiced_and_a_nasal_twin():
    for symbol in "ptkfθsʃʧ":
        assert TOKENS[VOICED_TWINS[symbol]] not in VOICELESS
        assert TOKENS[NASAL_TWINS[symbol]] not in VOICELESS
    assert len({(rung.weight, rung.twin, rung.repeat_frames) for rung in LADDER}) == len(LADDER)


def test_treatment_touches_vowels_only(voice):
    performance = perform(sung_phrase("sit still", [50]))
    plan = plan_tokens(performance.phonemes)
    features = voice.prosody(plan.tokens, HARLAN.style, plan.frames).features
    none, twin = Treatment(name="none", weight=0.0), Treatment(name="twin", weight=1.0, twin="voiced")
    assert np.array_equal(treat_vowels(features, performance, (none, none), HARLAN.style, voice), features)
    treated = treat_vowels(features, performance, (none, twin), HARLAN.style, voice)
    changed = np.any(treated[0] != features[0], axis=0)
    (_, first, last) = vowel_spans(performance)[1]
    inside = np.zeros_like(changed)
    inside[first // CONTROLS_PER_FRAME : last // CONTROLS_PER_FRAME] = True
    assert np.array_equal(changed, inside)


def test_the_voice_speaks_with_as_many_controls_as_frames(voice):
    performance = perform(sung_phrase("oh my love", [50]))
    plan = plan_tokens(performance.phonemes)
    prosody = voice.prosody(plan.tokens, HARLAN.style, plan.frames)
    assert prosody.features.shape == (1, 512, int(plan.frames.sum()))
    assert prosody.energy.shape == prosody.f0_hz.shape == performance.f0_hz.shape


def test_energy_holds_a_vowel_and_follows_the_dynamics():
    performance = perform(sung_phrase("oh my love", [50], quarters=2))
    n = performance.f0_hz.size
    level = replace(performance, dynamics_db=np.zeros(n, dtype=np.float32))
    # As the model's: fading through each vowel.
    spoken = np.full(n, 2.0, dtype=np.float32)
    spans = vowel_spans(level)
    for _, first, last in spans:
        spoken[first:last] = np.linspace(6.0, 1.0, last - first)
    energy = plan_energy(level, spoken, (0.0, 0.0, 0.5))
    held = [energy[first + 4 : last - 4] for _, first, last in spans]
    assert all(np.ptp(part) < 1e-5 for part in held), "no fading"
    assert held[1].mean() == pytest.approx(held[0].mean(), abs=1e-5)
    assert held[2].mean() - held[0].mean() == pytest.approx(0.5, abs=1e-5)
    loud = plan_energy(replace(level, dynamics_db=np.full(n, 6.0, dtype=np.float32)), spoken, (0.0, 0.0, 0.5))
    assert np.allclose(loud - energy, 6.0 * ENERGY_PER_DB, atol=1e-4)
    assert pytest.approx(np.log(10.0) / 20.0, abs=1e-4) == ENERGY_PER_DB
