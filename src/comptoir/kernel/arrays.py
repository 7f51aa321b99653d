"""Arrays as PostgreSQL itself spells them, for questions about hundreds of things: `ANY(%s::uuid[])`, `%s::text[]`.

Given a list, the database library looks at each element with an expression that asks whether it needs quotes: several
times what it takes to write all of them down.
"""

from collections.abc import Iterable
from uuid import UUID


def of_ids(ids: Iterable[UUID]) -> str:
    """Ids, in their order."""
    return f"{{{','.join([f'{each.int:032x}' for each in ids])}}}"


def of_texts(texts: Iterable[str]) -> str:
    """Texts, in their order; each is quoted, so it may hold anything but NUL, which PostgreSQL cannot."""
    quoted = ['"' + each.replace("\\", "\\\\").replace('"', '\\"') + '"' for each in texts]
    return f"{{{','.join(quoted)}}}"
