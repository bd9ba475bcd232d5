"""How a character sings a phrase: when each phoneme sounds, and the curves of pitch and dynamics.

One rule of singing, stated once: **the vowel starts on the note's start; leading consonants borrow time before it.**

Sources: f0 features (overshoot-free glide, vibrato, fine fluctuation) after Saitou, Goto, Unoki and Akagi,
"Speech-to-singing synthesis" (2007), section 3; vibrato's slow start and varying cycles after Prame (1994, 1997);
consonant timing after Sundberg, "The Science of the Singing Voice" (1987), chapter 6: vowel onsets, not consonants,
fall on the beat.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from songwright.documents.character import Character
from songwright.documents.lyric import Syllable
from songwright.documents.performance import CONTROL_HOP_S, PhrasePerformance, TimedNote, TimedPhoneme
from songwright.documents.score import Note, Phrase
from songwright.errors import InputError
from songwright.timeline import TempoMap
from songwright.units import midi_note_to_hz

FRAME_S: Final = 2 * CONTROL_HOP_S
"""Phoneme boundaries lie on the voice's frames of 25 ms, counted from the phrase's first vowel."""

CONSONANT_S: Final[dict[str, float]] = {
    "p": 0.075, "t": 0.075, "k": 0.080, "b": 0.060, "d": 0.055, "ɡ": 0.060, "ɾ": 0.030,
    "f": 0.095, "v": 0.060, "θ": 0.085, "ð": 0.050, "s": 0.105, "z": 0.080, "ʃ": 0.110, "ʒ": 0.080, "h": 0.060,
    "ʧ": 0.110, "ʤ": 0.085, "m": 0.065, "n": 0.060, "ŋ": 0.070, "l": 0.060, "ɹ": 0.060, "w": 0.060, "j": 0.055,
}  # fmt: skip
"""Seconds of a consonant in running song. Longer than in the model's own speech (`bench/consonants.py`): with the
model's lengths Whisper lost more words (12 lines of mill-town 0.18 to 0.26, 8 of porch-light 0.39 to 0.40)."""
UNVOICED: Final = frozenset("ptkfθsʃhʧ")

HELD_DIPHTHONGS: Final[dict[str, tuple[str, str]]] = {
    "A": ("e", "ɪ"), "I": ("a", "ɪ"), "O": ("o", "ʊ"), "W": ("a", "ʊ"), "Y": ("ɔ", "ɪ"),
}  # fmt: skip
"""A diphthong held: the nucleus, then a late glide (Sundberg 1987: singers hold the first target)."""
GLIDE_S: Final = 0.10
"""Length of a held diphthong's closing glide."""
SPLIT_FROM_S: Final = 0.35
"""Diphthongs on notes at least this long are split when the settings ask for it."""

LEGATO_GAP_S: Final = 0.06
"""Two notes with less than this between them are joined."""
MAX_CLUSTER_SHARE: Final = 0.55
"""Consonants between two vowels take at most this share of the time between them."""
LEAD_S: Final = 0.25
TAIL_S: Final = 0.20
"""Silence rendered before and after a phrase, so that the voice starts and ends by itself. With 0.12 s before it the
first word was lost: word errors of 12 lines of mill-town 0.26, with 0.25 s 0.17."""
RELEASE_S: Final = 0.09


@dataclass(frozen=True, kw_only=True)
class VoiceSettings:
    """How this take is sung.

    Parameters
    ----------
    split_diphthongs
        Hold the first target of a long diphthong and glide late.
    timing_spread_s
        Standard deviation of note starts around the score (a double's is larger).
    detune_spread_cents
        Standard deviation of a note's intonation.
    vibrato
        Factor on the character's vibrato depth.
    consonants
        Factor on the length of consonants: above 1 for clearer words.
    dynamics_db
        Level of the whole phrase against a normal sung vowel.
    """

    split_diphthongs: bool = False
    timing_spread_s: float = 0.006
    detune_spread_cents: float = 3.0
    vibrato: float = 1.0
    consonants: float = 1.0
    dynamics_db: float = 0.0


@dataclass(frozen=True, kw_only=True)
class _SungSyllable:
    syllable: Syllable
    word_index: int
    note_indices: tuple[int, ...]


