#!/usr/bin/env bash
# Lets `npm run test:deploy` apply stacks on this machine, on doubles of Cloud Storage and BigQuery.
# Without Terraform and its provider there is nothing to prepare.
set -euo pipefail
cd "$(dirname "$0")/../.."

if ! node --import tsx test/support/deploy/provider-at-hand.ts; then
  echo "nothing is installed: test:deploy will say what it skips"
  exit 0
fi
scripts/setup/doubles.sh
