"""The encoding of a table that does not state it: UTF-8, or the one in which its letters make words.

Libraries judge by longer texts: of 25 tables of four short rows, charset-normalizer 3.5.2 misread ten (`schön` as
`sch—n`, Russian in KOI8-R as half-width katakana).
"""

import codecs
import re
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from ser_tasks.corpora.importing.source_table import SourceError
from ser_tasks.corpora.text_file import mend_text

MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
ZEROS = 0.1  # of one byte in two; paths and separators are ASCII in any table
WEIGHED = 2000  # lines beyond ASCII that decide
SHOWN = 24  # characters of the example
MOSTLY = 0.5  # of the lines beyond ASCII that are UTF-8: the others are slips in a table of UTF-8
FREQUENT, FALL = 1.2, 0.8  # what the most frequent letter counts, and how much less the rarest does
SHOUTED = 0.1  # what one in upper case inside of a word counts less
FINAL = frozenset("ςךםןףץ")  # at the end of a word only
NOT_ASCII = re.compile(r"[^\W\d_]*[^\x00-\x7f]+[^\W\d_]*(?: [^\W\d_]*[^\x00-\x7f]+[^\W\d_]*)*")
CLOSE = 0.1  # of likeness
WORD = re.compile(r"[^\W\d_]+")
PUNCTUATION = frozenset("‘’“”„‚‹›«»–—…·•°€£©®´¿¡§\u00a0\u3000、。，！？：；（）「」『』《》・ー～〜％")
INSIDE = re.compile(r"(?<=[^\W\d_])[“”„‚‹›«»…•°€£©®´¿¡§\u00a0](?=[^\W\d_])")  # of a word, where none of these stands


def _common(codec: str, first: int, last: int) -> str:
    """Characters of the rows of a set of two bytes that hold the common ones."""
    pairs = (bytes((row, cell)) for row in range(first, last + 1) for cell in range(0x40, 0xFF))
    return "".join(pair.decode(codec, errors="ignore") for pair in pairs)


# German; Spanish; French; Italian; Portuguese; Scandinavian; Dutch
WESTERN = ("äöüß", "áéíñóúü", "éèàùâêîôûëïüçœæ", "àèéìòù", "áâãàçéêíóôõú", "åäöéøæ", "ëéïóöüèá")
# Polish; Czech; Hungarian; Romanian; Croatian and Slovene; Slovak; German
CENTRAL = ("ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áéíóöőúüű", "ăâîşţ", "čćđšž", "áäčďéíĺľňóôŕšťúýž", "äöüß")
TURKISH = ("çğıöşüâîû",)
BALTIC = ("ąčęėįšųūž", "āčēģīķļņšūž", "äõöüšž")
LATIN = frozenset((*WESTERN, *CENTRAL, *TURKISH, *BALTIC))
# the more frequent letters first, which tells those apart that share their bytes
RUSSIAN = "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё"
CYRILLIC = (RUSSIAN, "оаинвтерісклупмдязьбгчйхєжїюшцщґф", "аоиеннртсјукдвлмпзгбчшцжњхљћђфџ")
GREEK = ("αοιετσνηυρπκμλςίόάέήύώωδγχθφβξζψϊϋΐΰ",)
HEBREW = ("יהולארתבמשןםנעדחקפכגטסצזךףץ",)
ARABIC = ("اليمونترةبعدسفهكقأحجشطصىخإذزضغئثءظؤآپچژگکی",)
JAPANESE = ("".join(map(chr, (*range(0x3041, 0x3097), *range(0x30A1, 0x30FB)))) + _common("euc_jp", 0xB0, 0xCF),)
CHINESE = (_common("gb2312", 0xB0, 0xD7),)
TRADITIONAL = (_common("big5", 0xA4, 0xC6),)
KOREAN = (_common("euc_kr", 0xB0, 0xC8),)
TWO_BYTES = frozenset((*JAPANESE, *CHINESE, *TRADITIONAL, *KOREAN))


