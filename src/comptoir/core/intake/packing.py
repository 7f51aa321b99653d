"""Bodies as they lie in the inbox: packed with LZ4 by the door, which is quick, and once more when they are processed.

Their row is written anew then anyway, and they lie there for thirty days: against the words that notifications of their
till have in common (`kernel.packing`) they are a third to a fifth of what LZ4 makes of them.

PostgreSQL would pack them by itself, but the one that is embedded knows `pglz` alone: that was a quarter of what a
notification cost it, five times what LZ4 takes here. The codec is pyarrow's, which reports have loaded anyway.
"""

from typing import Any, Final

import pyarrow
import structlog
from django.db import models

from comptoir.kernel import packing
from comptoir.kernel.errors import RuleBroken
from comptoir.pos import registry

log = structlog.get_logger(__name__)

# LZ4's own magic number (of its frames, which we do not write): it begins no JSON, and no other text.
MARK: Final = b"\x04\x22\x4d\x18"
MARKS: Final = (MARK, packing.MARK)
SIZE_BYTES: Final = 4
SMALLEST: Final = 256
"""Bytes; what is less is left as it is."""

_CODEC: Final = pyarrow.Codec("lz4_raw")


def packed(body: bytes) -> bytes:
    """What is stored of a body: mark, size and block, or the body itself where that is no larger."""
    if len(body) >= SMALLEST or body.startswith(MARKS):
        block = _CODEC.compress(body, asbytes=True)
        if len(MARK) + SIZE_BYTES + len(block) < len(body) or body.startswith(MARKS):
            return b"%b%b%b" % (MARK, len(body).to_bytes(SIZE_BYTES, "little"), block)
    return body


def packed_to_stay(body: bytes, provider: str) -> bytes:
    """What is stored of a body that was processed; a provider that is not known has no words."""
    if body.startswith(MARKS):
        return packed(body)
    try:
        words = registry.connector(provider).manifest.wordings
    except RuleBroken:
        words = ()
    return packing.pack(body, words[-1] if words else b"")


def unpacked(stored: bytes) -> bytes:
    """The body again; what is stored where it is damaged or its words are not known, and no connector can read that."""
    if stored.startswith(packing.MARK):
        try:
            return packing.unpack(stored, registry.wordings())
        except packing.Unpackable as error:
            log.error("body.not_unpacked", cause=str(error))
            return stored
    if not stored.startswith(MARK):
        return stored
    start = len(MARK) + SIZE_BYTES
    size = int.from_bytes(stored[len(MARK) : start], "little")
    try:
        body: bytes = _CODEC.decompress(stored[start:], decompressed_size=size, asbytes=True)
    except (pyarrow.ArrowException, OSError) as error:
        log.error("body.not_unpacked", cause=str(error))
        return stored
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
