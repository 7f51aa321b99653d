#!/usr/bin/env bash
# Build .venv from requirements.lock, hashes checked; uv when it is there, pip otherwise.
set -euo pipefail
python=${1:-python3}

command -v "$python" >/dev/null || { echo "Comptoir needs Python 3.11 or newer; '$python' was not found. Try: make setup PYTHON=python3.12" >&2; exit 1; }
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
  echo "Comptoir needs Python 3.11 or newer; '$python' is $("$python" -V 2>&1). Try: make setup PYTHON=python3.12" >&2; exit 1; }

rm -f .venv/.installed
if command -v uv >/dev/null; then
  [ -x .venv/bin/python ] || uv venv --quiet --python "$python" .venv
  VIRTUAL_ENV=.venv uv pip sync --quiet --require-hashes requirements.lock
  VIRTUAL_ENV=.venv uv pip install --quiet --no-deps --editable .
else
  [ -x .venv/bin/python ] || "$python" -m venv .venv || {
    echo "The venv module is missing. On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
  # The lock names everything: nothing is left to resolve. pip compiles file by file on one core.
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-compile --require-hashes \
    --requirement requirements.lock
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
  .venv/bin/python -m compileall -q -j 0 .venv/lib >/dev/null || true # templates of code that packages bring along
fi
.venv/bin/python scripts/catalogues.py compile
touch .venv/.installed
