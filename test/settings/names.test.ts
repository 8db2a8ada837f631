import { expect } from "chai";

import { emailOf, keyOf, nameFaults, namesOf } from "../../settings/names.ts";
import { devWith } from "../support/stacks.ts";

describe("names of cloud resources", () => {
  it("are computed from prefix, environment and role", async () => {
    const names = namesOf(await devWith({ prefix: "films" }));
    expect(names.lake).to.equal("example-marquee-dev-films-dev-lake");
    expect(names.datasets.marts).to.equal("films_dev_marts");
    expect(names.accounts.runner).to.equal("films-dev-runner");
    expect(names.stacks.data).to.equal("films-dev-data");
  });

  it("are the same each time, and differ between environments", async () => {
    const dev = await devWith();
    expect(namesOf(dev)).to.deep.equal(namesOf(await devWith()));
    const other = JSON.stringify(namesOf({ ...dev, environment: "prod" }));
    const flat = (names: object): string[] =>
      Object.values(names).flatMap((name: string | object) =>
        typeof name === "string" ? [name] : flat(name),
      );
    for (const name of flat(namesOf(dev))) expect(other).not.to.include(`"${name}"`);
  });

  it("turn hyphens into underscores where BigQuery and roles know none", async () => {
    const names = namesOf(await devWith({ prefix: "a-b" }));
    expect(Object.values({ ...names.datasets, ...names.customRoles }).join("")).to.match(/^\w+$/);
  });

  it("make addresses and keys in full", async () => {
    const dev = await devWith();
    expect(emailOf("spark", dev)).to.equal(
      "marquee-dev-spark@example-marquee-dev.iam.gserviceaccount.com",
    );
    expect(keyOf(dev)).to.equal(
      "projects/example-marquee-dev/locations/us-central1/keyRings/marquee-dev-keys/cryptoKeys/marquee-dev-data",
    );
  });

  it("are held against the lengths that Google Cloud takes", async () => {
    const dev = await devWith();
    expect(nameFaults(namesOf(dev))).to.deep.equal([]);
    // marquee-dev-scheduler has 21 characters: nine more fit, ten do not.
    expect(nameFaults(namesOf({ ...dev, prefix: `marquee${"x".repeat(9)}` }))).to.deep.equal([]);
    expect(nameFaults(namesOf({ ...dev, prefix: `marquee${"x".repeat(10)}` }))).to.have.length(1);
  });
});
