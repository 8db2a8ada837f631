import { MarqueeError } from "../../../errors.ts";
import type { Table } from "../../../sql/catalog/types.ts";
import type { Session } from "../../duckdb.ts";
import { bytesOf, type MadeTable, showTable, tableFolder } from "../../lake/table-files.ts";
import type { Engine, Question } from "../engine.ts";
import type { Report } from "./manifest.ts";
import type { SparkPlace } from "./place.ts";

/**
 * Spark, on this machine or on Dataproc. It takes long to start, so it makes all models and answers all
 * questions in one go, once they are announced; what is asked afterwards is told from its report.
 */
export class SparkEngine implements Engine {
  readonly name = "spark";
  readonly makesSlices = false;
  readonly #session: Session;
  readonly #work: string;
  readonly #place: SparkPlace;
  #shown: readonly Table[] = [];
  readonly #made = new Map<string, { rows: number; seconds: number }>();
  readonly #answers = new Map<string, number>();

  /** @param session shows what Spark has made to whom DuckDB serves */
  constructor(session: Session, work: string, place: SparkPlace) {
    this.#session = session;
    this.#work = work;
    this.#place = place;
  }

  async show(tables: readonly Table[]): Promise<void> {
    const known = this.#shown.filter(({ id }) => tables.every((table) => table.id !== id));
    this.#shown = [...known, ...tables];
    for (const table of tables) await showTable(this.#session, this.#work, table);
  }

  async announce(
    models: readonly Table[],
    questions: readonly Question[],
    begins: (what: string) => void,
  ): Promise<void> {
    const open = questions.filter(({ query }) => !this.#answers.has(query));
    if (models.length + open.length === 0) return;
    const report = await this.#submit(models, open, begins);
    for (const { id, rows, seconds } of report.models) this.#made.set(id, { rows, seconds });
    for (const [index, { failing_rows }] of report.checks.entries()) {
      this.#answers.set(open[index]?.query ?? "", failing_rows);
    }
  }

  async make(table: Table): Promise<MadeTable> {
    const made = this.#made.get(table.id);
    if (made === undefined) throw unannounced(table.id);
    await this.show([table]);
    return { table, ...made, bytes: await bytesOf(tableFolder(this.#work, table)) };
  }

  makeSlice(table: Table): Promise<MadeTable> {
    return Promise.reject(unannounced(`a slice of ${table.id}`));
  }

  compare(table: Table): Promise<"any"> {
    return Promise.reject(unannounced(`a comparison of ${table.id}`));
  }

  countFailingRows({ table, check, query }: Question): Promise<number> {
    const answer = this.#answers.get(query);
    return answer === undefined
      ? Promise.reject(unannounced(`${table.id} ${check.name}`))
      : Promise.resolve(answer);
  }

  close(): Promise<void> {
    return this.#place.close();
  }

  async #submit(
    models: readonly Table[],
    questions: readonly Question[],
    begins: (what: string) => void,
  ): Promise<Report> {
    const done = await this.#place.run({ shown: this.#shown, models, questions }, begins);
    if (done.failure !== undefined) throw sparkFailure(done.failure, models, this.#place);
    return done;
  }
}

/** @returns the error that a person reads: the model's file, and Spark's own words */
function sparkFailure(
  { kind, name, message, sql }: NonNullable<Report["failure"]>,
  models: readonly Table[],
  place: SparkPlace,
): MarqueeError {
  if (kind === "input") {
    return new MarqueeError({
      reason: "lake",
      what: `Spark cannot read ${name}: ${message}`,
      next: "Make the tables again: run the pipeline without --merge, --only and --from",
    });
  }
  if (/OutOfMemoryError|Java heap space|GC overhead/.test(message)) {
    return place.outOfMemory(name);
  }
  if (kind === "driver") return place.broken(`${name}: ${message}`);
  if (kind === "check") {
    return new MarqueeError({
      reason: "catalog",
      what: `the check ${name} cannot be asked by Spark: ${message} (${sql})`,
      next: "Mend the check in its table's declaration; what was published before is intact",
    });
  }
  const file = models.find(({ id }) => id === name)?.selectFile;
  return new MarqueeError({
    reason: "catalog",
    what: `${file === undefined ? "" : `sql/${file}: `}${name} cannot be made by Spark: ${message}`,
    next: "Mend the SELECT; what was published before is intact",
  });
}

function unannounced(what: string): Error {
  return new Error(`Spark was never told of ${what}`);
}
