import {
  constructNotShared,
  functionNotShared,
  patternsArePlain,
  sameOnEveryRun,
  substringsStartAtOne,
} from "./subset-rules-calls.ts";
import { plainClauses, sixTypes } from "./subset-rules-clauses.ts";
import {
  ctesAreUnique,
  finalSelect,
  itemsAreNamed,
  namesNeedNoQuotes,
  tablesHaveALayer,
} from "./subset-rules-names.ts";
import {
  limitsAreOrdered,
  plainJoins,
  plainSelects,
  plainStars,
  plainTables,
  sortsPlaceNulls,
} from "./subset-rules-queries.ts";
import {
  plainCharacters,
  plainComments,
  plainIdentifiers,
  plainNumbers,
  plainOperators,
  plainStrings,
} from "./subset-rules-text.ts";
import {
  castsAreStrict,
  datesAreCast,
  datesAreNotSubtracted,
  divisorsAreNotZero,
  doublesStayDoubles,
  floorsAreDoubles,
  instantsAreKept,
  integerResultsAreCast,
  nullsHaveAType,
} from "./subset-rules-values.ts";
import {
  explodeStandsAlone,
  listsAreSorted,
  plainAggregates,
  plainWindows,
  windowsAreOrdered,
} from "./subset-rules-windows.ts";
import type { Rule } from "./subset-tree.ts";

/**
 * The subset of SQL that means the same on DuckDB and on Spark 3.5 (ANSI, UTC), and the shape that
 * every SELECT of this repository has. What the rules cannot see, the differential tests must:
 * the types of columns, whether an order breaks every tie, and what is in the data.
 */
export const subsetRules: readonly Rule[] = [
  // The shape, and names
  ...[finalSelect, tablesHaveALayer, ctesAreUnique, itemsAreNamed, namesNeedNoQuotes],
  // Spelling
  ...[plainIdentifiers, plainStrings, plainNumbers, plainOperators, plainComments],
  ...[plainCharacters, plainClauses, sixTypes],
  // Clauses
  ...[plainTables, plainJoins, plainStars, plainSelects, sortsPlaceNulls, limitsAreOrdered],
  // Expressions
  ...[functionNotShared, constructNotShared, sameOnEveryRun, substringsStartAtOne],
  ...[patternsArePlain],
  // Values
  ...[integerResultsAreCast, nullsHaveAType, divisorsAreNotZero, doublesStayDoubles],
  ...[castsAreStrict, datesAreCast, datesAreNotSubtracted, floorsAreDoubles, instantsAreKept],
  // Many rows
  ...[windowsAreOrdered, plainWindows, plainAggregates, listsAreSorted, explodeStandsAlone],
];
