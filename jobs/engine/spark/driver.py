"""Runs models and checks with Spark, as manifests ask for them.

    spark-submit driver.py [--limit SECONDS] MANIFEST [MANIFEST ...]

A manifest is JSON that jobs/engine/spark/manifest.ts writes. It says everything; this program knows
no table by name:

    inputs     tables that are there: id, folder
    models     tables to make, each behind what it reads: id, select, columns, order, files, folder
    checks     questions whose answer is one number: table, name, query
    report     file for what was done

The report, JSON too, has rows and seconds of each model and the number of each check. It is written
also where something failed: `failure` then says what, its SQL, and Spark's own words. On the machine of
the run MARQUEE_PROCESS is the run's process: once it is gone, however it ended, Spark ends too. After the limit all is given up. A model's files
are zstd Parquet with instants adjusted to UTC. What is begun is told on stdout, a line each.
"""

import argparse
import json
import os
import signal
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import Observation, SparkSession
from pyspark.sql import functions as F

# What Spark calls the types that a declaration knows.
SPARK_TYPES = {
    "BIGINT": "bigint",
    "DOUBLE": "double",
    "STRING": "string",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMP": "timestamp",
}

AT_ONCE = 4


class Failure(Exception):
    """What failed, with the words that a person needs."""

    def __init__(self, kind, name, sql, message):
        super().__init__(name)
        self.facts = {"kind": kind, "name": name, "sql": sql, "message": message}


def main(given):
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--limit", type=float)
    arguments.add_argument("manifests", nargs="+")
    asked = arguments.parse_args(given)
    # Before anything: to read a manifest may take a session, and a full cluster gives none for long.
    if asked.limit is not None:
        end_after(asked.limit)
    end_with(os.environ.get("MARQUEE_PROCESS"))
    manifests = [read_manifest(path) for path in asked.manifests]
    spark = SparkSession.builder.appName("marquee").getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    try:
        return max(run(spark, manifest) for manifest in manifests)
    finally:
        spark.stop()


def end_with(process):
    """Spark lives no longer than the run that it works for, however that one ends."""
    if process is None:
        return
    threading.Thread(target=watch, args=(int(process),), daemon=True).start()


def end_after(seconds):
    """Work that nobody waits for any more must not keep a cluster there, and cost, for ever."""
    timer = threading.Timer(seconds, os._exit, args=(1,))
    timer.daemon = True
    timer.start()


def watch(process):
    while True:
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            os.killpg(os.getpgrp(), signal.SIGKILL)
        time.sleep(0.5)


def read_manifest(path):
    manifest = json.loads(read_text(path))
    missing = {"inputs", "models", "checks", "report"} - manifest.keys()
    if missing:
        raise SystemExit(f"{path} is no manifest: it lacks {', '.join(sorted(missing))}")
    return manifest


def run(spark, manifest):
    report = {"spark": spark.version, "models": [], "checks": []}
    try:
        work_through(spark, manifest, report)
        return 0
    except Failure as failure:
        report["failure"] = failure.facts
        return 1
    except Exception as error:
        # Whatever it is, a report without a failure would say that all is made.
        report["failure"] = {"kind": "driver", "name": type(error).__name__, "sql": "", "message": words_of(error)}
        return 1
    finally:
        write_report(manifest["report"], report)


def work_through(spark, manifest, report):
    tables = manifest["inputs"] + manifest["models"]
    for layer in sorted({table["id"].split(".")[0] for table in tables}):
        # In-memory catalogues know nothing of an earlier manifest's tables once these are gone.
        spark.sql(f"drop database if exists {layer} cascade")
        spark.sql(f"create database {layer}")
    # Several at once here and below: these take longer to plan than to do, and one thread plans each.
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda table: show(spark, table), manifest["inputs"]))
    for model in manifest["models"]:
        print(f"begins {model['id']}", flush=True)
        report["models"].append(make(spark, model))
    pool = ThreadPoolExecutor(AT_ONCE)
    try:
        for answer in pool.map(lambda check: ask(spark, check), manifest["checks"]):
            report["checks"].append(answer)
    except Failure:
        # What else is being answered is of no use any more, and would be waited for.
        spark.sparkContext.cancelAllJobs()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def show(spark, table, schema=None):
    """Lets SELECTs read a folder by the table's id. Without a schema the files are looked at for it."""
    try:
        spark.catalog.createTable(table["id"], path=table["folder"], source="parquet", schema=schema)
    except (PySparkException, Py4JError) as error:
        raise Failure("input", table["id"], table["folder"], words_of(error)) from error


