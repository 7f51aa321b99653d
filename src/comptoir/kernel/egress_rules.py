"""Which addresses `egress` may call although they are not public; apart from it, since every command reads them."""

from dataclasses import dataclass

from comptoir.kernel.errors import ComptoirError


@dataclass(frozen=True)
class Rules:
    """Exceptions: exact pairs of host and port that may be called without https and wherever they are."""

    allowed: frozenset[tuple[str, int]] = frozenset()

    @classmethod
    def parse(cls, text: str) -> "Rules":
        """Read `host:port` pairs separated by commas. Raises ComptoirError."""
        found = set()
        for part in filter(None, (each.strip() for each in text.split(","))):
            host, _, port = part.rpartition(":")
            if not host or not port.isdecimal():
                raise ComptoirError(f"COMPTOIR_EGRESS_ALLOW holds {part}, which is no host:port.")
            found.add((host.strip("[]").lower(), int(port)))
        return cls(frozenset(found))
