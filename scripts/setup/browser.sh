#!/usr/bin/env bash
# Lets `npm run test:browser` find a browser: Debian's Chromium, unless one is there already.
set -euo pipefail

for name in chromium chromium-browser google-chrome; do
  if command -v "$name" > /dev/null; then
    echo "$name is there"
    exit 0
  fi
done
if ! command -v apt-get > /dev/null; then
  echo "error: no browser and no apt-get: install Chromium, or let MARQUEE_CHROMIUM name it" >&2
  exit 1
fi
as_root=()
if [ "$(id -u)" -ne 0 ]; then as_root=(sudo); fi
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core > /dev/null
echo "installed $(chromium --version)"
