#!/usr/bin/env bash
# Lets `npm run test:browser` find a browser: Debian's Chromium, unless one is there already.
set -euo pipefail

for name in chromium chromium-browser google-chrome; do
  if command -v "$name" > /dev/null; then
    echo "$name is there"
    exit 0
  fi
done
"$(dirname "$0")/apt-install.sh" \
  "no browser and no apt-get: install Chromium, or let MARQUEE_CHROMIUM name it" \
  chromium fonts-dejavu-core
echo "installed $(chromium --version)"
