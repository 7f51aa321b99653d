"""Bodies as they lie in the inbox: packed with LZ4, a third of their size.

PostgreSQL would pack them by itself, but the one that is embedded knows `pglz` alone: that was a quarter of what a
notification cost it, five times what LZ4 takes here. The codec is pyarrow's, which reports have loaded anyway.
"""

from typing import Any, Final

import pyarrow
from django.db import models

# LZ4's own magic number (of its frames, which we do not write): it begins no JSON, and no other text.
MARK: Final = b"\x04\x22\x4d\x18"
SIZE_BYTES: Final = 4
SMALLEST: Final = 256
"""Bytes; what is less is left as it is."""

_CODEC: Final = pyarrow.Codec("lz4_raw")


def packed(body: bytes) -> bytes:
    """What is stored of a body: mark, size and block, or the body itself where that is no larger."""
    if len(body) >= SMALLEST or body.startswith(MARK):
        block = _CODEC.compress(body, asbytes=True)
        if len(MARK) + SIZE_BYTES + len(block) < len(body) or body.startswith(MARK):
            return b"%b%b%b" % (MARK, len(body).to_bytes(SIZE_BYTES, "little"), block)
    return body


def unpacked(stored: bytes) -> bytes:
    """The body again."""
    if not stored.startswith(MARK):
        return stored
    start = len(MARK) + SIZE_BYTES
    size = int.from_bytes(stored[len(MARK) : start], "little")
    body: bytes = _CODEC.decompress(stored[start:], decompressed_size=size, asbytes=True)
    return body


class PackedField(models.BinaryField):  # type: ignore[type-arg]  # not subscriptable when it runs
    """Bytes that are packed on their way to the database."""

    def deconstruct(self) -> tuple[str, str, Any, dict[str, Any]]:
        """To the database it is bytes."""
        name, _, arguments, options = super().deconstruct()
        return name, "django.db.models.BinaryField", arguments, options

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """Packed."""
        return super().get_db_prep_value(None if value is None else packed(bytes(value)), connection, prepared)

    def from_db_value(self, value: bytes | None, *_: Any) -> bytes | None:
        """Unpacked."""
        return None if value is None else unpacked(bytes(value))
