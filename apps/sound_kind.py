"""What kind of file some bytes are, by what they begin with: names and content types are only said."""

from apps.refusals import NotSoundError

KINDS = "WAV, FLAC, OGG, MP3, AIFF, M4A, MP4, MKV, WebM or AVI"
MPEG_SYNC = 0b1110_0000  # set in the second byte of every MPEG audio frame


def suffix_of(content: bytes, *, name: str) -> str:
    """The suffix by which `ser_tasks.audio.decode` reads this: .wav stands for all that libsndfile tells apart.

    Raises:
        NotSoundError: none of the known beginnings
    """
    head = content[:12]
    if head[:4] == b"RIFF" and head[8:] == b"AVI ":
        return ".avi"
    if head[4:8] == b"ftyp":
        return ".mp4"
    if head[:4] == b"\x1a\x45\xdf\xa3":  # EBML: Matroska and WebM
        return ".mkv"
    riff = (head[:4], head[8:]) == (b"RIFF", b"WAVE")
    aiff = head[:4] == b"FORM" and head[8:] in (b"AIFF", b"AIFC")
    mpeg = head[:3] == b"ID3" or (head[:1] == b"\xff" and len(head) > 1 and head[1] & MPEG_SYNC == MPEG_SYNC)
    if riff or aiff or mpeg or head[:4] in (b"fLaC", b"OggS", b"RF64"):
        return ".wav"
    raise NotSoundError(f"{name}: not a sound file that is known here, it begins with {head!r}. Send {KINDS}.")
