"""Words, syllables and sounds, against readable examples and laws."""

import re
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from songwright.documents.lyric import Word
from songwright.errors import InputError
from songwright.phonology import text_to_words
from songwright.phonology.alphabet import CONSONANTS, VOWELS
from songwright.phonology.dictionary import _cmudict, _exceptions
from songwright.phonology.syllables import LEGAL_ONSETS
from songwright.singing.backends.kokoro import TOKENS


def written(word: Word) -> str:
    return "-".join(syllable.text for syllable in word.syllables)


def sounds(word: Word) -> str:
    return ".".join("".join((*s.onset, s.nucleus, *s.coda)) for s in word.syllables)


def said(text: str) -> str:
    return " ".join(sounds(word) for word in text_to_words(text))


def spoken(text: str) -> str:
    return " ".join(word.spoken for word in text_to_words(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I drove all night to see the morning come", "I dɹOv ɔl nIt tu si ðə mɔɹ.nɪŋ kʌm"),
        ("my hands still shaking from the road", "mI hændz stɪl ʃA.kɪŋ fɹʌm ðə ɹOd"),
        ("a chair by the window where my daddy would sit", "ə ʧɛɹ bI ðə wɪn.dO wɛɹ mI dæ.di wʊd sɪt"),
        ("now the boy heard birds in heaven", "nW ðə bY hɜɹd bɜɹdz ɪn hɛ.vən"),
        ("our hour, our power, our fire, every flower", "Wɹ Wɹ Wɹ pW.əɹ Wɹ fIɹ ɛv.ɹi flW.əɹ"),
        ("sister after extra singing memory", "sɪs.təɹ æf.təɹ ɛk.stɹə sɪŋ.ɪŋ mɛ.mə.ɹi"),
        (
            "y'all ain't gonna be drivin' 'cause I'm goin' 'til ten o'clock",
            "jɔl Ant ɡʌ.nə bi dɹI.vɪn kɔz Im ɡO.ɪn tɪl tɛn ə.klɑk",
        ),
        ("vision, judge, think, this, church, yes", "vɪ.ʒən ʤʌʤ θɪŋk ðɪs ʧɜɹʧ jɛs"),
    ],
)
def test_golden_sounds(text: str, expected: str) -> None:
    assert said(text) == expected


@pytest.mark.parametrize(
    "divided",
    [
        "morn-ing", "lit-tle", "riv-er", "ta-ble", "run-ning", "roll-ing", "driv-ing", "o-pen", "some-thing",
        "lone-ly", "moun-tain", "daugh-ter", "mis-sion", "sta-tion", "vi-sion", "whis-tle", "kitch-en", "rock-et",
        "buck-le",
        "ev-ery", "to-mor-row", "ho-tel", "chil-dren", "be-gin", "fin-ger", "sing-er", "laugh-ter", "qui-et",
        "hap-py", "high-way", "did-n't", "driv-in'", "o'-clock",
    ],
)  # fmt: skip
def test_letters_are_divided_as_under_notes(divided: str) -> None:
    (word,) = text_to_words(divided.replace("-", ""))
    assert written(word) == divided


def test_case_punctuation_and_accents_stay_in_print() -> None:
    words = text_to_words("“Morning,” she said — CAFÉ… naïve!")
    assert [word.text for word in words] == ["“Morning,”", "she", "said —", "CAFÉ…", "naïve!"]
    assert [written(word) for word in words] == ["Morn-ing", "she", "said", "CA-FÉ", "na-ïve"]
    assert [word.spoken for word in words] == ["morning", "she", "said", "café", "naïve"]


def test_hyphens_and_dashes_part_words() -> None:
    assert [word.text for word in text_to_words("well-worn road—home / uh-oh")] == [
        "well-",
        "worn",
        "road—",
        "home /",
        "uh-",
        "oh",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I read it now", "ɹid"),
        ("I have read it", "ɹɛd"),
        ("she read the letter", "ɹɛd"),
        ("the wind is high", "wɪnd"),
        ("wind up the clock", "wInd"),
        ("I live alone", "lɪv"),
        ("a live wire", "lIv"),
        ("a tear fell", "tɪɹ"),
        ("don't tear me down", "tɛɹ"),
        ("lead me home", "lid"),
        ("heavy as lead", "lɛd"),
        ("close the door", "klOz"),
        ("hold me close", "klOs"),
        ("so close to you", "klOs"),
        ("it's no use", "jus"),
        ("use my name", "juz"),
        ("a present for you", "pɹɛ.zənt"),
        ("to present the prize", "pɹɪ.zɛnt"),
        ("read[r eh d] the sign", "ɹɛd"),
        ("read[ɹ ɛ d] the sign", "ɹɛd"),
        ("read[ɹˈid] the sign", "ɹid"),
        ("wind[W AY1 N D] below", "wInd"),
    ],
)
def test_words_with_two_pronunciations(text: str, expected: str) -> None:
    assert expected in said(text).split()


def test_the_leans_on_the_next_sound_not_letter() -> None:
    assert said("the apple, the hour, the one, the use") == "ði æ.pəl ði Wɹ ðə wʌn ðə jus"


