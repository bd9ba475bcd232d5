"""The arranger: every player's part and every singer's, for the whole song."""

from __future__ import annotations

from collections.abc import Mapping

from songwright.arranging.banjo import banjo_notes
from songwright.arranging.bars import SongMap
from songwright.arranging.bass import bass_notes
from songwright.arranging.guitar import pick_notes, strum_notes
from songwright.arranging.keys import keys_notes
from songwright.arranging.melody import Span, melody_notes
from songwright.arranging.percussion import percussion_notes
from songwright.arranging.strokes import cut_to_song
from songwright.arranging.voices import GangVoices, double_parts, first_short_answer, harmony_part, lead_part
from songwright.documents.arrangement import Arrangement, InstrumentPart, PartNote
from songwright.documents.band_style import INSTRUMENTS, BandStyle, Player
from songwright.documents.lyric import Lyric, Word
from songwright.documents.score import Score
from songwright.phonology import text_to_words
from songwright.seeding import stage_rng


def arrange(
    score: Score,
    lyric: Lyric,
    band: BandStyle,
    *,
    lead_singer: str,
    gang_singers: tuple[str, ...],
    harmony_singer: str,
    seed: int,
    vocal_ranges: Mapping[str, tuple[int, int]] | None = None,
) -> Arrangement:
    """Give every player and singer of a band something to do.

    Parameters
    ----------
    score, lyric
        The song; ``Section.lyric_index`` and ``Phrase.line_index`` join the two.
    band
        Who plays which pattern where.
    lead_singer, gang_singers, harmony_singer
        Names of characters.
    vocal_ranges
        Lowest and highest MIDI note of each character; without it, a fourth beyond the lead's notes.
    seed
        Fills, answers and approach notes come from it, for each player on its own.

    Raises
    ------
    InputError
        If a pattern is unknown or not written for the metre, or no harmony fits the harmony singer's range.
    """
    song = SongMap(score, stop_before_last_chorus=band.stop_before_last_chorus)
    ranges = vocal_ranges or {}
    shout: tuple[Word, ...] = ()
    if band.shout:
        shout = first_short_answer(lyric) or tuple(text_to_words(band.shout))
    gang = GangVoices(song, lyric, band, shout)
    voices = (
        lead_part(song, lead_singer),
        *double_parts(song, band, lead_singer),
        *harmony_part(song, band, harmony_singer, ranges),
        *gang.parts(gang_singers, ranges),
    )
    sung = [(phrase.start_quarters, phrase.end_quarters) for phrase in score.phrases]
    busy: list[Span] = sorted([*sung, *gang.spans()])
    parts = []
    for player in band.players:
        notes = cut_to_song(song, _player_notes(song, player, band, busy, seed))
        if notes:
            parts.append(InstrumentPart(name=player.name, instrument=player.instrument, notes=notes))
    return Arrangement(instruments=tuple(parts), voices=voices)


def _player_notes(song: SongMap, player: Player, band: BandStyle, busy: list[Span], seed: int) -> list[PartNote]:
    rng = stage_rng(seed, "arrange", player.name)
    match INSTRUMENTS[player.instrument].family:
        case "drums" | "percussion":
            return percussion_notes(song, player, rng)
        case "bass":
            return bass_notes(song, player, rng)
        case "guitar" if player.instrument == "picked-guitar":
            rhythm = pick_notes(song, player)
        case "guitar":
            rhythm = strum_notes(song, player)
        case "banjo":
            rhythm = banjo_notes(song, player)
        case "keys":
            rhythm = keys_notes(song, player)
        case _:
            rhythm = []
    return rhythm + melody_notes(song, player, band, busy, rng)
