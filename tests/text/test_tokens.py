"""Tokens of sentences divided by hand."""

import pytest

from ser_tasks.text.tokens import clean, tokens


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Don’t!! She’s… fine", "do n't ! ! she 's ... fine"),
        ("I can't, we'll, they've, I'd, you're, I'm", "i ca n't , we 'll , they 've , i 'd , you 're , i 'm"),
        ("Oh my God?!", "oh my god ? !"),
        ("wait -- what — no", "wait -- what -- no"),
        ("KL-5 at 10:30", "kl - 5 at 10:30"),
        ("Nooooooo way", "nooo way"),
        ("well.... yes. Okay..", "well ... yes . okay ..."),
        ("Das Mädchen weiß's nicht", "das mädchen weiss 's nicht"),  # casefold
        ("ist’s ‘so’ “gut”?", "ist 's ' so ' \" gut \" ?"),
        ("행복해요!", "행복해요 !"),
        (":) 😀", ": ) 😀"),
        ("", ""),
        ("  \t\n ", ""),
    ],
)
def test_words_contractions_and_punctuation_are_divided(text, expected):
    assert " ".join(tokens(text)) == expected


@pytest.mark.parametrize(
    "damaged",
    [
        "I\x92m here",  # Windows-1252 read as Latin-1
        "Iâ€™m here",  # UTF-8 read as Windows-1252
        "I’m here",
        "I'm\u00a0here",
        "I'm\u200b here\ufeff",
        "I´m  here",
    ],
)
def test_what_encodings_did_to_a_text_is_repaired(damaged):
    assert clean(damaged) == "I'm here"


def test_mojibake_of_accented_letters_is_repaired_and_true_ones_stay():
    assert clean("fiancÃ©") == "fiancé"
    assert clean("fiancé, Âge, â, PÂTÉ") == "fiancé, Âge, â, PÂTÉ"


def test_nothing_but_blanks_is_left_out():
    text = "Well,, (he said) #1 — 50% off & more… @home!"
    assert "".join(tokens(text)) == "".join(text.lower().split()).replace("—", "--").replace("…", "...")
