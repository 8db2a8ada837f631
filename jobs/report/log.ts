import { SingleBar } from "cli-progress";
import { type Logger, pino } from "pino";
import pretty from "pino-pretty";

import type { MarqueeError } from "../../errors.ts";
import { runPlaceOf } from "./run-place.ts";
import { drawnTransfer, toldTransfer, type TransferProgress } from "./transfer.ts";

export type LogFormat = "text" | "json";

/** What a run says while it goes on. Fields are for machines, messages for people. */
export interface Log {
  /** The same log, whose lines carry the run that they are of. */
  ofRun(id: string): Log;
  info(message: string, fields?: object): void;
  /** What the summary tells a person anyway: said to machines alone. */
  detail(message: string, fields?: object): void;
  warn(message: string, fields?: object): void;
  /** The one line in which a run ends that could not go on; for machines with the run and its step. */
  error(error: MarqueeError): void;
  /** Shows how far a step has got; ends with its function's end. */
  progress<T>(
    label: string,
    total: number,
    work: (tick: (what: string) => void) => Promise<T>,
  ): Promise<T>;
  /**
   * Shows how many bytes have come or gone, how fast, and how long it will still take.
   *
   * @param step of the run, for machines
   */
  transfer<T>(
    label: string,
    work: (progress: TransferProgress) => Promise<T>,
    step?: string,
  ): Promise<T>;
}

/**
 * Text goes to stderr, so that the summary on stdout stays by itself; JSON lines go to stdout,
 * where collectors look for them, and have the fields that Cloud Logging understands: severity, time,
 * message. A bar is drawn only where a person looks on.
 *
 * @see https://cloud.google.com/logging/docs/structured-logging
 */
export function createLog(format: LogFormat): Log {
  const stream =
    format === "json"
      ? pino.destination({ dest: 1, sync: true })
      : pretty({
          destination: 2,
          sync: true,
          colorize: process.stderr.isTTY,
          ignore: "pid,hostname,time,level",
          hideObject: true,
          messageFormat: (log, key) => `${prefixes[Number(log["level"])] ?? ""}${String(log[key])}`,
        });
  const usual = { base: null, timestamp: pino.stdTimeFunctions.isoTime };
  const forMachines = {
    messageKey: "message",
    formatters: {
      level: (label: string, level: number) => ({ severity: severities[label], level }),
    },
  };
  const logger = pino(format === "json" ? { ...usual, ...forMachines } : usual, stream);
  return logOver(logger, format);
}

function logOver(logger: Logger, format: LogFormat): Log {
  const drawsBars = format === "text" && process.stderr.isTTY;
  return {
    ofRun: (id) => logOver(logger.child({ run_id: id }), format),
    info: (message, fields = {}) => {
      logger.info(fields, message);
    },
    detail: (message, fields = {}) => {
      if (format === "json") logger.info(fields, message);
    },
    warn: (message, fields = {}) => {
      logger.warn(fields, message);
    },
    error: (error) => {
      const fields = { ...runPlaceOf(error), reason: error.reason, exit_code: error.exitCode };
      logger.error(fields, error.line);
    },
    progress: async (label, total, work) => {
      if (!drawsBars || total === 0) return work(() => undefined);
      const bar = new SingleBar({
        format: `${label.padEnd(10)} {bar} {value}/{total} {what}`,
        stream: process.stderr,
        hideCursor: true,
        clearOnComplete: true,
        barsize: 24,
      });
      bar.start(total, 0, { what: "" });
      try {
        return await work((what) => {
          bar.increment(1, { what });
        });
      } finally {
        bar.stop();
      }
    },
    transfer: (label, work, step = "fetch") =>
      drawsBars
        ? drawnTransfer(label, work)
        : toldTransfer(label, work, (message, fields) => {
            logger.info({ step, ...fields }, message);
          }),
  };
}

/** In Cloud Logging's words. */
const severities: Record<string, string> = { info: "INFO", warn: "WARNING", error: "ERROR" };

const prefixes: Record<number, string> = { 40: "warning: ", 50: "error: " };
