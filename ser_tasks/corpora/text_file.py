"""Text of label files whose encoding nobody states."""

import re
from pathlib import Path

# what Windows-1252 keeps where Unicode has the control characters U+0080 to U+009F; five of them it leaves undefined
WINDOWS = {code: char for code in range(0x80, 0xA0) if (char := bytes([code]).decode("cp1252", errors="ignore"))}
BYTES = {ord(char): code for code, char in WINDOWS.items()}
BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")


def read_text(path: Path) -> str:
    """A file in UTF-8, or else in Windows-1252, repaired; line ends are kept."""
    content = path.read_bytes()
    try:
        return mend_text(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return mend_text(content.decode("latin-1"))


def mend_text(text: str) -> str:
    """Quotes and dashes as they were written, where a file went through a wrong encoding.

    Windows-1252 read as Latin-1 leaves control characters (U+0092 for ’), UTF-8 read as Windows-1252 leaves two or
    three letters for one (â€™ for ’). Right text is not changed: as bytes it would be no UTF-8.
    """
    return BEYOND_ASCII.sub(_mended, text.translate(WINDOWS))


def _mended(run: re.Match[str]) -> str:
    try:
        return run[0].translate(BYTES).encode("latin-1").decode("utf-8")
    except UnicodeError:
        return run[0]
