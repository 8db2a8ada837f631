#!/usr/bin/env bash
# Installs Debian's packages for the other setup scripts.
#
#   scripts/setup/apt-install.sh WHAT-TO-DO-WITHOUT-APT PACKAGE...
set -euo pipefail

otherwise=$1
shift
if ! command -v apt-get > /dev/null; then
  echo "error: $otherwise" >&2
  exit 1
fi
as_root=()
if [ "$(id -u)" -ne 0 ]; then as_root=(sudo); fi
"${as_root[@]}" apt-get -o Acquire::Retries=3 update -qq
"${as_root[@]}" apt-get -o Acquire::Retries=3 install -y -qq --no-install-recommends "$@" > /dev/null
