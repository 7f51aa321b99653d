"""WhiteNoise looks up static files once for a process instead of once for each client: a test's client is a handler of
its own, which reads the head of every file there is before it answers for the first time.
"""

from typing import Any

from whitenoise.middleware import WhiteNoiseMiddleware

_look_up = WhiteNoiseMiddleware.add_files_from_finders
_found: dict[str, Any] = {}


def add_what_was_found(self: WhiteNoiseMiddleware) -> None:
    if not _found:
        _look_up(self)
        _found.update(self.files)
    self.files.update(_found)


WhiteNoiseMiddleware.add_files_from_finders = add_what_was_found
