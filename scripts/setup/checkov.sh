#!/usr/bin/env bash
# Installs checkov, which scripts/checkov.sh runs, beside the project: nothing else on the machine changes.
set -euo pipefail
cd "$(dirname "$0")/../.."

version=3.3.30
home=.cache/checkov
if [ "$("$home/bin/checkov" --version 2> /dev/null)" = "$version" ]; then
  echo "checkov $version is there"
  exit 0
fi
python3 -m venv --clear "$home"
"$home/bin/pip" install --quiet "checkov==$version"
echo "installed checkov $("$home/bin/checkov" --version)"