def perform_phrase(
    phrase: Phrase, character: Character, *, tempo_map: TempoMap, settings: VoiceSettings, rng: np.random.Generator
) -> PhrasePerformance:
    """Plan how ``character`` sings ``phrase``.

    Parameters
    ----------
    phrase
        Words on notes, in score time.
    character
        Who sings: range, accent, timing, scoop, glide and vibrato.
    tempo_map
        Score time to seconds of the file.
    settings
        Choices of this take.
    rng
        Dice of this phrase and take.

    Raises
    ------
    InputError
        If a note is outside the character's range or syllables follow each other faster than anyone can sing.
    """
    _check_range(phrase, character)
    starts_s = _note_starts_s(phrase, character, tempo_map, settings, rng)
    ends_s = _note_ends_s(phrase, tempo_map, starts_s)
    sung = _sung_syllables(phrase.notes)
    phonemes = _time_phonemes(phrase, character, sung, starts_s, ends_s, settings)
    origin_s = phonemes[0].start_s - LEAD_S
    # The excerpt begins a whole number of frames before the first vowel.
    first_vowel_s = starts_s[0]
    n_lead = math.ceil((first_vowel_s - origin_s) / FRAME_S - 1e-6)
    origin_s = first_vowel_s - n_lead * FRAME_S
    end_s = phonemes[-1].start_s + phonemes[-1].duration_s + TAIL_S
    n_frames = math.ceil((end_s - origin_s) / FRAME_S)
    snapped = _snap(phonemes, origin_s, n_frames)
    n_controls = 2 * n_frames
    times_s = np.asarray(origin_s + (np.arange(n_controls) + 0.5) * CONTROL_HOP_S, dtype=np.float64)
    voiced = np.zeros(n_controls, dtype=bool)
    for phoneme in snapped:
        if phoneme.voiced:
            first = round((phoneme.start_s - origin_s) / CONTROL_HOP_S)
            voiced[first : first + round(phoneme.duration_s / CONTROL_HOP_S)] = True
    cents = _pitch_curve_cents(phrase.notes, character, starts_s, ends_s, times_s, settings, rng)
    return PhrasePerformance(
        phrase=phrase.name,
        text=" ".join(word.text for word in phrase.words),
        start_s=origin_s,
        duration_s=n_frames * FRAME_S,
        phonemes=snapped,
        notes=tuple(
            TimedNote(start_s=s, duration_s=e - s, midi_note=note.midi_note, word_index=note.word_index)
            for note, s, e in zip(phrase.notes, starts_s, ends_s, strict=True)
        ),
        f0_hz=np.asarray(midi_note_to_hz(0.0) * 2.0 ** (cents / 1200.0), dtype=np.float32),
        voiced=voiced,
        dynamics_db=_dynamics_curve_db(phrase, sung, starts_s, ends_s, times_s, settings),
    )


def _check_range(phrase: Phrase, character: Character) -> None:
    low = min(note.midi_note for note in phrase.notes)
    high = max(note.midi_note for note in phrase.notes)
    if low < character.range_low_midi or high > character.range_high_midi:
        by = max(character.range_low_midi - low, high - character.range_high_midi)
        way = "up" if low < character.range_low_midi else "down"
        raise InputError(
            f"phrase {phrase.name}: notes {low} to {high} (MIDI) lie outside {character.name}'s range "
            f"{character.range_low_midi} to {character.range_high_midi}; transpose {way} by {by} semitones "
            "or choose another singer"
        )


def _note_starts_s(
    phrase: Phrase, character: Character, tempo_map: TempoMap, settings: VoiceSettings, rng: np.random.Generator
) -> list[float]:
    # A singer's deviation drifts: neighbouring notes share most of it (first-order autoregression, 0.6).
    drift, starts = 0.0, []
    for note in phrase.notes:
        drift = 0.6 * drift + 0.8 * settings.timing_spread_s * float(rng.standard_normal())
        drift = float(np.clip(drift, -2.5 * settings.timing_spread_s, 2.5 * settings.timing_spread_s))
        starts.append(tempo_map.quarters_to_seconds(note.start_quarters) + character.timing_s + drift)
    for i in range(1, len(starts)):
        starts[i] = max(starts[i], starts[i - 1] + 0.06)
    return starts


