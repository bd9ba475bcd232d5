"""One stage at a time: a composed folder can be edited and sung, played and mixed from."""

import json
from dataclasses import replace

import numpy as np
import pytest
from tests.pipeline.tiny_song import write_tiny_brief

from songwright.documents.character import Character
from songwright.documents.codec import document_from_json, document_to_json
from songwright.documents.score import Score
from songwright.errors import InputError
from songwright.formats.wav import read_wav
from songwright.pipeline.chain import choose_singers
from songwright.pipeline.progress import show_progress, silent
from songwright.pipeline.verbs import load_chain, run_compose, run_play
from songwright.store import Store


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return Store(tmp_path_factory.mktemp("store"))


@pytest.fixture(scope="module")
def composed(tmp_path_factory, store):
    folder = tmp_path_factory.mktemp("composed")
    brief = write_tiny_brief(folder)
    run_compose(brief, folder / "out", seed=5, force=False, store=store, progress=silent)
    return folder / "out"


def test_compose_writes_what_a_musician_reads_and_edits(composed):
    names = {path.name for path in composed.iterdir()}
    assert names == {
        ".songwright.json", "brief.json", "lyric.json", "score.json", "score.musicxml", "score.svg", "chart.cho",
        "chart-nashville.txt", "song.mid",
    }  # fmt: skip
    score = document_from_json(Score, (composed / "score.json").read_text(encoding="utf-8"))
    assert [phrase.name for phrase in score.phrases] == ["chorus.1", "chorus.2"]
    assert " ".join(word.text for word in score.phrases[0].words) == "The river knows my name"


def test_a_folder_goes_on_where_the_brief_left_off(tmp_path, composed, store):
    brief = write_tiny_brief(tmp_path)
    from_brief = load_chain(brief, seed=5, store=store, progress=silent)
    from_folder = load_chain(composed, seed=None, store=store, progress=silent)
    assert from_folder.seed == 5
    assert from_folder.score.value == from_brief.score.value
    assert from_folder.band_performance.value == from_brief.band_performance.value


def test_an_edited_score_is_played_as_edited(tmp_path, composed, store):
    folder = tmp_path / "edited"
    folder.mkdir()
    for name in ("brief.json", "lyric.json", "score.json"):
        (folder / name).write_bytes((composed / name).read_bytes())
    score = document_from_json(Score, (folder / "score.json").read_text(encoding="utf-8"))
    slower = replace(score, tempo_qpm=100.0)
    (folder / "score.json").write_text(document_to_json(slower), encoding="utf-8")
    chain = load_chain(folder, seed=5, store=store, progress=silent)
    before = load_chain(composed, seed=5, store=store, progress=silent)
    assert chain.band_performance.value.duration_s > 1.1 * before.band_performance.value.duration_s


def test_play_writes_stems_of_one_length_that_sound(tmp_path, composed, store):
    run_play(composed, tmp_path / "band", seed=None, force=False, store=store, progress=silent)
    chain = load_chain(composed, seed=None, store=store, progress=silent)
    stems = sorted((tmp_path / "band" / "band").glob("*.wav"))
    assert [path.stem for path in stems] == sorted(part.name for part in chain.band_performance.value.parts)
    sounds = [read_wav(path) for path in stems]
    assert {sound.n_samples for sound in sounds} == {round(chain.band_performance.value.duration_s * 44100)}
    for part, path in zip(sorted(chain.band_performance.value.parts, key=lambda part: part.name), stems, strict=True):
        peak = float(np.max(np.abs(read_wav(path).samples)))
        assert (peak > 0.001) == bool(part.notes), part.name
    arrangement = json.loads((tmp_path / "band" / "arrangement.json").read_text(encoding="utf-8"))
    assert arrangement["document"] == "Arrangement"


@pytest.mark.parametrize("missing", ["brief.json", "lyric.json", "score.json"])
def test_a_folder_without_its_documents_says_which(tmp_path, composed, store, missing):
    for name in {"brief.json", "lyric.json", "score.json"} - {missing}:
        (tmp_path / name).write_bytes((composed / name).read_bytes())
    with pytest.raises(InputError, match=missing):
        load_chain(tmp_path, seed=1, store=store, progress=silent)


def test_a_broken_score_is_said_with_its_place(tmp_path, composed, store):
    for name in ("brief.json", "lyric.json", "score.json"):
        (tmp_path / name).write_bytes((composed / name).read_bytes())
    (tmp_path / "score.json").write_text((composed / "score.json").read_text(encoding="utf-8") + "}", encoding="utf-8")
    with pytest.raises(InputError, match=r"score\.json, line \d+"):
        load_chain(tmp_path, seed=1, store=store, progress=silent)


def character(name: str, low: int) -> Character:
    return Character(
        name=name, description="", style=np.zeros(256, np.float32), range_low_midi=low, range_high_midi=low + 24,
        tessitura_low_midi=low + 5, tessitura_high_midi=low + 17, vibrato_rate_hz=5.0, vibrato_depth_cents=20.0,
        vibrato_delay_s=0.3, portamento_s=0.05, scoop_cents=30.0, timing_s=0.0, breath_db=-20.0, breathiness=0.0,
        grit=0.0, brightness_db=0.0, vowel_map=(), origin="", licence="", statement="",
    )  # fmt: skip


def test_the_harmony_is_the_nearest_other_voice():
    cast = {name: character(name, low) for name, low in {"bass": 36, "tenor": 43, "alto": 52}.items()}
    assert choose_singers("bass", cast).harmony == "tenor"
    assert choose_singers("alto", cast).harmony == "tenor"
    chosen = choose_singers("tenor", cast)
    assert chosen.harmony == "bass"
    assert set(chosen.gang) == set(cast)
    assert chosen.ranges["alto"] == (52, 76)
    assert choose_singers("bass", {"bass": cast["bass"]}).harmony == "bass"
    with pytest.raises(InputError, match="soprano"):
        choose_singers("soprano", cast)


def test_progress_is_plain_lines_where_there_is_no_terminal(capsys):
    with show_progress() as progress:
        progress("sing lead", 0, 2)
        progress("sing lead", 1, 2)
        progress("sing lead", 2, 2)
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("sing lead: 2 of 2, ")
    with show_progress(quiet=True) as progress:
        progress("mix", 1, 1)
    assert capsys.readouterr().err == ""
