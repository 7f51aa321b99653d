"""Pictures of pages, to be looked at: `scripts/pictures.py OUT [--only REGEX] [--ways 390-dark-fr,paper-light-en,…]`.

A house is filled as the tests fill it, and each page is taken whole: `NAME.WIDTH-THEME-LANGUAGE.png`, on paper as PDF.
"""

import argparse
import os
import subprocess
import sys
from itertools import product
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SCREENS = [
    f"{width}-{theme}-{language}" for width, theme, language in product((1280, 390), ("light", "dark"), ("en", "fr"))
]
ALL = [*SCREENS, "paper-light-en", "paper-light-fr"]


def main() -> int:
    """Take them; returns what pytest returns."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, help="the folder the pictures go to")
    parser.add_argument("--only", default="", help="a regular expression over the names of routes (and `mails`)")
    parser.add_argument("--ways", default=",".join(ALL), help="width, theme and language of each")
    parser.add_argument("--axe", action="store_true", help="write what axe finds, and pages too wide, to axe.txt")
    parser.add_argument("--no-pictures", action="store_true", help="with --axe: nothing but its report")
    parser.add_argument("--stores", default="12", help="how many the chain has")
    said = parser.parse_args()
    environ = {"PICTURES_OUT": str(said.out.resolve()), "PICTURES_ONLY": said.only, "PICTURES_WAYS": said.ways}
    environ["PICTURES_AXE"] = ("alone" if said.no_pictures else "also") if said.axe else ""
    environ["PICTURES_STORES"] = said.stores
    asked = [sys.executable, "-m", "pytest", "-q", "--no-header", "-p", "tests.database", "tests/web/pictures.py"]
    return subprocess.run([*asked, "-o", "addopts="], cwd=ROOT, env={**os.environ, **environ}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
