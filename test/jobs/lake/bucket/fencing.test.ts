import { expect } from "chai";

import { opened, withVersion } from "../../../support/cloud/bucket-lake.ts";
import { failure } from "../../../support/errors.ts";

const quiet = (): void => undefined;

describe("a version of a run that was taken for dead", () => {
  for (const [name, loaded] of [
    ["none", undefined],
    ["one that is loaded", true],
    ["one that is not loaded", false],
  ] as const) {
    it(`is not shown behind the loads of the next run, over ${name}`, () =>
      withVersion(async (stub, folder) => {
        if (loaded !== undefined) {
          const before = await opened("run-0");
          await before.place(folder, () => true, quiet);
          await before.publish(loaded);
          await before.close();
        }
        const first = await opened("run-1");
        await first.place(folder, () => true, quiet);
        await first.markLoading();
        const second = await opened("run-2", {}, "run-1");
        // What the first has sent arrives just now: it shows again what it has marked.
        await second.markLoading();
        expect(stub.json("current.json")["runId"]).to.equal(loaded === undefined ? null : "run-0");
        const { line } = await failure(first.publish(true), "cloud");
        expect(line).to.include("current.json was changed by somebody else");
        await second.place(folder, () => true, quiet);
        await second.publish(true);
        expect(stub.json("current.json")).to.include({ runId: "run-2", loaded: true });
        await second.close();
      }));
  }
});