@dataclass(frozen=True)
class Encoding:
    """One that tables come in: Python's codec, and the letters of each language that is written in it."""

    codec: str
    languages: tuple[str, ...]


ENCODINGS = {  # as `--encoding` takes them; of those that a table fits alike, the first
    "windows-1252": Encoding("cp1252", WESTERN),
    "windows-1251": Encoding("cp1251", CYRILLIC),
    "shift_jis": Encoding("cp932", JAPANESE),
    "euc-kr": Encoding("cp949", KOREAN),
    "gb18030": Encoding("gb18030", CHINESE),
    "euc_jp": Encoding("euc_jp", JAPANESE),
    "big5": Encoding("cp950", TRADITIONAL),
    "windows-1250": Encoding("cp1250", CENTRAL),
    "iso-8859-2": Encoding("iso8859_2", CENTRAL),
    "windows-1254": Encoding("cp1254", TURKISH),
    "windows-1253": Encoding("cp1253", GREEK),
    "windows-1255": Encoding("cp1255", HEBREW),
    "windows-1256": Encoding("cp1256", ARABIC),
    "windows-1257": Encoding("cp1257", BALTIC),
    "koi8-r": Encoding("koi8_r", (RUSSIAN,)),
    "mac_roman": Encoding("mac_roman", WESTERN),
    "cp850": Encoding("cp850", WESTERN),
    "cp866": Encoding("cp866", (RUSSIAN,)),
}
SUPERSETS = {  # Python's name -> what Windows writes under it
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "cp950",
}


@dataclass(frozen=True)
class Decoded:
    """A text, the encoding that it was read in, and why; None and empty of UTF-8."""

    text: str
    encoding: str | None = None
    why: str = ""
    other: str = ""  # another one that fits nearly as well

    @property
    def note(self) -> str:
        """Note that the encoding is a guess; empty: it is none."""
        if not self.why:
            return ""
        return f"read as {self.encoding}, {self.why}: {_example(self.text)}{self.other}. Is it not? Add --encoding NAME"


def decode(path: Path, given: str | None) -> Decoded:
    """The text of a file, in the given encoding, else the stated one, UTF-8, or the one that its letters fit.

    Raises:
        SourceError: no encoding of that name, or bytes that are no text in it, or in any
    """
    decoded = _decoded(path, path.read_bytes(), given)
    if "\0" in decoded.text:
        raise SourceError(
            f"{path}: zero bytes in it, so no text in an encoding known here. Export it as UTF-8; or state its "
            "encoding: add --encoding NAME."
        )
    return decoded


def _decoded(path: Path, content: bytes, given: str | None) -> Decoded:
    if given is not None:
        return _as_told(path, content, given)
    for mark, name in MARKS:
        if content.startswith(mark):
            return Decoded(mend_text(_strict(path, content, name)), None if name == "utf-8-sig" else "utf-16")
    if (utf_16 := _by_zeros(content)) is not None:
        return Decoded(_strict(path, content, utf_16), utf_16, "by its zero bytes")
    try:
        return Decoded(mend_text(content.decode("utf-8")))
    except UnicodeDecodeError:
        return _detected(content)


def _as_told(path: Path, content: bytes, given: str) -> Decoded:
    try:
        name = codecs.lookup(given).name
        "".encode(name)
    except LookupError as error:
        raise SourceError(
            f"--encoding {given}: no such encoding. There are: utf-8, utf-16, {', '.join(ENCODINGS)}, and all others "
            "that Python knows."
        ) from error
    return Decoded(mend_text(_strict(path, content, SUPERSETS.get(name, name))).removeprefix("\ufeff"), given)


def _strict(path: Path, content: bytes, name: str) -> str:
    try:
        return content.decode(name)
    except UnicodeError as error:
        at = content.count(b"\n", 0, getattr(error, "start", 0)) + 1
        raise SourceError(
            f"{path}: at line {at}, no text in {name}: {error}. Say another encoding: add --encoding NAME; or export "
            "the table as UTF-8."
        ) from error