def _note_ends_s(phrase: Phrase, tempo_map: TempoMap, starts_s: Sequence[float]) -> list[float]:
    ends = []
    for i, note in enumerate(phrase.notes):
        end = tempo_map.quarters_to_seconds(note.end_quarters)
        if i + 1 < len(starts_s) and starts_s[i + 1] - end < LEGATO_GAP_S:
            end = starts_s[i + 1]
        ends.append(max(end, starts_s[i] + 0.06))
    return ends


def _sung_syllables(notes: Sequence[Note]) -> list[_SungSyllable]:
    groups: list[list[int]] = []
    for i, note in enumerate(notes):
        if note.syllable is not None:
            groups.append([i])
        else:
            groups[-1].append(i)
    result = []
    for group in groups:
        first = notes[group[0]]
        assert first.syllable is not None
        result.append(_SungSyllable(syllable=first.syllable, word_index=first.word_index, note_indices=tuple(group)))
    return result


def _nucleus_parts(
    syllable: Syllable, duration_s: float, character: Character, settings: VoiceSettings
) -> list[tuple[str, float]]:
    """The vowel's symbols with their seconds; together they last ``duration_s``."""
    nucleus = dict(character.vowel_map).get(syllable.nucleus, syllable.nucleus)
    if len(nucleus) == 2:
        # "ɜɹ": a held ɹ dies, so the vowel is held and the ɹ closes it.
        closing = min(0.07, 0.3 * duration_s)
        return [(nucleus[0], duration_s - closing), (nucleus[1], closing)]
    if settings.split_diphthongs and nucleus in HELD_DIPHTHONGS and duration_s >= SPLIT_FROM_S:
        held, glide = HELD_DIPHTHONGS[nucleus]
        return [(held, duration_s - GLIDE_S), (glide, GLIDE_S)]
    return [(nucleus, duration_s)]


def _time_phonemes(
    phrase: Phrase,
    character: Character,
    sung: Sequence[_SungSyllable],
    starts_s: Sequence[float],
    ends_s: Sequence[float],
    settings: VoiceSettings,
) -> list[TimedPhoneme]:
    phonemes: list[TimedPhoneme] = []

    def add(symbol: str, kind: str, start: float, duration: float, group: _SungSyllable) -> None:
        phonemes.append(
            TimedPhoneme(
                phoneme=symbol, kind=kind, start_s=start, duration_s=duration, note_index=group.note_indices[0],
                word_index=group.word_index, stress=group.syllable.stress,
                voiced=symbol not in UNVOICED,
            )
        )  # fmt: skip

    def add_run(symbols: Sequence[str], kind: str, start: float, total: float, group: _SungSyllable) -> None:
        natural = sum(CONSONANT_S[symbol] for symbol in symbols)
        for symbol in symbols:
            add(symbol, kind, start, CONSONANT_S[symbol] * total / natural, group)
            start += CONSONANT_S[symbol] * total / natural

    def natural_s(symbols: Sequence[str]) -> float:
        unknown = [symbol for symbol in symbols if symbol not in CONSONANT_S]
        if unknown:
            raise InputError(f"phrase {phrase.name}: no such consonant: {' '.join(unknown)}")
        return settings.consonants * sum(CONSONANT_S[symbol] for symbol in symbols)

    onset_s = natural_s(sung[0].syllable.onset)
    add_run(sung[0].syllable.onset, "onset", starts_s[0] - onset_s, onset_s, sung[0])
    for i, group in enumerate(sung):
        start, end = starts_s[group.note_indices[0]], ends_s[group.note_indices[-1]]
        coda = group.syllable.coda
        following = sung[i + 1] if i + 1 < len(sung) else None
        coda_s = natural_s(coda)
        if following is not None and starts_s[following.note_indices[0]] - end < LEGATO_GAP_S:
            next_start = starts_s[following.note_indices[0]]
            onset_s = natural_s(following.syllable.onset)
            squeeze = min(1.0, MAX_CLUSTER_SHARE * (next_start - start) / max(coda_s + onset_s, 1e-9))
            coda_s, onset_s = coda_s * squeeze, onset_s * squeeze
            vowel_end = next_start - coda_s - onset_s
        else:
            next_start = starts_s[following.note_indices[0]] if following is not None else math.inf
            coda_s *= min(1.0, MAX_CLUSTER_SHARE * (end - start) / max(coda_s, 1e-9))
            # A closing consonant sounds half inside the note and half after it.
            vowel_end = end - 0.5 * coda_s
            onset_s = natural_s(following.syllable.onset) if following is not None else 0.0
            onset_s = min(onset_s, max(next_start - vowel_end - coda_s, 0.03))
        if vowel_end - start < 0.045:
            raise InputError(
                f"phrase {phrase.name}: the syllable {group.syllable.text!r} has {end - start:.2f} s: too short to "
                "sing; give it a longer note or a slower tempo"
            )
        for symbol, duration in _nucleus_parts(group.syllable, vowel_end - start, character, settings):
            add(symbol, "nucleus", start, duration, group)
            start += duration
        add_run(coda, "coda", vowel_end, coda_s, group)
        if following is not None:
            add_run(following.syllable.onset, "onset", next_start - onset_s, onset_s, following)
    return phonemes


