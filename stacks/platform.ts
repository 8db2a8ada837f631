import { App } from "cdktf";

import { namesOf } from "../settings/names.ts";
import type { Settings } from "../settings/settings.ts";
import type { Catalog } from "../sql/catalog/catalog.ts";
import { Accounts } from "./accounts.ts";
import { EnvironmentStack } from "./environment-stack.ts";
import { Federation } from "./federation.ts";
import { Keys } from "./keys.ts";
import { Lake } from "./lake.ts";
import { Network } from "./network.ts";
import { Operations } from "./operations.ts";
import { tell } from "./outputs.ts";
import { Spark } from "./spark.ts";
import { Warehouse } from "./warehouse.ts";

/**
 * The platform of one environment, in stacks by lifecycle: keys are for ever, data stays while compute
 * comes and goes.
 *
 * @param app stands in for the whole program's in tests
 */
export function platform(settings: Settings, catalog: Catalog, app = new App()): App {
  const identity = new EnvironmentStack(app, "identity", settings);
  new Accounts(identity, "accounts", settings);
  const { github } = settings;
  if (github !== undefined) new Federation(identity, "federation", { settings, github });

  const data = new EnvironmentStack(app, "data", settings);
  new Lake(data, "lake", settings);
  new Warehouse(data, "warehouse", { settings, tables: catalog.tables });
  data.addDependency(identity);
  if (settings.customerManagedKeys) {
    const keys = new EnvironmentStack(app, "keys", settings);
    new Keys(keys, "keys", settings);
    data.addDependency(keys);
  }

  const compute = new EnvironmentStack(app, "compute", settings);
  const network = new Network(compute, "network", settings);
  new Spark(compute, "spark", { settings, network });
  compute.addDependency(data);

  const operations = new EnvironmentStack(app, "operations", settings);
  new Operations(operations, "operations", settings);

  tell({ identity, data, compute }, settings, catalog);
  return app;
}

/** The stacks of an environment in the order in which they are deployed; undone the other way. */
export function stacksOf(settings: Settings): string[] {
  const { keys, identity, data, compute, operations } = namesOf(settings).stacks;
  return [...(settings.customerManagedKeys ? [keys] : []), identity, data, compute, operations];
}
