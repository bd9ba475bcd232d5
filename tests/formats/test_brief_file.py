"""Briefs: the examples, and everything that can be wrong with one."""

from pathlib import Path

import pytest

from songwright.documents.score import Key
from songwright.errors import InputError
from songwright.formats.brief_file import check_brief_names, load_brief
from songwright.phonology.rhyme import rhyme_strength
from songwright.writing import parse_lyric

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.toml"))
LYRIC = "[Verse 1]\ncome home\n[Chorus]\nhey now\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "words.txt").write_text(LYRIC, "utf-8")
    return tmp_path


def write(folder: Path, text: str) -> Path:
    path = folder / "song.toml"
    path.write_text(text, "utf-8")
    return path


def test_a_small_brief_takes_the_defaults(folder: Path) -> None:
    brief = load_brief(write(folder, 'title = "Home"\nlyric_file = "words.txt"'))
    assert (brief.title, brief.artist, brief.singer, brief.style) == ("Home", "Songwright", "harlan", "stomp-clap-hey")
    assert (brief.lyric, brief.tempo_qpm, brief.key, brief.mood, brief.form) == (LYRIC, None, None, (), ())


def test_a_full_brief(folder: Path) -> None:
    text = (
        'title = " The  Road "\nartist = "Us"\nsinger = "maren"\nstyle = "folk-waltz"\ntempo = 96.5\n'
        'key = "em"\nmood = "Sad, proud"\n'
        'form = ["intro", "VERSE 1", "chorus", "Turnaround", "Chorus", "Outro"]\nlyric = """\n' + LYRIC + '"""'
    )
    brief = load_brief(write(folder, text))
    assert (brief.title, brief.artist, brief.singer, brief.style) == ("The Road", "Us", "maren", "folk-waltz")
    assert (brief.tempo_qpm, brief.key, brief.mood) == (96.5, "E minor", ("sad", "proud"))
    assert brief.form == ("Intro", "Verse 1", "Chorus", "Turnaround", "Chorus", "Outro")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("title = Home", ["not TOML", "line 1, column 9", "quotes"]),
        ('title = "a"\ntitle = "b"', ["not TOML", "line 2, column"]),
        ('title = "a"\n\nlyric = """x', ["not TOML", "line 3, column"]),
        ('lyric = "hi"', ["no title", "title = "]),
        ('title = "a"', ["no lyric", "lyric_file"]),
        ('title = "a"\nlyric = "hi"\nlyric_file = "words.txt"', ["both"]),
        ('title = "a"\nlyric = ""', ["no words"]),
        ('title = "a"\nlyric = "[Verse 1]\\nhi\\n[Chorus]"', ["song.toml: Chorus", "no words"]),
        ('title = "a"\nlyric_file = "wods.txt"', ["wods.txt", "does not exist", "words.txt"]),
        ('title = "a"\nlyric_file = "latin1.txt"', ["latin1.txt", "UTF-8", "line 2"]),
        ('title = "a"\nlyric_file = "huge.txt"', ["huge.txt", "bytes"]),
        ('title = "a"\nlyric_file = "."', ["folder"]),
        ('title = "a"\nlyric_file = "a\\u0000b"', ["cannot be read"]),
        ('title = "a"\nlyric_file = "  "', ["empty"]),
        ('title = "a"\nlyric_file = 3', ["lyric_file is 3"]),
        ('title = "a"\nlyric = "hi"\n\ntemop = 90', ["line 4", "'temop'", "tempo"]),
        ('title = "a"\n["Verse 1"]\nx = 1', ["line 2", '"""']),
        ('title = 3\nlyric = "hi"', ["title is 3"]),
        ('title = "  "\nlyric = "hi"', ["title"]),
        ('title = "a\\u0007"\nlyric = "hi"', ["printable"]),
        ('title = "a"\nlyric = "hi"\ntempo = 300', ["300", "40 to 220", "150"]),
        ('title = "a"\nlyric = "hi"\ntempo = 30', ["30", "40 to 220", "60"]),
        ('title = "a"\nlyric = "hi"\ntempo = -5', ["-5", "40 to 220"]),
        ('title = "a"\nlyric = "hi"\ntempo = nan', ["nan", "40 to 220"]),
        ('title = "a"\nlyric = "hi"\ntempo = inf', ["inf", "40 to 220"]),
        ('title = "a"\nlyric = "hi"\ntempo = "fast"', ["'fast'", "number"]),
        ('title = "a"\nlyric = "hi"\ntempo = true', ["True", "number"]),
        ('title = "a"\nlyric = "hi"\nkey = "H major"', ["'H major'", "nearest"]),
        ('title = "a"\nlyric = "hi"\nkey = "G# major"', ["Ab major"]),
        ('title = "a"\nlyric = "hi"\nkey = 4', ["key is 4"]),
        ('title = "a"\nlyric = "hi"\nmood = [1]', ["mood"]),
        ('title = "a"\nlyric_file = "words.txt"\nform = []', ["empty list"]),
        ('title = "a"\nlyric_file = "words.txt"\nform = "Chorus"', ["form", "list"]),
        ('title = "a"\nlyric_file = "words.txt"\nform = ["Chorus", "Vrese 1"]', ["section 2", "'Vrese 1'", "Verse 1"]),
        (
            'title = "a"\nlyric_file = "words.txt"\nform = ["Bridge", "Chorus"]',
            ["section 1", "'Bridge'", "Verse 1, Chorus"],
        ),
        ('title = "a"\nlyric_file = "words.txt"\nform = ["Intro", "Outro"]', ["words"]),
        ('title = "a"\nlyric_file = "words.txt"\nform = [' + '"Chorus",' * 25 + "]", ["25", "24"]),
    ],
)
def test_bad_briefs_say_what_to_do(folder: Path, text: str, parts: list[str]) -> None:
    (folder / "latin1.txt").write_bytes(b"[Verse 1]\ncaf\xe9\n")
    (folder / "huge.txt").write_bytes(b"la\n" * 400_000)
    with pytest.raises(InputError) as caught:
        load_brief(write(folder, text))
    for part in parts:
        assert part in str(caught.value)