def _by_zeros(content: bytes) -> str | None:
    """UTF-16 without a mark: what is ASCII in it has a zero in the second, or in the first, of its two bytes."""
    first, second = content[::2].count(0), content[1::2].count(0)
    if max(first, second) < ZEROS * len(content) / 2 or min(first, second) > max(first, second) / 4:
        return None
    return "utf-16-le" if second > first else "utf-16-be"


def _detected(content: bytes) -> Decoded:
    lines = [line for line in content.split(b"\n") if not line.isascii()]
    stray = sum(not _decodes(line, "utf-8") for line in lines)
    if stray <= MOSTLY * len(lines):
        return Decoded(mend_text(content.decode("latin-1")), "utf-8", f"but for {stray} lines of windows-1252")
    sample = b"\n".join(lines[:WEIGHED])
    fits = {name: likeness(sample, name) for name in ENCODINGS}
    ranked = [name for name in sorted(fits, key=lambda name: -fits[name]) if _decodes(content, ENCODINGS[name].codec)]
    if not ranked:
        return Decoded(mend_text(content.decode("latin-1")), "windows-1252", "as nothing else fits")
    texts = {name: content.decode(ENCODINGS[name].codec) for name in ranked if fits[name] >= fits[ranked[0]] - CLOSE}
    best, *others = (name for name in texts)
    other = next((f" (or {name}: {_example(texts[name])})" for name in others if texts[name] != texts[best]), "")
    return Decoded(texts[best], best, "by its letters", other)


def _decodes(content: bytes, codec: str) -> bool:
    try:
        content.decode(codec)
    except UnicodeDecodeError:
        return False
    return True


def likeness(sample: bytes, name: str) -> float:
    """Likeness of the letters beyond ASCII to one language that is written in an encoding: 1 of a usual text.

    Args:
        sample: lines of a table
        name: of ENCODINGS
    """
    try:
        text = sample.decode(ENCODINGS[name].codec)
    except UnicodeDecodeError:
        return float("-inf")
    beyond = [char for char in text if not char.isascii() and char not in PUNCTUATION]
    strays = sum(not char.isalpha() for char in beyond) + len(INSIDE.findall(text))
    words = [word for word in WORD.findall(text) if not word.isascii()]
    letters = max(sum(_fit(word, language) for word in words) for language in ENCODINGS[name].languages)
    return (letters - strays) / len(beyond) if beyond else 1.0 - strays


def _fit(word: str, language: str) -> float:
    """Letters beyond ASCII that the language has, by how frequent they are, less those that it has not."""
    letters = [(place, char) for place, char in enumerate(word) if not char.isascii()]
    mixed = len(letters) < len(word)
    if len(word) > 1 and (language in LATIN) != mixed:  # äöü stand between ASCII letters, я does not
        return -float(len(letters))
    value = _values(language)
    shouted = sum(place > 0 and char.isupper() for place, char in letters)
    misplaced = sum(one in FINAL or (one.islower() and two.isupper()) for one, two in pairwise(word))
    return sum(value.get(char.lower(), -1.0) for _, char in letters) - SHOUTED * shouted - 2 * misplaced


@cache
def _values(language: str) -> dict[str, float]:
    """Value of each letter: 1, or in an alphabet by frequency, from more to less, with a mean of 1 over a text."""
    if language in LATIN | TWO_BYTES:
        return dict.fromkeys(language, 1.0)
    return {char: FREQUENT - FALL * place / len(language) for place, char in enumerate(language)}


def _example(text: str) -> str:
    """The first words of a text that are not ASCII."""
    found = NOT_ASCII.search(text)
    return found[0].strip()[:SHOWN] if found else ""


def hint(encoding: str | None) -> str:
    """For the end of a refusal of words that may have been read wrongly; empty of UTF-8."""
    if encoding is None:
        return ""
    return f" The table was read as {encoding}. If these are not its words, state their encoding: add --encoding NAME."