def _snap(phonemes: Sequence[TimedPhoneme], origin_s: float, n_frames: int) -> tuple[TimedPhoneme, ...]:
    """Put every boundary on a frame; each phoneme keeps at least one frame, and gaps become pauses."""
    first = [round((p.start_s - origin_s) / FRAME_S) for p in phonemes]
    last = [round((p.start_s + p.duration_s - origin_s) / FRAME_S) for p in phonemes]
    for i in range(len(phonemes) - 1):
        if abs(phonemes[i].start_s + phonemes[i].duration_s - phonemes[i + 1].start_s) < 1e-6:
            last[i] = first[i + 1]
    # Borrow a frame from the vowel before (or, at a phrase's head, from the silence) for what would have none.
    for i in range(len(phonemes) - 1, -1, -1):
        if last[i] - first[i] < 1:
            first[i] = last[i] - 1
            for j in range(i - 1, -1, -1):
                if last[j] <= first[j + 1]:
                    break
                last[j] = first[j + 1]
                if last[j] - first[j] >= 1:
                    break
                first[j] = last[j] - 1
    result: list[TimedPhoneme] = []

    def pause(start: int, stop: int, word_index: int) -> None:
        if stop > start:
            result.append(
                TimedPhoneme(
                    phoneme="", kind="pause", start_s=origin_s + start * FRAME_S, duration_s=(stop - start) * FRAME_S,
                    note_index=-1, word_index=word_index, stress=0, voiced=False,
                )
            )  # fmt: skip

    position = 0
    for i, phoneme in enumerate(phonemes):
        pause(position, first[i], phoneme.word_index)
        result.append(
            TimedPhoneme(
                phoneme=phoneme.phoneme, kind=phoneme.kind, start_s=origin_s + first[i] * FRAME_S,
                duration_s=(last[i] - first[i]) * FRAME_S, note_index=phoneme.note_index,
                word_index=phoneme.word_index, stress=phoneme.stress, voiced=phoneme.voiced,
            )
        )  # fmt: skip
        position = last[i]
    pause(position, n_frames, phonemes[-1].word_index)
    return tuple(result)


