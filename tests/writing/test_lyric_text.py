"""Song sheets, good and bad."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from songwright.documents.lyric import Lyric, LyricLine
from songwright.errors import InputError
from songwright.writing import parse_lyric
from songwright.writing.lyric_text import MAX_LINES

SHEET = """\ufeff# notes to self
[VERSE 1: quiet]
The mill went still, my friend
We rise (hey! ho!) again

# more notes
[chorus]
We rise (hey!)
(hey, hey)

[Verse 2]
She read[r eh d] it

[Chorus]

[Solo]

[Final Chorus]
We fall
[Ending]
"""


def names(lyric: Lyric) -> list[tuple[str, str, int]]:
    return [(section.name, section.kind, len(section.lines)) for section in lyric.sections]


def sung(line: LyricLine) -> tuple[str, str]:
    return " ".join(w.text for w in line.words), " ".join(w.text for w in line.answer)


def test_a_song_sheet() -> None:
    lyric = parse_lyric(SHEET)
    assert names(lyric) == [
        ("Verse 1", "verse", 2),
        ("Chorus", "chorus", 2),
        ("Verse 2", "verse", 1),
        ("Chorus", "chorus", 2),
        ("Solo", "instrumental", 0),
        ("Final Chorus", "chorus", 1),
        ("Ending", "outro", 0),
    ]
    verse, chorus, second, again, *_ = lyric.sections
    assert [sung(line) for line in verse.lines] == [
        ("The mill went still, my friend", ""),
        ("We rise again", "hey! ho!"),
    ]
    assert [sung(line) for line in chorus.lines] == [("We rise", "hey!"), ("", "hey, hey")]
    assert again == chorus
    assert second.lines[0].text == "She read it"
    assert second.lines[0].words[1].syllables[0].nucleus == "ɛ"
    assert verse.lines[1].text == "We rise (hey! ho!) again"


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_newlines_of_every_system(newline: str) -> None:
    assert parse_lyric(SHEET.replace("\n", newline)) == parse_lyric(SHEET)


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("Pre-Chorus", "prechorus"),
        ("PRECHORUS 2", "prechorus"),
        ("Hook", "chorus"),
        ("Refrain", "chorus"),
        ("Bridge", "bridge"),
        ("Outro", "outro"),
        ("Verse II", "verse"),
        ("last chorus: all", "chorus"),
        ("Intro", "intro"),
    ],
)
def test_headings(heading: str, kind: str) -> None:
    assert parse_lyric(f"[{heading}]\nhello there").sections[0].kind == kind


def test_blocks_without_headings_are_verses() -> None:
    assert names(parse_lyric("\n\none two\nthree\n\n\nfour five\n")) == [
        ("Verse 1", "verse", 2),
        ("Verse 2", "verse", 1),
    ]


def test_unnumbered_sections_with_other_lines_are_numbered() -> None:
    lyric = parse_lyric("[Verse]\na\n[Chorus]\nb\n[Verse]\nc\n[Chorus]\nb\n[Chorus]\nd\n[Chorus]")
    assert [name for name, _, _ in names(lyric)] == ["Verse 1", "Chorus", "Verse 2", "Chorus", "Chorus 2", "Chorus"]
    assert lyric.sections[-1].lines[0].text == "b"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", ["no words", "[Verse 1]"]),
        ("# only notes\n[Intro]\n", ["no words"]),
        ("[Verse 1]\nhi\n[Chorus]\n", ["Chorus", "line 3", "no words"]),
        ("[Verse 1]\n" + "la la\n" * 4000, ["4000 lines", str(MAX_LINES)]),
        ("[Chorus]\n" * 100 + "hi", ["100 sections", "60"]),
        ("[Verse 1]\nhi\n" + "word " * 60, ["Verse 1, line 2", "60 words", "24", "Break it"]),
        ("[Verse 1]\n" + "wordy-" * 30, ["Verse 1, line 1", "30 words"]),
        ("[Verse 1]\nhi\n[Chrous]\nho", ["line 3", "[Chrous]", "[Chorus]"]),
        ("[]\nho", ["line 1", "unknown heading"]),
        ("My Title\n[Verse 1]\nho", ["line 1", "'My Title'", "before the first heading"]),
        ("[Verse 2]\nПока, мир", ["Verse 2, line 1", "П", "Cyrillic"]),
        ("[Verse 2]\nok\nlove 🔥 you", ["Verse 2, line 2", "🔥"]),
        ("[Verse 2]\nbell \x07 rings", ["Verse 2, line 1", "U+0007"]),
        ("[Verse 1]\nread[r qq d]", ["Verse 1, line 1", "qq"]),
        ("[Verse 1]\nwe rise (hey", ["Verse 1, line 1", "brackets"]),
        ("[Verse 1]\nwe rise hey)", ["Verse 1, line 1", "brackets"]),
        ("[Verse 1]\nwe ((rise) now)", ["Verse 1, line 1", "brackets"]),
        ("[Verse 1]\nwe rise (x2)", ["Verse 1, line 1", "repeat"]),
        ("[Verse 1]\n— …", ["Verse 1, line 1", "no words"]),
        ("[Verse 1]\n[G]we [D]rise", ["Verse 1, line 1", "chords"]),
    ],
)
def test_bad_sheets_are_refused_with_their_place(text: str, parts: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        parse_lyric(text)
    for part in parts:
        assert part in str(caught.value)


def test_a_hundred_thousand_lines_are_refused_before_any_is_read() -> None:
    with pytest.raises(InputError, match="100000 lines"):
        parse_lyric("Привет\n" * 100_000)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["[Verse]", "[Chorus]", "[Solo]", "we rise (hey)", "(oh)", "come home", "", "# n", "[Bridge 2]"]
        )
    )
)
def test_every_sheet_is_read_or_refused(rows: list[str]) -> None:
    try:
        lyric = parse_lyric("\n".join(rows))
    except InputError:
        return
    assert sum(len(s.lines) for s in lyric.sections) >= sum(bool(r) and r[0] not in "[#" for r in rows)
    by_name: dict[str, object] = {}
    for section in lyric.sections:  # a name always means the same lines
        assert by_name.setdefault(section.name, section.lines) == section.lines or section.kind == "instrumental"
