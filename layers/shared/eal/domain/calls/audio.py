"""Audio files: which format the first bytes show, and the recording of calls in test mode."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

MAGIC_BYTES = 12
"""The first bytes that decide."""
_SILENT_SAMPLES = 8_000


class AudioFormat(NamedTuple):
    content_type: str
    extension: str


MP3, WAV = AudioFormat("audio/mpeg", "mp3"), AudioFormat("audio/wav", "wav")
_OTHERS = {
    b"OggS": AudioFormat("audio/ogg", "ogg"),
    b"fLaC": AudioFormat("audio/flac", "flac"),
    b"#!AMR": AudioFormat("audio/amr", "amr"),
}


def format_of(head: bytes) -> AudioFormat | None:
    """The format of a file that begins with these bytes; None if it is no audio that browsers or phone systems use.

    What the sender calls the file does not matter: a page that is called audio/mpeg would run in a browser.
    """
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return WAV
    if head[:3] == b"ID3" or _is_mpeg_frame(head):
        return MP3
    if head[4:11] in (b"ftypM4A", b"ftypM4B"):
        return AudioFormat("audio/mp4", "m4a")
    return next((found for magic, found in _OTHERS.items() if head.startswith(magic)), None)


def _is_mpeg_frame(head: bytes) -> bool:
    """A frame header of ISO/IEC 11172-3: sync, layer III, a bit rate, a sampling rate."""
    return (
        len(head) >= 4
        and head[0] == 0xFF
        and head[1] & 0xE6 == 0xE2
        and head[1] & 0x18 != 0x08
        and head[2] & 0xF0 not in (0x00, 0xF0)
        and head[2] & 0x0C != 0x0C
    )


def simulated() -> Iterator[bytes]:
    """One second of silence as a WAV file: 8 kHz, 8 bits, mono."""
    header = (
        b"RIFF", _le(36 + _SILENT_SAMPLES), b"WAVEfmt ", _le(16), _le(1, 2), _le(1, 2), _le(_SILENT_SAMPLES),
        _le(_SILENT_SAMPLES), _le(1, 2), _le(8, 2), b"data", _le(_SILENT_SAMPLES),
    )  # fmt: skip
    yield b"".join(header) + b"\x80" * _SILENT_SAMPLES


def _le(value: int, length: int = 4) -> bytes:
    return value.to_bytes(length, "little")
