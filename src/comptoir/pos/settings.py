"""The settings a connector's folder owns: one prefix, values or files."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from comptoir.kernel.errors import ComptoirError


@dataclass(frozen=True)
class Settings:
    """What the environment says under a prefix such as `LIGHTSPEED_K_`, to the connector called `name`."""

    environ: Mapping[str, str]
    prefix: str
    name: str

    def value(self, setting: str) -> str:
        """PREFIX_SETTING, or the content of the file that PREFIX_SETTING_FILE points at; "" for neither."""
        path = self.environ.get(f"{self.prefix}{setting}_FILE")
        if not path:
            return self.environ.get(f"{self.prefix}{setting}", "").strip()
        try:
            return Path(path).read_text().strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ComptoirError(
                f"{self.prefix}{setting}_FILE points at {path}, which cannot be read.", for_log=str(error)
            ) from error

    def required(self, setting: str) -> str:
        """The same. Raises ComptoirError when nothing is set."""
        if value := self.value(setting):
            return value
        raise ComptoirError(
            f"{self.name} is not set up: set {self.prefix}CLIENT_ID and {self.prefix}CLIENT_SECRET to your OAuth"
            " client.",
            for_log=f"{self.prefix}{setting} is missing",
        )
