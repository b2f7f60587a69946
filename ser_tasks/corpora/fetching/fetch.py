"""Get a corpus: download and unpack it, or link a folder the user has; then write its manifest."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from urllib.parse import unquote, urlsplit

from filelock import FileLock, Timeout

from ser_tasks.atomic import atomic_path
from ser_tasks.corpora.corpus import Corpus, CorpusError, Source
from ser_tasks.corpora.fetching.archive import unpack
from ser_tasks.corpora.fetching.download import download, verify
from ser_tasks.corpora.fetching.progress import Progress, Silent
from ser_tasks.corpora.listing import Listing, list_audio
from ser_tasks.corpora.manifest import Entry, digest_files, read_manifest, save_entries
from ser_tasks.corpora.place import Place, place_of
from ser_tasks.corpora.reading import unparsed


@dataclass(frozen=True)
class Fetched:
    """A corpus in place."""

    root: Path
    manifest: Path
    n_files: int
    how: str  # what was done, for people


def fetch(
    corpus: Corpus,
    data_folder: Path,
    *,
    origin: str | Path | None = None,
    everything: bool = False,
    progress: Progress | None = None,
) -> Fetched:
    """Put a corpus below the data folder and state its version.

    Args:
        corpus: which
        data_folder: gets corpora/<name> and manifests/<name>.csv
        origin: a folder (linked, never copied), an archive, or an address (http, https, file);
            None is what is in place already, or else the official source
        everything: also the optional archives of the release
        progress: is called at every step

    Raises:
        CorpusError: not to be had, not this corpus, or not safe to unpack
    """
    if corpus.kind == "synthetic":
        raise CorpusError(f"{corpus.name} is made here, not fetched: {corpus.how_to_get}.")
    progress = progress or Silent()
    place = place_of(corpus, data_folder)
    with _alone(place, progress):
        how = _settle(corpus, place, origin, everything, progress)
        listing = list_audio(place.root, corpus)
        _tell_skipped(corpus, place.root, listing, progress)
        entries = digest_files(place.root, listing)
        _tell_changes(place.manifest, entries, progress)
        save_entries(entries, place.manifest)
    return Fetched(place.root, place.manifest, len(entries), how)


def _settle(corpus: Corpus, place: Place, origin: str | Path | None, everything: bool, progress: Progress) -> str:
    """How the root was made."""
    in_place = place.root.exists()
    if origin is None and not everything and (in_place or place.root.is_symlink()):
        return f"used as it is, {'linked' if place.root.is_symlink() else 'unpacked'} before"
    if in_place and not place.root.is_symlink():
        raise CorpusError(
            f"{place.root}: {corpus.name} is unpacked here already. Remove that folder to fetch it anew, or "
            "leave out --from and --all to keep it."
        )
    if origin is not None:
        return _from_origin(corpus, place, origin, progress)
    wanted = [source for source in corpus.sources if everything or not source.optional]
    if not wanted:
        raise CorpusError(f"{corpus.name} cannot be downloaded. To get it: {corpus.how_to_get}.")
    return _from_sources(corpus, place, wanted, progress)


def _from_origin(corpus: Corpus, place: Place, origin: str | Path, progress: Progress) -> str:
    scheme = urlsplit(str(origin)).scheme.lower()
    if scheme in ("http", "https"):
        return _from_sources(corpus, place, [_known_source(corpus, str(origin))], progress)
    if scheme == "file":
        path = Path(unquote(urlsplit(str(origin)).path))
    elif "://" in str(origin):
        raise CorpusError(f"{origin}: cannot fetch from {scheme}://. Give a folder, an archive, or http, https, file.")
    else:
        path = Path(origin).expanduser()
    if path.is_dir():
        return _link(corpus, place, path.resolve())
    if not path.is_file():
        raise CorpusError(
            f"{path}: no such folder or file. Give the folder, or the zip or tar, that holds {corpus.name}."
        )
    _vouch(corpus, path, progress)
    _unpack_root(corpus, place, [path], progress)
    return f"unpacked from {path}"


def _from_sources(corpus: Corpus, place: Place, sources: list[Source], progress: Progress) -> str:
    folder = place.root.parent / ".downloads" / corpus.name
    archives = []
    for source in sources:
        if source.md5 is None:
            why = "the release states none" if source in corpus.sources else "not the official archive"
            progress.note(f"{source.file_name}: checksum not verified ({why})")
        archives.append(download(source, folder, progress=progress))
    _unpack_root(corpus, place, archives, progress)
    for archive in archives:
        archive.unlink()
    return f"downloaded from {', '.join(source.url for source in sources)}"


def _link(corpus: Corpus, place: Place, folder: Path) -> str:
    corpora = place.root.parent.resolve()
    if folder.is_relative_to(corpora) or corpora.is_relative_to(folder):
        raise CorpusError(
            f"{folder}: inside or around {corpora}, where links to corpora are kept. Give a folder "
            "elsewhere, or move this one out first."
        )
    _require_known(corpus, folder)
    with atomic_path(place.root) as temporary:
        temporary.symlink_to(folder, target_is_directory=True)
    return f"linked to {folder}"


def _unpack_root(corpus: Corpus, place: Place, archives: list[Path], progress: Progress) -> None:
    """Unpack beside the root, find the corpus inside, and rename it into place whole."""
    with atomic_path(place.root) as temporary:
        everything = temporary.with_name("unpacked")
        everything.mkdir()
        for archive in archives:
            unpack(archive, everything, progress=progress)
        found = find_root(corpus, everything)
        _require_known(corpus, found)
        found.rename(temporary)
        if place.root.is_symlink():
            place.root.unlink()


def find_root(corpus: Corpus, folder: Path) -> Path:
    """The shallowest folder directly above the corpus' layout; else the first that is no mere wrapper."""
    level = [folder]
    while corpus.layout and level:
        inside = {parent: sorted(child for child in parent.iterdir() if child.is_dir()) for parent in level}
        for parent, children in inside.items():
            if any(fnmatchcase(child.name, corpus.layout) for child in children):
                return parent
        level = [child for children in inside.values() for child in children]
    while len(visible := [child for child in folder.iterdir() if not child.name.startswith((".", "__"))]) == 1:
        if not visible[0].is_dir():
            break
        folder = visible[0]
    return folder


