"""Annotations of NOVA and SSI: a header NAME.annotation, and beside it the labels or scores, NAME.annotation~.

A folder is a session; its files are called ROLE.STREAM.ENDING, and annotations ROLE.SCHEME.ANNOTATOR.annotation. Labels
have a time in s and a number of the scheme, or free text; scores follow each other at the rate of the scheme, the first
at 0 s. A label of the number -1 is none.
Source: NOVA documentation, "File Format" (Baur et al. 2020, doi:10.1007/s13218-020-00632-3); hcai-nova-utils 1.6.8,
which writes such files, with times in steps of 10 ms and scores in steps of 0.01
"""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray

from ser_tasks.corpora.importing.annotations.tiers import Label
from ser_tasks.corpora.importing.encoding import decode
from ser_tasks.corpora.importing.source_table import SourceError

ENDING = ".annotation"
KINDS = NUMBERED, SCORED, FREE = "DISCRETE", "CONTINUOUS", "FREE"
NONE = "-1"
LABEL_OF_NUMBER = np.dtype([("start", "<f8"), ("end", "<f8"), ("number", "<i4"), ("confidence", "<f4")])
LABEL_IN_MS = np.dtype([("start", "<i4"), ("end", "<i4"), ("number", "<i4"), ("confidence", "<f4")])
SCORE = np.dtype([("score", "<f4"), ("confidence", "<f4")])
REST = re.compile(r";\s*(?:color=|attributes:)")  # behind the confidence
AGAIN = "Export it again in NOVA: both files, the header and the data."