def make(spark, model):
    start = time.monotonic()
    counted = Observation()
    order = [F.col(name).asc_nulls_last() for name in model["order"]]
    try:
        rows = spark.sql(model["select"])
        expect_columns(rows, model)
        stored = rows.repartition(model["files"]).sortWithinPartitions(order)
        # Counted as they go by: no pass of their own.
        counting = stored.observe(counted, F.count(F.lit(1)).alias("rows"))
        counting.write.mode("overwrite").parquet(model["folder"])
        show(spark, model, rows.schema)
    except (PySparkException, Py4JError) as error:
        raise Failure("model", model["id"], model["select"], words_of(error)) from error
    seconds = time.monotonic() - start
    return {"id": model["id"], "rows": counted.get["rows"], "seconds": seconds}


def expect_columns(rows, model):
    """A declaration is a promise: what comes otherwise is told, not cast."""
    declared = [(column["name"], SPARK_TYPES[column["type"]]) for column in model["columns"]]
    if rows.dtypes == declared:
        return
    gives = ", ".join(f"{name} {kind}" for name, kind in rows.dtypes if (name, kind) not in declared)
    lacks = ", ".join(f"{name} {kind}" for name, kind in declared if (name, kind) not in rows.dtypes)
    message = f"gives {gives or 'its columns in another order'} where {lacks or 'that of the declaration'} is declared"
    raise Failure("model", model["id"], model["select"], message)


def ask(spark, check):
    print(f"begins {check['table']} {check['name']}", flush=True)
    start = time.monotonic()
    try:
        number = spark.sql(check["query"]).first()[0]
    except (PySparkException, Py4JError) as error:
        name = f"{check['table']} {check['name']}"
        raise Failure("check", name, check["query"], words_of(error)) from error
    seconds = time.monotonic() - start
    return {**{key: check[key] for key in ("table", "name")}, "failing_rows": number, "seconds": seconds}


def words_of(error):
    """Spark's message without its stack; the innermost cause, where Spark only says that it failed."""
    lines = str(error).splitlines()
    causes = [line.removeprefix("Caused by: ") for line in lines if line.startswith("Caused by: ")]
    said = [line for line in lines if line.strip() and not line.lstrip().startswith(("at ", "..."))]
    return (causes[-1] if causes else " ".join(said))[:2000]


def write_report(path, report):
    """Whoever reads it sees all of it or nothing: an object of a bucket is there once it is closed."""
    text = json.dumps(report)
    if is_address(path):
        system, file = hadoop_file(path)
        stream = system.create(file, True)
        stream.write(text.encode())
        stream.close()
        return
    draft = f"{path}.next"
    with open(draft, "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(draft, path)


def read_text(path):
    if not is_address(path):
        with open(path, encoding="utf-8") as file:
            return file.read()
    system, file = hadoop_file(path)
    stream = system.open(file)
    try:
        return bytes(stream.readAllBytes()).decode()
    finally:
        stream.close()


def is_address(path):
    """Whether a path lies in a bucket, such as gs://lake/manifest.json."""
    return "://" in path


def hadoop_file(path):
    """An address as Spark reaches it: Hadoop's file system, and its name for the file."""
    spark = SparkSession.builder.appName("marquee").getOrCreate()
    file = spark._jvm.org.apache.hadoop.fs.Path(path)
    return file.getFileSystem(spark._jsc.hadoopConfiguration()), file


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
