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
};

/**
 * The same on one machine: few tasks, since there are few cores, no check sums beside files, and no page
 * for which there would be nobody to look at it.
 */
export const localSettings: Readonly<Record<string, string>> = {
  "spark.ui.enabled": "false",
  "spark.sql.shuffle.partitions": "8",
  // Nobody else on the network has a business with it.
  "spark.driver.bindAddress": "127.0.0.1",
  "spark.driver.host": "127.0.0.1",
  "spark.hadoop.fs.file.impl": "org.apache.hadoop.fs.RawLocalFileSystem",
  // Two cores have none to spare for a collector that works beside; most of what is made lives for a row.
  "spark.driver.extraJavaOptions": "-XX:+UseParallelGC -XX:NewRatio=1",
};

/**
 * The same on Dataproc, where Spark chooses how many tasks there are.
 *
 * A spot machine may be taken away while it commits its files: only the first algorithm leaves nothing of
 * them where they are read, whatever an image has chosen.
 *
 * @see https://hadoop.apache.org/docs/stable/hadoop-mapreduce-client/hadoop-mapreduce-client-core/mapred-default.xml
 */
export const dataprocSettings: Readonly<Record<string, string>> = {
  ...sparkSettings,
  "spark.hadoop.mapreduce.fileoutputcommitter.algorithm.version": "1",
};