@dataclass(frozen=True)
class NovaFile:
    """What the header states.

    Attributes:
        file: the header
        role: whose annotation it is (expert, novice ...); empty: not stated
        annotator: who made it; None: not stated
        scheme: its name
        kind: NUMBERED, SCORED or FREE; others are not read
        labels: number -> label
        rate: scores in a second
        scale: of scores, as --scale has it; None: not stated
        binary: whether the data is
        size: labels or scores that there are; None: not stated
    """

    file: Path
    role: str
    annotator: str | None
    scheme: str
    kind: str
    labels: Mapping[str, str]
    rate: float
    scale: str | None
    binary: bool
    size: int | None

    def segments(self, encoding: str | None) -> list[Label]:
        """Start and end in s, and the label; empty where there is none.

        Raises:
            SourceError: data that is not of this header, or not there
        """
        if self.binary:
            rows = self._numbered() if self.kind == NUMBERED else self._free()
        else:
            rows = [*self._lines(encoding)]
        self._check_size(len(rows))
        texts = [self._word(text) if self.kind == NUMBERED else text.strip() for _, _, text in rows]
        return [(start, end, text) for (start, end, _), text in zip(rows, texts, strict=True)]

    def scores(self, encoding: str | None) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Times in s, and scores, NaN where there is none; both of shape (n,).

        Raises:
            SourceError: data that is not of this header, or not there
        """
        if self.binary:
            values = self._records(SCORE)["score"].astype(float)
        else:
            fields = [line.split(";")[0] for line in self._text(encoding)]
            values = np.array([self._number(field, place) for place, field in enumerate(fields, 1)], float)
        self._check_size(len(values))
        return np.arange(len(values)) / self.rate, values

    def _word(self, number: str) -> str:
        """Of a number of the scheme; empty: of NONE."""
        number = number.strip()
        if number not in self.labels and number != NONE:
            raise SourceError(
                f"{self.data}: a label has the number {number!r}, and the scheme has {', '.join(self.labels)} alone "
                f"({NONE}: no class). {AGAIN}"
            )
        return self.labels.get(number, "")

    @property
    def data(self) -> Path:
        """The file beside the header."""
        return self.file.with_name(f"{self.file.name}~")

    def _content(self) -> bytes:
        if not self.data.is_file():
            raise SourceError(f"{self.file}: {self.data.name}, which holds its data, is not beside it. {AGAIN}")
        return self.data.read_bytes()

    def _text(self, encoding: str | None) -> list[str]:
        self._content()
        return [line for line in decode(self.data, encoding).text.splitlines() if line.strip()]

    def _lines(self, encoding: str | None) -> Iterator[Label]:
        """Of text: start, end, number or label (which may hold semicolons), confidence, and perhaps more."""
        for place, line in enumerate(self._text(encoding), 1):
            fields = REST.split(line)[0].rstrip("; ").split(";")
            if len(fields) < 4:
                raise SourceError(f"{self.data}: line {place} has {len(fields)} fields, expected 4 ({line!r}). {AGAIN}")
            start, end = (self._number(field, place) for field in fields[:2])
            yield start, end, ";".join(fields[2:-1])

    def _number(self, field: str, place: int) -> float:
        try:
            found = float(field.strip().replace(",", "."))
        except ValueError:
            found = float("inf")
        if math.isinf(found) or (math.isnan(found) and self.kind != SCORED):
            raise SourceError(f"{self.data}: line {place}: {field!r} is no number. {AGAIN}")
        return found

    def _records(self, dtype: np.dtype[np.void]) -> NDArray[np.void]:
        content = self._content()
        if len(content) % dtype.itemsize:
            raise SourceError(
                f"{self.data}: {len(content)} bytes, no whole number of entries of {dtype.itemsize} bytes. {AGAIN}"
            )
        return np.frombuffer(content, dtype)

    def _numbered(self) -> list[Label]:
        """Of bytes; hcai-discover-utils 1.2.1 writes times in ms, in shorter entries than it reads."""
        in_ms = self.size is not None and len(self._content()) == self.size * LABEL_IN_MS.itemsize
        rows = self._records(LABEL_IN_MS if in_ms else LABEL_OF_NUMBER)
        unit = 1000 if in_ms else 1
        return [(float(row["start"]) / unit, float(row["end"]) / unit, str(row["number"])) for row in rows]

    def _free(self) -> list[Label]:
        """Of bytes: start, end, how long the label is, the label, confidence."""
        content, place, rows = self._content(), 0, list[Label]()
        try:
            while place < len(content):
                start, end, length = struct.unpack_from("<ddi", content, place)
                (text,) = struct.unpack_from(f"<{length}s", content, place + 20)
                rows.append((start, end, _decoded(text)))
                place += 24 + length
        except struct.error as error:
            raise SourceError(f"{self.data}: entry {len(rows) + 1} is not whole ({error}). {AGAIN}") from None
        return rows

    def _check_size(self, found: int) -> None:
        if self.size is not None and found != self.size:
            raise SourceError(f"{self.data}: {found} entries, and the header states {self.size}. {AGAIN}")


def _decoded(text: bytes) -> str:
    try:
        return text.decode()
    except UnicodeDecodeError:
        return text.decode("latin-1")


def headers_below(folder: Path) -> list[NovaFile]:
    """Of all annotations of NOVA in a folder and further down; other files with their ending are passed over."""
    found = list[NovaFile]()
    for file in sorted(folder.rglob(f"[!.]*{ENDING}")):
        with suppress(SourceError, OSError):
            found.append(read_header(file))
    return found


def read_header(file: Path) -> NovaFile:
    """What a header states; the role and the annotator, where it does not, from its name.

    Raises:
        SourceError: it is none
    """
    content = file.read_bytes()
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise SourceError(f"{file}: declares a document type, which files of NOVA do not. {AGAIN}")
    try:
        tree = ElementTree.fromstring(content)
        info, scheme = tree.find("info"), tree.find("scheme")
        if info is None or scheme is None:
            raise ValueError("no info, or no scheme")
        kind, rate = scheme.attrib["type"].upper(), float(scheme.get("sr") or 0)
        if kind == SCORED and not 0 < rate < math.inf:
            raise ValueError(f"scores at a rate of {rate:g}")
        size = info.get("size")
        ends = [scheme.get("min"), scheme.get("max")]
        meta = tree.find("meta")
        stated = {} if meta is None else meta.attrib
        named = file.stem.split(".")
        annotator = file.stem.removeprefix(f"{named[0]}.{scheme.get('name')}.")
        of_name = (named[0], annotator if annotator != file.stem else named[-1]) if len(named) >= 3 else ("", "")
        return NovaFile(
            file=file,
            role=stated.get("role") or of_name[0],
            annotator=of_name[1] or stated.get("annotator") or None,
            scheme=scheme.get("name") or "annotation",
            kind=kind,
            labels={item.attrib["id"]: item.attrib["name"] for item in scheme.iter("item")},
            rate=rate,
            scale=":".join(f"{float(end):g}" for end in ends if end) if kind == SCORED and all(ends) else None,
            binary=(info.get("ftype") or "ASCII").upper() != "ASCII",
            size=None if size is None else int(size),
        )
    except (ElementTree.ParseError, KeyError, ValueError) as error:
        raise SourceError(f"{file}: no header of NOVA, or not all of it ({error}). {AGAIN}") from None
