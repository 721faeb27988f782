"""Compression of stored values: raw DEFLATE with a dictionary that both sides know.

A short JSON text repeats little of itself, but much of others: a lead of 845 bytes becomes 477 without the dictionary,
and 243 with it.

The first byte of a compressed value says how to read it. The dictionary of a byte can never change, because stored
values need it: a better one gets bytes of its own.
"""

from __future__ import annotations

import json
import zlib
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from eal.core.json import Json

DICTIONARY = Path(__file__).with_name("compression_dictionary.txt")
"""Events, changes and words that are often in them. DEFLATE refers to what is near in fewer bits, so the most frequent
is at the end."""
_TEXT, _JSON = b"\x01", b"\x02"
_LEVEL, _WINDOW_BITS, _MEMORY_LEVEL = 5, 12, 4
"""Window and memory level decide how much state is copied for each value: 30 KB, a tenth of what zlib's defaults copy,
which make a lead no shorter. The window of 4 KB reaches most of the dictionary."""


class Unreadable(Exception):
    """A stored value is not compressed in a way that this code knows."""


def compress(value: Json, max_bytes: int | None = None) -> bytes | None:
    """A text as it is, and any other value as JSON. None if it has more than `max_bytes`."""
    if isinstance(value, str):
        form, text = _TEXT, value
    else:
        form, text = _JSON, json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    # A lone surrogate is no UTF-8, but can be part of a text in JSON.
    content = text.encode(errors="surrogatepass")
    if max_bytes is not None and len(content) > max_bytes:
        return None
    return form + _deflated(content)


def decompress(content: bytes) -> Json:
    """The value of which `compress` made the content. Raises: Unreadable."""
    form = content[:1]
    if form not in (_TEXT, _JSON):
        raise Unreadable(f"a compressed value begins with {form.hex() or 'nothing'}")
    decompressor = zlib.decompressobj(wbits=-zlib.MAX_WBITS, zdict=_dictionary())
    try:
        text = decompressor.decompress(content[1:]).decode(errors="surrogatepass")
        if not decompressor.eof:
            raise Unreadable("a compressed value is cut off")
        return text if form == _TEXT else cast("Json", json.loads(text))
    except (zlib.error, ValueError) as error:
        raise Unreadable("a compressed value is damaged") from error


@lru_cache(maxsize=1)  # the event of a change and the response to the request are often the same text
def _deflated(content: bytes) -> bytes:
    compressor = _compressor().copy()
    return compressor.compress(content) + compressor.flush()


@cache
def _compressor() -> zlib._Compress:
    """One that has read the dictionary, to be copied: reading it takes longer than compressing a short text.

    Negative window bits stand for DEFLATE without a header and a checksum, which DynamoDB makes superfluous.
    """
    return zlib.compressobj(_LEVEL, wbits=-_WINDOW_BITS, memLevel=_MEMORY_LEVEL, zdict=_dictionary())


@cache
def _dictionary() -> bytes:
    return DICTIONARY.read_bytes()
