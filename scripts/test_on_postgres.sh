#!/usr/bin/env bash
# Run tests on a PostgreSQL of yours: test_on_postgres.sh FOLDER_OF_ITS_PROGRAMS TESTS…
set -euo pipefail
programs=$1
shift
folder=$(mktemp -d)
port=$((10000 + RANDOM % 10000)) # none that a connection or a test's own server takes meanwhile

# PostgreSQL refuses to run as root.
as_server() { if [ "$(id -u)" = 0 ]; then runuser -u "${COMPTOIR_TEST_POSTGRES_USER:-postgres}" -- "$@"; else "$@"; fi; }
[ "$(id -u)" != 0 ] || chown "${COMPTOIR_TEST_POSTGRES_USER:-postgres}" "$folder"
stop() {
  as_server "$programs/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null || true
  rm -rf "$folder"
}
trap stop EXIT

as_server "$programs/initdb" -D "$folder/data" -U comptoir -A trust --locale=C --encoding=UTF8 >/dev/null
as_server "$programs/pg_ctl" -D "$folder/data" -w -l "$folder/log" start \
  -o "-p $port -k $folder -c fsync=off -c max_connections=200" >/dev/null
echo "Tests on $("$programs/postgres" --version)"
# The code is the same and was tried at length before: what differs here is what a statement may say, and that shows with
# a test of each file and few examples. Schemathesis needs many, and says nothing about a database.
COMPTOIR_TEST_EXAMPLES=5 COMPTOIR_TEST_OF_EACH_FILE=1 COMPTOIR_TEST_DATABASE_URL="postgresql://comptoir@127.0.0.1:$port/postgres" \
  .venv/bin/python -m pytest -n auto --ignore-glob '*/test_schemathesis.py' "$@"
