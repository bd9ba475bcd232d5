"""WAV, FLAC and MP3: what was written is heard again, by other programs too, and equal sound gives equal files."""

from __future__ import annotations

import json
import math
import shutil
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest
from mutagen.flac import FLAC
from mutagen.id3 import ID3

from songwright.documents.audio import Audio
from songwright.errors import InputError, RenderError
from songwright.formats.flac import read_flac, write_flac
from songwright.formats.mp3 import read_mp3, write_mp3
from songwright.formats.pcm import audio_to_pcm
from songwright.formats.tags import AudioTags
from songwright.formats.wav import read_wav, write_wav

TAGS = AudioTags(title="Mill Town – čaj", artist="The Weir", lyrics="The river\nremembers", tempo_qpm=96.0)
STEP = 2.0**-23


def tune(seconds: float = 1.0, *, gain: float = 0.7, sample_rate_hz: int = 44100) -> Audio:
    t = np.arange(int(seconds * sample_rate_hz)) / sample_rate_hz
    left = gain * np.sin(2 * np.pi * 440 * t) * np.minimum(1, 20 * t)
    return Audio(samples=np.stack([left, 0.5 * left[::-1]]).astype(np.float32), sample_rate_hz=sample_rate_hz)


def test_wav_24_bit_comes_back_within_half_a_step(tmp_path: Path) -> None:
    write_wav(tmp_path / "a.wav", tune())
    again = read_wav(tmp_path / "a.wav")
    assert again.sample_rate_hz == 44100
    assert float(np.max(np.abs(again.samples - tune().samples))) <= 0.5 * STEP


def test_full_scale_fits_and_more_is_refused(tmp_path: Path) -> None:
    edge = Audio(samples=np.array([[1.0, -1.0]], np.float32), sample_rate_hz=44100)
    write_wav(tmp_path / "a.wav", edge)
    np.testing.assert_array_equal(read_wav(tmp_path / "a.wav").samples, np.array([[1 - STEP, -1]], np.float32))
    with pytest.raises(RenderError, match=r"a\.wav: the sound reaches \+0\.83 dBFS, first at 0\.0"):
        write_wav(tmp_path / "a.wav", tune(gain=1.1))
    np.testing.assert_array_equal(read_wav(tmp_path / "a.wav").samples, np.array([[1 - STEP, -1]], np.float32))


@pytest.mark.parametrize("sample_format", ["pcm24", "float32"])
def test_what_is_not_a_number_is_refused(tmp_path: Path, sample_format: str) -> None:
    samples = tune().samples.copy()
    samples[1, 441] = np.nan
    with pytest.raises(RenderError, match=r"not numbers, first at 0\.010 s"):
        write_wav(tmp_path / "a.wav", Audio(samples=samples, sample_rate_hz=44100), sample_format=sample_format)  # type: ignore[arg-type]


def test_float_wav_is_exact_beyond_full_scale_and_carries_no_time(tmp_path: Path) -> None:
    loud = tune(0.1, gain=3.0)
    write_wav(tmp_path / "a.wav", loud, sample_format="float32")
    np.testing.assert_array_equal(read_wav(tmp_path / "a.wav").samples, loud.samples)
    time.sleep(1.1)  # the time that libsndfile would write counts in seconds
    write_wav(tmp_path / "b.wav", loud, sample_format="float32")
    assert (tmp_path / "a.wav").read_bytes() == (tmp_path / "b.wav").read_bytes()


def test_dither_is_triangular_and_the_same_each_time(tmp_path: Path) -> None:
    silence = Audio(samples=np.zeros((2, 100_000), np.float32), sample_rate_hz=44100)
    first = audio_to_pcm(silence, bits=24, dither=True, path=tmp_path)
    np.testing.assert_array_equal(first, audio_to_pcm(silence, bits=24, dither=True, path=tmp_path))
    # The sum of two uniform steps, rounded: -1, 0, 1 with 1/8, 3/4, 1/8.
    assert set(np.unique(first)) == {-1, 0, 1}
    assert np.mean(first != 0) == pytest.approx(0.25, abs=0.01)
    assert abs(np.corrcoef(first[:, 0], first[:, 1])[0, 1]) < 0.02


