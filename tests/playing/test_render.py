"""The band is in tune, on time, exact in length and the same every time."""

from __future__ import annotations

import numpy as np
import pytest
from tests import listening

from songwright.documents.arrangement import PerformedNote, PerformedPart
from songwright.errors import InputError, MissingPart
from songwright.playing import SoundFont, find_soundfont, load_soundfont, render_part
from songwright.units import midi_note_to_hz

RATE = 44100


@pytest.fixture(scope="module")
def soundfont() -> SoundFont:
    return load_soundfont()


def note(
    start_s: float, midi_note: int, *, duration_s: float = 0.8, velocity: int = 90, bend_cents: int = 0
) -> PerformedNote:
    return PerformedNote(
        start_s=start_s, duration_s=duration_s, midi_note=midi_note, velocity=velocity, bend_cents=bend_cents
    )


def part(instrument: str, *notes: PerformedNote) -> PerformedPart:
    return PerformedPart(name=instrument, instrument=instrument, notes=notes)


@pytest.mark.parametrize(
    ("instrument", "midi_note"),
    [
        ("acoustic-guitar", 45), ("acoustic-guitar", 64), ("picked-guitar", 57), ("banjo", 62), ("mandolin", 67),
        ("bass", 36), ("upright-bass", 40), ("fiddle", 69), ("pedal-steel", 64), ("piano", 60),
    ],
)  # fmt: skip
def test_instruments_are_in_tune(soundfont: SoundFont, instrument: str, midi_note: int) -> None:
    audio = render_part(
        part(instrument, note(0.0, midi_note)), duration_s=0.8, sample_rate_hz=RATE, soundfont=soundfont, seed=1
    )
    listening.assert_f0_within(audio, midi_note_to_hz(midi_note), cents=9)


def test_an_organ_is_in_tune(soundfont: SoundFont) -> None:
    organ = part("organ", note(0.0, 60, duration_s=2.0))  # its 16-foot pipe lies below the note: look at the spectrum
    audio = render_part(organ, duration_s=2.0, sample_rate_hz=RATE, soundfont=soundfont, seed=1)
    spectrum = np.abs(np.fft.rfft(audio.samples[0] * np.hanning(2 * RATE), 16 * RATE))
    f_hz = (np.argmax(spectrum[16 * 250 : 16 * 274]) + 16 * 250) / 16
    assert 1200 * np.log2(f_hz / midi_note_to_hz(60)) == pytest.approx(0, abs=9)


@pytest.mark.parametrize("instrument", ["acoustic-guitar", "banjo", "bass", "piano", "drums"])
@pytest.mark.parametrize("start_s", [0.2, 0.30071])
def test_plucked_notes_start_on_time(soundfont: SoundFont, instrument: str, start_s: float) -> None:
    midi_note = 38 if instrument in ("drums", "bass") else 60
    audio = render_part(
        part(instrument, note(start_s, midi_note, velocity=110)),
        duration_s=1.0, sample_rate_hz=RATE, soundfont=soundfont, seed=1,
    )  # fmt: skip
    assert not audio.samples[:, : round((start_s - 0.06) * RATE)].any()
    listening.assert_starts_within(audio, start_s, ms=6, threshold_db=-9)


@pytest.mark.parametrize("instrument", ["claps", "stomps"])
def test_hands_and_feet_hit_the_beat_together_but_never_twice_alike(soundfont: SoundFont, instrument: str) -> None:
    hits = part(instrument, *(note(0.25 + 0.5 * i, 39, duration_s=0.1, velocity=110) for i in range(6)))
    audio = render_part(hits, duration_s=3.4, sample_rate_hz=RATE, soundfont=soundfont, seed=3)
    pieces = []
    for i in range(6):
        first = round((0.25 + 0.5 * i - 0.02) * RATE)
        piece = type(audio)(samples=audio.samples[:, first : first + round(0.3 * RATE)], sample_rate_hz=RATE)
        listening.assert_starts_within(piece, 0.02, ms=13, threshold_db=-12)
        pieces.append(piece.samples[0])
    levels_db = [10 * np.log10(np.sum(piece**2)) for piece in pieces]
    assert np.ptp(levels_db) < 6
    correlation = np.corrcoef(pieces)[np.triu_indices(6, 1)]
    assert correlation.max() < 0.995
    # people stand apart: left and right differ
    assert np.corrcoef(audio.samples)[0, 1] < (0.8 if instrument == "claps" else 0.98)