def _require_known(corpus: Corpus, root: Path) -> None:
    """Refuse a folder without a single file of the corpus' grammar."""
    audio = list_audio(root, corpus).audio
    known = len(corpus.read(root, audio)) if corpus.read else len(audio) - len(unparsed(corpus, root, audio))
    if known == 0:
        raise CorpusError(
            f"{root}: {len(audio)} audio files, but none is named as in {corpus.name}; expected like "
            f"{corpus.pattern}. Give the folder that holds the corpus."
        )


def _known_source(corpus: Corpus, url: str) -> Source:
    """The official source at this address, else one nobody vouches for."""
    bare = url.split("?", maxsplit=1)[0]
    return next((source for source in corpus.sources if source.url.split("?", maxsplit=1)[0] == bare), Source(url))


def _vouch(corpus: Corpus, archive: Path, progress: Progress) -> None:
    """Verify an archive that has the name and size of an official one; else note that nobody did."""
    size = archive.stat().st_size
    for source in corpus.sources:
        if source.md5 and source.file_name == archive.name and source.size == size:
            verify(archive, source)
            progress.note(f"{archive.name}: the official archive, checksum verified")
            return
    progress.note(f"{archive.name}: not the official archive: checksum not verified")


def _tell_changes(manifest: Path, entries: list[Entry], progress: Progress) -> None:
    try:
        before = {entry.path: entry.sha256 for entry in read_manifest(manifest)}
    except CorpusError:
        return  # none before, or not readable: about to be written anew
    after = {entry.path: entry.sha256 for entry in entries}
    changed = sum(before[path] != after[path] for path in before.keys() & after.keys())
    if before != after:
        progress.note(
            f"another version than the manifest stated: {len(after.keys() - before.keys())} files new, "
            f"{len(before.keys() - after.keys())} gone, {changed} changed"
        )


def _tell_skipped(corpus: Corpus, root: Path, listing: Listing, progress: Progress) -> None:
    unparsed_names = unparsed(corpus, root, listing.audio)
    if unparsed_names:
        first = next(iter(unparsed_names.values()))
        progress.note(
            f"{len(unparsed_names)} audio files are not of {corpus.name} and will be refused; the first: {first}"
        )
    if listing.skipped:
        progress.note("skipped: " + ", ".join(f"{count} {reason}" for reason, count in listing.skipped.items()))


@contextmanager
def _alone(place: Place, progress: Progress) -> Iterator[None]:
    """One fetch of a corpus at a time; a second one waits."""
    place.root.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(place.root.parent / f".{place.root.name}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        progress.note(f"another fetch of {place.root.name} is at work: waiting for it")
        lock.acquire()
    try:
        yield
    finally:
        lock.release()
