import type { Settings } from "../../settings/settings.ts";
import { type Basis, counted, figure, hoursInMonth, type Item, type Priced } from "./items.ts";
import { costOf, priceText } from "./prices.ts";

/** Memory and disk that a batch has for each core where the job asks for nothing else. */
const [memoryOfCore, diskOfCore] = [4, 100];

/** What Google Cloud calls a data compute unit. */
const [unitsOfVcpu, unitsOfGigabyte] = [0.6, 0.1];

/** Serverless batches: no resource of theirs is deployed, so the settings say how large they are. */
export function batchItems(
  { spark }: Pick<Settings, "spark">,
  { table, assumptions: { runs, runMinutes } }: Basis,
): Priced {
  if (spark.mode !== "batch") return { items: [], notPriced: [], notes: [] };
  const { driverCores, executorCores, executors } = spark.batch;
  const cores = driverCores + executors * executorCores;
  const hours = (runs * runMinutes) / 60;
  const unitHours = cores * (unitsOfVcpu + memoryOfCore * unitsOfGigabyte) * hours;
  const gigabyteMonths = (cores * diskOfCore * hours) / hoursInMonth;
  const item = (one: Pick<Item, "what" | "amount" | "price" | "usdPerMonth">): Item => ({
    type: undefined,
    when: "running",
    ...one,
  });
  return {
    items: [
      item({
        what: `serverless batches, a driver and ${counted(executors, "executor")}`,
        amount: counted(unitHours, "DCU-hour"),
        price: priceText(table, "batch_unit"),
        usdPerMonth: costOf(table, "batch_unit", unitHours),
      }),
      item({
        what: "shuffle storage of the batches",
        amount: `${figure(gigabyteMonths)} GB-months`,
        price: priceText(table, "batch_shuffle"),
        usdPerMonth: costOf(table, "batch_shuffle", gigabyteMonths),
      }),
    ],
    notPriced: [],
    notes: [
      `A batch has ${memoryOfCore} GB of memory and ${diskOfCore} GB of disk for each core, as Dataproc gives it, and all executors from its first minute to its last.`,
    ],
  };
}