def test_function_words_are_weak_until_a_phrase_ends_on_them() -> None:
    line = text_to_words("the light that she left on, done with you")
    assert [word.spoken for word in line if word.is_function_word] == ["the", "that", "she", "with"]
    by_name = {word.spoken: word.syllables[0].stress for word in line}
    assert by_name == {"the": 0, "light": 1, "that": 0, "she": 0, "left": 1, "on": 1, "done": 1, "with": 0, "you": 2}
    assert [s.stress for s in text_to_words("over the hill")[0].syllables] == [2, 0]
    assert text_to_words("hold me")[-1].is_function_word


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("in 1975", "in nineteen seventy five"),
        ("in 1905 and 2005 and 1900", "in nineteen oh five and two thousand five and nineteen hundred"),
        ("the '90s, the 1960s", "the nineties the nineteen sixties"),
        ("$4.50 & 50%", "four dollars and fifty cents and fifty percent"),
        ("$1, $20k", "one dollar twenty thousand dollars"),
        ("the 3rd and the 21st", "the third and the twenty first"),
        ("at 5:30, at 6:00, at 7:05", "at five thirty at six o'clock at seven oh five"),
        ("1,200 miles, 99 men", "one thousand two hundred miles ninety nine men"),
        ("I-95 3.5 #1", "i ninety five three point five number one"),
        ("Mr. Jones, R&B, FBX, U.S.A.", "mister jones r and b f b x u s a"),
        ("soooo goooood, ohhh stilllll noooo", "so good oh still no"),
    ],
)
def test_figures_and_signs_become_words(text: str, expected: str) -> None:
    assert spoken(text) == expected


def test_letters_have_their_names() -> None:
    assert said("U.S.A. a.m. FBX") == "ju ɛs A A ɛm ɛf bi ɛks"


def test_unknown_words_come_from_espeak() -> None:
    assert said("Zorbington") == "zɔɹ.bɪŋ.tən"
    assert said("gloamsway") == "ɡlOm.swA"
    for word in text_to_words("Chattahoochee Ljubljana croissant Tallahatchiest"):
        assert any(s.stress == 1 for s in word.syllables)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Привет my friend", ["verse 2, line 3", "П", "Cyrillic"]),
        ("你好", ["verse 2, line 3", "你 好"]),
        ("سلام", ["Arabic"]),
        ("love 🔥❤️", ["🔥", "fire", "ake it out"]),
        ("tab\x07 bell", ["U+0007"]),
        ("zero\u200bwidth", ["U+200B"]),
        ("read[r eh qq]", ["qq", "AA AE AH", "ɑ"]),
        ("read[r d]", ["vowel"]),
        ("read[]", ["vowel"]),
        ("[G]hello", ["chords"]),
        ("stray ] bracket", ["no word"]),
        ("a*b", ["asterisk"]),
        ("x" * 60, ["40"]),
        ("1" * 30, ["15 digits"]),
        ("I[ay ow ay]", ["3 syllables but 1 letters"]),
    ],
)
def test_what_cannot_be_sung_is_refused_with_its_place(text: str, parts: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        text_to_words(text, where="verse 2, line 3")
    for part in ["verse 2, line 3", *parts]:
        assert part in str(caught.value)


def test_text_without_words_gives_none() -> None:
    assert text_to_words("") == text_to_words("  — … ") == ()


def check_laws(word: Word) -> None:
    letters = "".join(c for c in word.text if c.isalpha())
    chunks = "".join(syllable.text for syllable in word.syllables)
    assert "".join(c for c in chunks if c.isalpha()) == letters
    assert all(any(c.isalpha() for c in syllable.text) for syllable in word.syllables)
    for i, syllable in enumerate(word.syllables):
        assert syllable.nucleus in VOWELS
        assert set(syllable.onset) | set(syllable.coda) <= CONSONANTS
        if i:
            assert syllable.onset in LEGAL_ONSETS
    stresses = [syllable.stress for syllable in word.syllables]
    assert (1 not in stresses) if word.is_function_word else (max(stresses) > 0)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(sorted(w for w in _cmudict() if w.isalpha())), min_size=1, max_size=8))
def test_laws_for_dictionary_words(words: list[str]) -> None:
    made = text_to_words(" ".join(words))
    for word in made:
        check_laws(word)


def check_sung_or_refused(text: str, allowed: str) -> None:
    try:
        made = text_to_words(text)
    except InputError as error:
        refusal = str(error)
    else:
        refusal = ""
        for word in made:
            check_laws(word)
    assert not refusal or re.search(allowed, refusal), refusal


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=string.ascii_letters + "'’éüñøß-, .!", max_size=40))
def test_laws_for_any_letters(text: str) -> None:
    check_sung_or_refused(text, "letters|no vowel")


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=30))
def test_any_text_is_sung_or_refused(text: str) -> None:
    check_sung_or_refused(text, "letters|Latin|cannot be sung|no vowel|invisible|no word")


def test_every_symbol_is_in_the_voice_vocabulary() -> None:
    for phoneme in VOWELS | CONSONANTS:
        assert all(symbol in TOKENS for symbol in phoneme)


def test_exceptions_say_something_that_the_dictionary_does_not() -> None:
    same = [word for word, arpabet in _exceptions().items() if _cmudict().get(word) == arpabet]
    assert same == []
