#!/usr/bin/env bash
# Lets `npm run test:cloud` run all of a run on Google Cloud on this machine: doubles of Cloud Storage and
# BigQuery, and Spark that reads and writes buckets.
set -euo pipefail
cd "$(dirname "$0")/../.."

scripts/setup/doubles.sh
scripts/setup/spark.sh
scripts/setup/gcs-connector.sh
