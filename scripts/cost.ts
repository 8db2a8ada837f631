import { exitCodes } from "../errors.ts";
import { readSettings } from "../settings/read-settings.ts";
import { loadCatalog } from "../sql/catalog/catalog.ts";
import { estimate } from "./cost/estimate.ts";
import { readOptions } from "./cost/options.ts";
import { readPrices } from "./cost/prices.ts";
import { resourcesOf } from "./cost/resources.ts";
import { costJson, costText } from "./cost/text.ts";
import { program } from "./program.ts";

/** Says what an environment would cost in a month, from what would be deployed and list prices. */
await program(async () => {
  const options = readOptions();
  if (options === undefined) return exitCodes.success;
  const { environment, assumptions, json } = options;
  const settings = await readSettings(environment);
  const resources = resourcesOf(settings, await loadCatalog());
  const estimated = estimate(settings, resources, await readPrices(), assumptions);
  console.log(json ? costJson(estimated) : costText(estimated));
  return exitCodes.success;
});
