"""Codes of speakers, sessions and groups that may be two spellings of one: 03 and 3, spk03 and SPK03, A 1 and A1.

Two codes of one voice are the worst leak there is, because every check of the folds passes.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from ser_tasks.corpora.corpus import Corpus, Finding, Level, Utterance, some

GAP = r"[\s_.\-\u00ad\u200b-\u200f\u2060\ufeff]+"  # blanks, seen and unseen, and what is written in their place
ZEROS = re.compile(r"(?<!\d)0+(?=\d)")
KEPT_TOGETHER = ("speaker", "session", "group")
DIFFER = "in zeros, case or blanks only"


def spelling(code: str) -> str:
    """A code without what differs between spellings: Unicode forms, case, leading zeros, blanks, hyphens, dots.

    What stands between two digits stays apart: `s1_1` is not `s11`.
    """
    plain = unicodedata.normalize("NFKC", code).casefold()
    digits = "".join(str(unicodedata.digit(one, one)) for one in plain)  # Arabic and other digits
    apart = re.sub(rf"(?<=\d){GAP}(?=\d)", "|", digits)
    return ZEROS.sub("", re.sub(GAP, "", apart))


def alike(codes: Iterable[str]) -> list[tuple[str, ...]]:
    """The codes that share a spelling with another one, together, sorted."""
    by_spelling: dict[str, set[str]] = {}
    for code in codes:
        by_spelling.setdefault(spelling(code), set()).add(code)
    return sorted(tuple(sorted(one)) for one in by_spelling.values() if len(one) > 1)


def joined(counts: Mapping[str, int]) -> dict[str, str]:
    """{code: the code of all that are spelt like it}: the most frequent one, of equals the first.

    Args:
        counts: code -> rows
    """
    groups = alike(counts)
    return {code: max(group, key=lambda one: (counts[one], -group.index(one))) for group in groups for code in group}


def code_findings(corpus: Corpus, utterances: Sequence[Utterance]) -> list[Finding]:
    """Speakers, sessions and groups whose codes are alike, for `ser check`."""
    findings = []
    for role in KEPT_TOGETHER if corpus.speakers_known else KEPT_TOGETHER[1:]:
        groups = alike({code for one in utterances if (code := getattr(one.parsed, role))})
        if groups:
            known = corpus.speakers_apart and role == "speaker"
            level: Level = "note" if known else "warning"
            text = f"{sum(map(len, groups))} codes differ {DIFFER}: {named(groups)}"
            findings.append(Finding(level, f"{role}s", f"{text}; {_advice(role, known=known)}"))
    return findings


def named(groups: Sequence[Sequence[str]], counts: Mapping[str, int] | None = None) -> str:
    """The first groups for people, with the rows of each code where they are known."""
    rows = {code: f" ({counts[code]} rows)" if counts else "" for group in groups for code in group}
    return some([" and ".join(f"{code!r}{rows[code]}" for code in group) for group in groups])


def _advice(role: str, *, known: bool) -> str:
    if known:
        return "they are different people, by --speakers apart of the import"
    hint = "ser import … --speakers join, or apart" if role == "speaker" else "or spell them alike and import again"
    return f"if they are one {role}, it stands on both sides of a split: look at them, {hint}"
