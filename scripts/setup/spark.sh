#!/usr/bin/env bash
# Installs Spark beside the project, where `--engine spark` finds it: PySpark from PyPI, pinned, and a Java
# that it runs on (17 or 11), from Debian unless there is one.
#
#   scripts/setup/spark.sh [VERSION [FOLDER]]
set -euo pipefail
cd "$(dirname "$0")/../.."

version=${1:-3.5.9}
folder=${2:-.cache/spark}

# The home of a Java of this major version; nothing where there is none.
java_home() {
  local home
  for home in ${JAVA_HOME:-} /usr/lib/jvm/*; do
    if "$home/bin/java" -version 2>&1 | head -n 1 | grep -q "\"$1\."; then
      echo "$home"
      return
    fi
  done
}

java=$(java_home 17)
java=${java:-$(java_home 11)}
if [ -z "$java" ]; then
  scripts/setup/apt-install.sh \
    "no Java 17 or 11 and no apt-get: install one, or let JAVA_HOME name it" \
    openjdk-17-jre-headless
  java=$(java_home 17)
fi

mkdir -p "$folder"
if ! "$folder/python/bin/python" -c "import pyspark; assert pyspark.__version__ == '$version'" 2> /dev/null; then
  python3 -m venv --clear "$folder/python"
  "$folder/python/bin/pip" install --quiet "pyspark==$version"
fi
"$folder/python/bin/python" -c "import pyspark; print(pyspark.__path__[0])" > "$folder/home"
echo "$java" > "$folder/java"
echo "Spark $version on Java $("$java/bin/java" -version 2>&1 | head -n 1)"
