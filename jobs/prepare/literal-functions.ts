import { DuckDBScalarFunction, VARCHAR } from "@duckdb/node-api";

import type { Source } from "../../sql/catalog/types.ts";
import type { Session } from "../duckdb.ts";
import { type LiteralReading, readLiteral } from "./literal.ts";
import type { LiteralShape } from "./literal-shape.ts";

/** Teaches the session to read the source's literal columns, each by its own shape. */
export function registerLiterals(session: Session, source: Source): void {
  for (const { name, literal } of source.columns) {
    if (literal === undefined) continue;
    const functionName = literalFunction(source, name);
    const read = (text: string): LiteralReading =>
      readLiteral(text, literal satisfies LiteralShape);
    session.register(
      textFunction(functionName, (text) => {
        const reading = read(text);
        return "json" in reading ? reading.json : null;
      }),
    );
    session.register(
      textFunction(`${functionName}_fault`, (text) => {
        const reading = read(text);
        return "fault" in reading ? reading.fault : null;
      }),
    );
  }
}

/** What the SQL calls the function that reads a source's literal column. */
export function literalFunction(source: Source, column: string): string {
  return `read_${source.name}_${column}`;
}

function textFunction(name: string, read: (text: string) => string | null): DuckDBScalarFunction {
  return DuckDBScalarFunction.create({
    name,
    returnType: VARCHAR,
    parameterTypes: [VARCHAR],
    mainFunction(_info, input, output) {
      const texts = input.getColumnVector(0);
      for (let row = 0; row < input.rowCount; row++) {
        const text = texts.getItem(row) as string | null;
        output.setItem(row, text === null ? null : read(text));
      }
      output.flush();
    },
  });
}
