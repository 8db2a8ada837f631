#!/usr/bin/env bash
# Lets Spark on this machine read and write gs://, as it does on Dataproc: Hadoop's connector for Cloud
# Storage, pinned, from Maven Central. Only tests need it: Dataproc has its own.
set -euo pipefail
cd "$(dirname "$0")/../.."

artifact=com.google.cloud.bigdataoss:gcs-connector:hadoop3-2.2.33:jar:shaded
sha256=cd47e5ef4d18a97576e0421b74812b87b2cb0d580c59bbc7113f5f526d46e48b
folder=.cache/cloud
jar=$folder/gcs-connector.jar

is_right() {
  echo "$sha256  $1" | sha256sum --check --status 2> /dev/null
}

if is_right "$jar"; then
  echo "the connector is there"
  exit 0
fi
if ! command -v mvn > /dev/null; then
  scripts/setup/apt-install.sh "no Maven and no apt-get: install Maven" maven
fi
mkdir -p "$folder"
# Maven heeds the mirrors of its own settings.
mvn --batch-mode --quiet dependency:copy -Dartifact="$artifact" -DoutputDirectory="$folder/next"
mv "$folder"/next/*.jar "$jar.next"
rmdir "$folder/next"
if ! is_right "$jar.next"; then
  echo "error: $artifact has another SHA-256 than expected" >&2
  exit 1
fi
mv "$jar.next" "$jar"
echo "installed $artifact"