def test_dither_keeps_a_tone_far_below_one_step(tmp_path: Path) -> None:
    t = np.arange(200_000) / 44100
    quiet = (0.25 * 2.0**-15 * np.sin(2 * np.pi * 1000 * t)).astype(np.float32)[None]
    audio = Audio(samples=quiet, sample_rate_hz=44100)
    assert not audio_to_pcm(audio, bits=16, dither=False, path=tmp_path).any()
    kept = audio_to_pcm(audio, bits=16, dither=True, path=tmp_path)[:, 0]
    amplitude = 2 * abs(np.mean(kept * np.exp(-2j * np.pi * 1000 * t)))
    assert amplitude == pytest.approx(0.25, abs=0.02)


def test_flac_holds_the_samples_of_the_wav_and_its_tags(tmp_path: Path) -> None:
    write_wav(tmp_path / "a.wav", tune())
    write_flac(tmp_path / "a.flac", tune(), tags=TAGS)
    np.testing.assert_array_equal(read_flac(tmp_path / "a.flac").samples, read_wav(tmp_path / "a.wav").samples)
    file = FLAC(tmp_path / "a.flac")
    assert file.info.bits_per_sample == 24
    assert (file["title"], file["artist"], file["lyrics"]) == ([TAGS.title], [TAGS.artist], [TAGS.lyrics])


def test_mp3_is_320k_and_sounds_the_same(tmp_path: Path) -> None:
    write_mp3(tmp_path / "a.mp3", tune(2.0), tags=TAGS)
    heard = read_mp3(tmp_path / "a.mp3")
    sent = tune(2.0).samples
    delayed = heard.samples[:, 1105 : 1105 + sent.shape[1]]
    middle = slice(4000, -4000)
    error = delayed[0, middle] - sent[0, middle]
    assert 10 * math.log10(float(np.mean(error**2) / np.mean(sent[0, middle] ** 2))) < -40
    tags = ID3(tmp_path / "a.mp3")
    assert str(tags["TIT2"]) == TAGS.title
    assert str(tags["TPE1"]) == TAGS.artist
    assert tags["USLT::eng"].text == TAGS.lyrics


@pytest.mark.skipif(shutil.which("ffprobe") is None, reason="ffprobe is the independent reader here")
def test_ffprobe_reads_them(tmp_path: Path) -> None:
    write_wav(tmp_path / "a.wav", tune())
    write_flac(tmp_path / "a.flac", tune(), tags=TAGS)
    write_mp3(tmp_path / "a.mp3", tune(), tags=TAGS)

    def probe(name: str) -> dict[str, object]:
        command = ["ffprobe", "-v", "error", "-show_streams", "-show_format", "-of", "json", str(tmp_path / name)]
        seen = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        return dict(seen["streams"][0]) | {"tags": {k.lower(): v for k, v in seen["format"].get("tags", {}).items()}}

    assert (probe("a.wav")["codec_name"], probe("a.wav")["channels"]) == ("pcm_s24le", 2)
    assert (probe("a.flac")["codec_name"], probe("a.flac")["bits_per_raw_sample"]) == ("flac", "24")
    assert (probe("a.mp3")["codec_name"], probe("a.mp3")["bit_rate"]) == ("mp3", "320000")
    for name in ("a.flac", "a.mp3"):
        tags = probe(name)["tags"]
        assert isinstance(tags, dict)
        assert (tags["title"], tags["artist"]) == (TAGS.title, TAGS.artist)


def test_equal_sound_gives_equal_files(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_wav(tmp_path / f"{name}.wav", tune(), dither=True)
        write_flac(tmp_path / f"{name}.flac", tune(), tags=TAGS, dither=True)
        write_mp3(tmp_path / f"{name}.mp3", tune(), tags=TAGS)
        time.sleep(0.6)
    for suffix in ("wav", "flac", "mp3"):
        assert (tmp_path / f"a.{suffix}").read_bytes() == (tmp_path / f"b.{suffix}").read_bytes()


def test_an_mp3_refuses_rates_it_does_not_have(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="2 channels at 24000 Hz"):
        write_mp3(tmp_path / "a.mp3", tune(sample_rate_hz=24000), tags=TAGS)


@pytest.mark.parametrize("content", [None, b"no sound at all, just words"])
def test_reading_what_is_no_sound_names_the_file(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "a.wav").write_bytes(content)
    with pytest.raises(InputError, match=r"a\.wav: (no such file|not a sound file)"):
        read_wav(tmp_path / "a.wav")
