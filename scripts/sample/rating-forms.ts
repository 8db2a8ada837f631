import type { LayoutName } from "./layouts.ts";

/** How ratings are written. */
export interface RatingForm {
  layout: LayoutName;
  /** The first line, where the file has one that is no record. */
  header?: string;
  separator: string;
  lineEnd: "\n" | "\r\n";
  /** Whole stars only, written without a point; else halves, too, from the day that there are any. */
  wholeStars: boolean;
}

/** ratings.csv */
export function csvRatings(layout: LayoutName): RatingForm {
  const header = "userId,movieId,rating,timestamp";
  return { layout, header, separator: ",", lineEnd: "\r\n", wholeStars: false };
}

/** ratings.dat and u.data, which are older than half stars. */
export function oldRatings(layout: LayoutName, separator: string): RatingForm {
  return { layout, separator, lineEnd: "\n", wholeStars: true };
}