def _pitch_curve_cents(
    notes: Sequence[Note],
    character: Character,
    starts_s: Sequence[float],
    ends_s: Sequence[float],
    times_s: npt.NDArray[np.float64],
    settings: VoiceSettings,
    rng: np.random.Generator,
) -> npt.NDArray[np.float64]:
    """Pitch in cents above MIDI note 0."""
    targets = [100.0 * note.midi_note + settings.detune_spread_cents * float(rng.standard_normal()) for note in notes]
    curve = np.full(times_s.shape, targets[0])
    for i in range(1, len(notes)):
        # The glide is over soon after the vowel has begun: heard as the new note, not as a slide into it.
        glide_s = min(character.portamento_s, 0.4 * (starts_s[i] - starts_s[i - 1]))
        progress = np.clip((times_s - (starts_s[i] - 0.75 * glide_s)) / max(glide_s, 1e-3), 0.0, 1.0)
        curve += (targets[i] - targets[i - 1]) * (0.5 - 0.5 * np.cos(np.pi * progress))
    for i, (start, end) in enumerate(zip(starts_s, ends_s, strict=True)):
        begins = i == 0 or start - ends_s[i - 1] > LEGATO_GAP_S
        if begins:
            # A scoop rises within 70 ms; before the vowel the pitch waits below.
            rise = np.clip((times_s - (start - 0.03)) / 0.07, 0.0, 1.0)
            region = (times_s < end) & (times_s >= (ends_s[i - 1] if i else -math.inf))
            curve -= np.where(region, character.scoop_cents * (0.5 + 0.5 * np.cos(np.pi * rise)), 0.0)
        curve += _vibrato_cents(times_s, start, end, character, settings, rng)
    # Fine fluctuation: noise below about 8 Hz, a few cents (Saitou 2007, section 3.2.4).
    noise = rng.standard_normal(times_s.size + 16)
    fine = np.convolve(noise, np.hanning(15) / np.hanning(15).sum(), mode="same")[8:-8]
    return np.asarray(curve + 2.5 * fine / max(float(np.std(fine)), 1e-9), dtype=np.float64)


def _vibrato_cents(
    times_s: npt.NDArray[np.float64],
    start_s: float,
    end_s: float,
    character: Character,
    settings: VoiceSettings,
    rng: np.random.Generator,
) -> npt.NDArray[np.float64]:
    rate = character.vibrato_rate_hz * (1.0 + 0.05 * float(rng.standard_normal()))
    depth = character.vibrato_depth_cents * settings.vibrato * (1.0 + 0.15 * float(rng.standard_normal()))
    wander = 0.25 * float(rng.standard_normal())
    from_s = start_s + character.vibrato_delay_s
    if end_s - from_s < 1.0 / character.vibrato_rate_hz:
        return np.zeros(times_s.shape)
    local = times_s - from_s
    # Rate rises slightly toward the end of a note (Prame 1994: the last cycles are about 15 % faster).
    span = end_s - from_s
    phase = rate * (local + 0.075 * np.clip(local, 0.0, span) ** 2 / span) + wander
    swell = np.clip(local / 0.35, 0.0, 1.0) * np.clip((end_s - times_s) / 0.06, 0.0, 1.0)
    shape = np.sin(2.0 * np.pi * phase) - np.sin(2.0 * np.pi * wander) * np.clip(1.0 - local / 0.2, 0.0, 1.0)
    return np.asarray(np.where((local >= 0) & (times_s < end_s), depth * swell * shape, 0.0), dtype=np.float64)


def _dynamics_curve_db(
    phrase: Phrase,
    sung: Sequence[_SungSyllable],
    starts_s: Sequence[float],
    ends_s: Sequence[float],
    times_s: npt.NDArray[np.float64],
    settings: VoiceSettings,
) -> npt.NDArray[np.float32]:
    """Phrase arch, accents, a swell on held notes and the release, in dB around a normal sung vowel."""
    begin, end = starts_s[0], ends_s[-1]
    place = np.clip((times_s - begin) / max(end - begin, 1e-3), 0.0, 1.0)
    curve = settings.dynamics_db + 1.2 * (np.sin(np.pi * place**0.85) - 0.6)
    for group in sung:
        start, stop = starts_s[group.note_indices[0]], ends_s[group.note_indices[-1]]
        accent = 0.8 if group.syllable.stress == 1 and not phrase.words[group.word_index].is_function_word else -0.5
        inside = (times_s >= start - 0.05) & (times_s < stop)
        curve = curve + np.where(inside, accent, 0.0)
        if stop - start > 0.6:
            swell = np.sin(np.pi * np.clip((times_s - start) / (stop - start), 0.0, 1.0))
            curve = curve + np.where(inside, 1.0 * swell - 0.3, 0.0)
    smooth = np.convolve(np.pad(curve, 4, mode="edge"), np.hanning(9) / np.hanning(9).sum(), mode="same")[4:-4]
    release = np.clip((times_s - (end - RELEASE_S)) / RELEASE_S, 0.0, 1.0)
    return np.asarray(smooth - 3.0 * release, dtype=np.float32)