def test_missing_brief_names_what_is_there(folder: Path) -> None:
    write(folder, "")
    with pytest.raises(InputError, match=r"does not exist.*song\.toml"):
        load_brief(folder / "sing.toml")
    with pytest.raises(InputError, match="folder"):
        load_brief(folder)
    with pytest.raises(InputError, match="folder"):
        load_brief(folder / "nowhere" / "song.toml")


def test_binary_and_windows_briefs(folder: Path) -> None:
    (folder / "song.toml").write_bytes(b"\xff\xfe\x00t")
    with pytest.raises(InputError, match="UTF-8"):
        load_brief(folder / "song.toml")
    (folder / "song.toml").write_bytes(b'\xef\xbb\xbftitle = "a"\r\nlyric_file = "words.txt"\r\n')
    assert load_brief(folder / "song.toml").title == "a"


def test_names_of_styles_and_singers_are_checked(folder: Path) -> None:
    brief = load_brief(write(folder, 'title = "a"\nlyric = "hi"\nsinger = "marin"'))
    styles, singers = ["stomp-clap-hey", "folk-waltz"], ["harlan", "maren"]
    with pytest.raises(InputError, match="singer 'marin' is not known; nearest: maren"):
        check_brief_names(brief, styles=styles, singers=singers)
    with pytest.raises(InputError, match="style 'stomp-clap-hey' is not known"):
        check_brief_names(brief, styles=["folk-waltz"], singers=["marin"])
    check_brief_names(brief, styles=iter(styles), singers=iter(["marin"]))


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("G", "G major"), ("g major", "G major"), ("Em", "E minor"), ("E minor", "E minor"), ("F# minor", "F# minor"),
        ("Bb", "Bb major"),
        ("B♭ min", "Bb minor"), ("c-sharp minor", "C# minor"), ("E flat", "Eb major"),
        ("bm", "B minor"), ("AM", "A major"),
    ],
)  # fmt: skip
def test_keys_as_musicians_write_them(text: str, key: str) -> None:
    assert str(Key.parse(text)) == key


@pytest.mark.parametrize("text", ["", "H", "G dorian", "Gb minor", "E##", "G major minor", "7"])
def test_other_keys_are_refused(text: str) -> None:
    with pytest.raises(InputError, match="nearest"):
        Key.parse(text)


def test_three_examples() -> None:
    assert [path.stem for path in EXAMPLES] == ["mill-town", "porch-light", "river-waltz"]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_examples_scan_and_rhyme(path: Path) -> None:
    brief = load_brief(path)
    sections = {section.name: section for section in parse_lyric(brief.lyric).sections}
    assert {name for name in sections} <= set(brief.form)
    for section in sections.values():
        for second, fourth in zip(section.lines[1::4], section.lines[3::4], strict=False):
            assert rhyme_strength(second.words[-1], fourth.words[-1]) > 0.4, (section.name, second.text, fourth.text)
        for line in section.lines:
            assert 4 <= len(line.syllables) <= 9, line.text
    chorus, final = sections["Chorus"], sections["Final Chorus"]
    assert [len(line.syllables) for line in chorus.lines] == [len(line.syllables) for line in final.lines]
    assert chorus.lines[0] == final.lines[0]
    assert chorus.lines[-1] != final.lines[-1]
