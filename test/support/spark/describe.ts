import { findSpark } from "../../../jobs/engine/spark/installation.ts";

const isThere = await findSpark().then(
  () => true,
  () => false,
);

/** Tests that Spark runs in; where there is none, one test that says that it was skipped. */
export function describeWithSpark(name: string, define: () => void): void {
  describe(name, () => {
    if (isThere) define();
    else it.skip("SKIPPED: there is no Spark on this machine; scripts/setup/spark.sh installs it");
  });
}
