import type { MarqueeError } from "../../errors.ts";

/** Where a run stands, as its log lines name it. */
export interface RunPlace {
  run_id: string;
  /** Undefined between two steps, and before the first one. */
  step?: string | undefined;
}

// Whoever logs an error stands above all runs, and knows neither. It is no part of the error itself,
// which tells in one line what went wrong, not whose alert it is.
const places = new WeakMap<MarqueeError, RunPlace>();

/** Remembers of an error in which run and step it came up. */
export function failedAt(place: RunPlace, error: MarqueeError): MarqueeError {
  places.set(error, { ...place });
  return error;
}

/** Undefined for an error that came up before any run had begun. */
export function runPlaceOf(error: MarqueeError): RunPlace | undefined {
  return places.get(error);
}
