"""Reverberation and echo: linear effects, so what a stem sends comes back as part of that stem.

Impulse responses are made, not recorded: noise whose decay depends on frequency, which is what a dense diffuse
field is (Moorer 1979, "About this reverberation business"). Each has unit energy, so a send level in dB is the
energy of the reverberation against the dry sound. Left and right are independent, as in a wide room.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import fft, signal

from songwright.documents.mix_style import OFF_DB, Channel, MixStyle
from songwright.hearing.filtering import filter_sections
from songwright.timeline import TempoMap
from songwright.units import db_to_gain

SampleArray = npt.NDArray[np.float32]

_PLATE_PREDELAY_S: Final = 0.028  # 20 to 40 ms keep the words in front of their echo
_ROOM_PREDELAY_S: Final = 0.006
_CROSSOVERS_HZ: Final = (400.0, 3500.0)
_PLATE_DECAYS: Final = (
    0.75,
    1.0,
    0.55,
)  # share of the reverberation time in low, middle, high: air and felt take the top
_ROOM_DECAYS: Final = (1.1, 1.0, 0.6)
_PLATE_BAND_HZ: Final = (220.0, 7500.0)  # what enters the plate: neither rumble nor hiss
_ROOM_BAND_HZ: Final = (120.0, 9000.0)
_ECHO_BAND_HZ: Final = (300.0, 3800.0)
_ECHO_FEEDBACK: Final = 0.32
_N_ECHOES: Final = 4


def make_response(
    reverb_s: float,
    *,
    predelay_s: float,
    decays: tuple[float, float, float],
    band_hz: tuple[float, float],
    build_up_s: float,
    sample_rate_hz: int,
    seed: int,
) -> SampleArray:
    """Impulse response of a diffuse space [shape=(2, n_samples), unit energy in each channel].

    Parameters
    ----------
    reverb_s, decays
        Time for 60 dB in the middle band; ``decays`` scales it for low, middle and high.
    predelay_s
        Silence before the first reflection.
    band_hz
        What enters the space.
    build_up_s
        Time constant in which the reverberation rises.
    sample_rate_hz, seed
        Of the response; of its noise.
    """
    n = round((reverb_s * max(decays) * 0.8 + predelay_s) * sample_rate_hz)  # -48 dB at the end, then faded
    t_s = np.arange(n) / sample_rate_hz - predelay_s
    rng = np.random.default_rng(seed)
    low = signal.butter(2, _CROSSOVERS_HZ[0], fs=sample_rate_hz, output="sos")
    middle = signal.butter(1, _CROSSOVERS_HZ, "band", fs=sample_rate_hz, output="sos")
    high = signal.butter(2, _CROSSOVERS_HZ[1], "high", fs=sample_rate_hz, output="sos")
    noise = rng.standard_normal((2, n))
    response = np.zeros((2, n))
    for sos, share in zip((low, middle, high), decays, strict=True):
        decay = np.exp(-np.log(1000.0) * np.maximum(t_s, 0.0) / (reverb_s * share))
        response += signal.sosfilt(sos, noise, axis=1) * decay
    response *= np.where(t_s > 0.0, 1.0 - np.exp(-np.maximum(t_s, 0.0) / build_up_s), 0.0)
    response *= np.minimum((n - np.arange(n)) / (0.1 * n), 1.0)
    band = signal.butter(1, band_hz, "band", fs=sample_rate_hz, output="sos")
    response = signal.sosfilt(band, response, axis=1)
    return np.asarray(response / np.sqrt(np.sum(response**2, axis=1, keepdims=True)), dtype=np.float32)


def add_convolved(sound: SampleArray, response: SampleArray, *, out: SampleArray) -> None:
    """Add ``sound`` convolved with a stereo response to ``out``, in blocks; silent blocks cost nothing.

    Parameters
    ----------
    sound : np.ndarray [shape=(n_samples,)]
        Mono.
    response : np.ndarray [shape=(2, n_response)]
        Left and right.
    out : np.ndarray [shape=(2, n_samples)]
        What would ring past its end is cut.
    """
    n_fft = fft.next_fast_len(4 * response.shape[1], real=True)
    block = n_fft - response.shape[1] + 1
    spectra = fft.rfft(response, n_fft, axis=1)
    n = len(sound)
    for start in range(0, n, block):
        piece = sound[start : start + block]
        if not piece.any():
            continue
        rung = fft.irfft(fft.rfft(piece, n_fft) * spectra, n_fft, axis=1)
        end = min(start + n_fft, n)
        out[:, start:end] += rung[:, : end - start]


class Spaces:
    """The rooms of one mix, made once."""

    def __init__(self, style: MixStyle, *, tempo_map: TempoMap, sample_rate_hz: int) -> None:
        self._rate = sample_rate_hz
        # the seeds only choose which noise: the rooms are part of the style, not of the song's dice
        self._plate = make_response(
            style.plate_s, predelay_s=_PLATE_PREDELAY_S, decays=_PLATE_DECAYS, band_hz=_PLATE_BAND_HZ,
            build_up_s=0.006, sample_rate_hz=sample_rate_hz, seed=1,
        )  # fmt: skip
        self._room = make_response(
            style.room_s, predelay_s=_ROOM_PREDELAY_S, decays=_ROOM_DECAYS, band_hz=_ROOM_BAND_HZ,
            build_up_s=0.002, sample_rate_hz=sample_rate_hz, seed=2,
        )  # fmt: skip
        quarter_s = tempo_map.quarters_to_seconds(Fraction(1)) - tempo_map.quarters_to_seconds(Fraction(0))
        self.echo_s = float(style.delay_quarters) * quarter_s
        self._echo_sos = signal.butter(1, _ECHO_BAND_HZ, "band", fs=sample_rate_hz, output="sos").astype(np.float32)

    def add(self, dry: SampleArray, channel: Channel) -> None:
        """Add a stem's reverberation and echoes to it, in place [shape=(2, n_samples)]."""
        n = dry.shape[1]
        middle = dry.mean(axis=0)  # one send from the middle of the stem, as on a desk; the spaces make it wide
        sends = ((channel.room_db, self._room), (channel.plate_db, self._plate))
        used = [(np.float32(db_to_gain(send_db)), response) for send_db, response in sends if send_db > OFF_DB]
        if used:
            both = np.zeros((2, max(response.shape[1] for _, response in used)), dtype=np.float32)
            for gain, response in used:  # both spaces in one convolution
                both[:, : response.shape[1]] += gain * response
            add_convolved(middle, both, out=dry)
        if channel.delay_db > OFF_DB:
            middle = filter_sections(self._echo_sos, middle[np.newaxis, :])[0]
            for k in range(1, _N_ECHOES + 1):
                delay = round(k * self.echo_s * self._rate)
                if delay < n:
                    near, far = 0.9 * db_to_gain(channel.delay_db) * _ECHO_FEEDBACK ** (k - 1) * np.array([1.0, 0.45])
                    gains = (near, far) if k % 2 else (far, near)  # from side to side
                    for i in (0, 1):
                        dry[i, delay:] += np.float32(gains[i]) * middle[: n - delay]
