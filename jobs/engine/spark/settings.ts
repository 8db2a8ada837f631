/**
 * How Spark is set up so that the shared SQL means what it means on DuckDB, and files are what the
 * warehouse takes: errors instead of NULLs, UTC, instants adjusted to it in microseconds.
 */
export const sparkSettings: Readonly<Record<string, string>> = {
  "spark.sql.ansi.enabled": "true",
  "spark.sql.session.timeZone": "UTC",
  "spark.sql.adaptive.enabled": "true",
  "spark.sql.catalogImplementation": "in-memory",
  "spark.sql.parquet.compression.codec": "zstd",
  "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
  // Days long ago are those of the calendar that DuckDB and BigQuery count by.
  "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
  "spark.sql.parquet.datetimeRebaseModeInWrite": "CORRECTED",
  "spark.hadoop.mapreduce.fileoutputcommitter.marksuccessfuljobs": "false",
  "spark.ui.enabled": "false",
};

/** The same on one machine: few tasks, since there are few cores, and no check sums beside files. */
export const localSettings: Readonly<Record<string, string>> = {
  "spark.sql.shuffle.partitions": "8",
  "spark.hadoop.fs.file.impl": "org.apache.hadoop.fs.RawLocalFileSystem",
};