def test_louder_notes_sound_louder_and_brighter_hands(soundfont: SoundFont) -> None:
    def energy(velocity: int) -> float:
        audio = render_part(
            part("claps", note(0.1, 39, velocity=velocity)),
            duration_s=0.5,
            sample_rate_hz=RATE,
            soundfont=soundfont,
            seed=2,
        )
        return float(np.sum(audio.samples.astype(np.float64) ** 2))

    assert 10 * np.log10(energy(120) / energy(60)) == pytest.approx(12, abs=3)


def test_a_bent_note_slides_into_its_pitch(soundfont: SoundFont) -> None:
    bent = part("pedal-steel", note(0.0, 64, duration_s=1.2, bend_cents=-200))
    audio = render_part(bent, duration_s=1.2, sample_rate_hz=RATE, soundfont=soundfont, seed=1)
    f0 = listening.hear_f0_hz(audio)
    early, late = np.median(f0[4:8]), np.median(f0[80:200])
    assert 1200 * np.log2(late / midi_note_to_hz(64)) == pytest.approx(0, abs=9)
    assert -260 < 1200 * np.log2(early / late) < -90


def test_bent_and_plain_notes_at_once_keep_their_own_pitch(soundfont: SoundFont) -> None:
    both = part("fiddle", note(0.0, 62, duration_s=1.0), note(0.0, 69, duration_s=1.0, bend_cents=-100))
    audio = render_part(both, duration_s=1.0, sample_rate_hz=RATE, soundfont=soundfont, seed=1)
    spectrum = np.abs(np.fft.rfft(audio.samples[0, : RATE // 10] * np.hanning(RATE // 10), 8 * RATE))
    around = slice(8 * 280, 8 * 310)  # D4 stays at 293.7 Hz while A4 is still sliding
    assert np.argmax(spectrum[around]) / 8 + 280 == pytest.approx(293.66, rel=0.01)


def test_a_key_struck_again_is_not_silenced_by_its_first_release(soundfont: SoundFont) -> None:
    twice = part("organ", note(0.0, 60, duration_s=1.0), note(0.5, 60, duration_s=1.0))
    audio = render_part(twice, duration_s=1.6, sample_rate_hz=RATE, soundfont=soundfont, seed=1)
    assert np.abs(audio.samples[:, round(1.2 * RATE) : round(1.4 * RATE)]).max() > 1e-3


def test_length_is_exact_sound_is_the_same_and_the_end_does_not_click(soundfont: SoundFont) -> None:
    strum = part("acoustic-guitar", *(note(0.4 + 0.01 * i, midi) for i, midi in enumerate((45, 52, 57, 60, 64))))
    first, second = (
        render_part(strum, duration_s=0.99999, sample_rate_hz=RATE, soundfont=soundfont, seed=1) for _ in range(2)
    )
    assert first.samples.shape == (2, 44100)
    assert first.samples.dtype == np.float32
    np.testing.assert_array_equal(first.samples, second.samples)
    assert np.abs(first.samples).max() < 1.0
    listening.assert_no_clicks(first)


def test_only_the_own_dice_of_a_part_matter(soundfont: SoundFont) -> None:
    claps = part("claps", note(0.1, 39))

    def sound(clap_part: PerformedPart, seed: int) -> np.ndarray:
        return render_part(clap_part, duration_s=0.4, sample_rate_hz=RATE, soundfont=soundfont, seed=seed).samples

    np.testing.assert_array_equal(sound(claps, 1), sound(claps, 1))
    assert not np.array_equal(sound(claps, 1), sound(claps, 2))


def test_what_cannot_be_played_is_refused(soundfont: SoundFont) -> None:
    with pytest.raises(InputError, match="banjo"):
        render_part(part("banjoo", note(0, 60)), duration_s=1, sample_rate_hz=RATE, soundfont=soundfont, seed=1)
    with pytest.raises(InputError, match="does not fit"):
        render_part(part("banjo", note(1.5, 60)), duration_s=1, sample_rate_hz=RATE, soundfont=soundfont, seed=1)


def test_soundfont_is_found_named_or_asked_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: object, soundfont: SoundFont
) -> None:
    assert len(soundfont.sha256) == 64
    monkeypatch.setenv("SONGWRIGHT_SOUNDFONT", str(soundfont.path))
    assert find_soundfont() == soundfont.path
    monkeypatch.setenv("SONGWRIGHT_SOUNDFONT", f"{tmp_path}/none.sf3")
    with pytest.raises(MissingPart, match=r"none\.sf3"):
        find_soundfont()
    monkeypatch.delenv("SONGWRIGHT_SOUNDFONT")
    monkeypatch.setattr("songwright.playing.soundfont._FOLDERS", (str(tmp_path),))
    with pytest.raises(MissingPart, match="apt-get install"):
        find_soundfont()
