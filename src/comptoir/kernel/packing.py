"""Texts that are much alike, packed against words that all of them share (DEFLATE with a preset dictionary, RFC 1950).

A packed text names the words it was packed with by their checksum, and carries one of its own.
"""

import zlib
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Final

MARK: Final = b"\0\1"
"""Before a packed text. One that begins so by itself is packed whatever it costs, so the two are never confused."""
# No larger a window than texts of some kilobytes and their words fill: less to be copied for each text.
LEVEL: Final = 2
WINDOW_BITS: Final = 13
MEMORY: Final = 5
HAS_WORDS: Final = 0x20


class Unpackable(ValueError):
    """The text is damaged, or the words are not known that it was packed with."""


def checksum(words: bytes) -> int:
    """What a packed text calls the words it was packed with."""
    return zlib.adler32(words)


def by_checksum(words: Iterable[bytes]) -> dict[int, bytes]:
    """Words as `unpack` looks for them."""
    return {checksum(each): each for each in words}


def pack(text: bytes, words: bytes = b"") -> bytes:
    """The text, smaller if that is possible; `words` are some kilobytes, the most usual last."""
    packer = _packer(words).copy()
    packed = MARK + packer.compress(text) + packer.flush()
    return packed if len(packed) < len(text) or text.startswith(MARK) else text


@cache
def _packer(words: bytes) -> "zlib._Compress":
    """One that has read the words: a copy of it costs a third of what reading them does."""
    settings = (LEVEL, zlib.DEFLATED, WINDOW_BITS, MEMORY, zlib.Z_DEFAULT_STRATEGY)
    return zlib.compressobj(*settings, words) if words else zlib.compressobj(*settings)


def unpack(stored: bytes, known: Mapping[int, bytes]) -> bytes:
    """The text as it was. Raises Unpackable."""
    if not stored.startswith(MARK):
        return stored
    packed = stored[len(MARK) :]
    words = b""
    if len(packed) > 6 and packed[1] & HAS_WORDS:
        name = int.from_bytes(packed[2:6])
        if name not in known:
            raise Unpackable(f"packed with words that are not known: {name:08x}")
        words = known[name]
    unpacker = zlib.decompressobj(WINDOW_BITS, words) if words else zlib.decompressobj(WINDOW_BITS)
    try:
        text = unpacker.decompress(packed)
    except zlib.error as error:
        raise Unpackable(str(error)) from error
    if not unpacker.eof:
        raise Unpackable("the packed text ends early")
    return text
