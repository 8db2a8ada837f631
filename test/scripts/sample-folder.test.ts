import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { MarqueeError } from "../../errors.ts";
import {
  fileNames,
  type LayoutName,
  layoutNames,
  writeSample,
} from "../../scripts/sample/index.ts";

describe("a sample's folder", () => {
  const smallest = { ratings: 1_000, movies: 50, seed: 7 };
  let home: string;

  const folder = () => mkdtemp(join(home, "folder-"));
  const write = (to: string, layout?: LayoutName) => writeSample(to, { ...smallest, layout });
  const digest = async (from: string) => {
    const hash = createHash("sha256");
    for (const name of (await readdir(from)).sort())
      hash.update(name).update(await readFile(join(from, name)));
    return hash.digest("hex");
  };
  const refusal = async (to: string, layout?: LayoutName) => {
    const error: unknown = await write(to, layout).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(MarqueeError);
    return error as MarqueeError;
  };
  const expectWhole = async (to: string, layout: LayoutName) => {
    expect((await readdir(to)).sort()).to.deep.equal([...fileNames(layout), "origin.json"].sort());
    const origin = await readFile(join(to, "origin.json"), "utf8");
    expect(JSON.parse(origin)).to.include({ synthetic: true, layout });
  };

  before(async () => {
    home = await mkdtemp(join(tmpdir(), "sample-"));
  });
  after(() => rm(home, { recursive: true }));

  it("is refused where it cannot be written", async () => {
    const file = join(home, "file");
    await writeFile(file, "");
    const error = await refusal(join(file, "below"));
    expect(error.reason).to.equal("usage");
    expect(error.line).to.contain(join(file, "below"));
  });

  it("is refused where it holds other data, which are left alone", async () => {
    const real = await folder();
    await writeFile(join(real, "links.csv"), "precious");
    expect((await refusal(real)).line).to.contain("links.csv");
    await writeFile(join(real, "origin.json"), '{"synthetic": false}');
    expect((await refusal(real)).line).to.contain("origin.json");
    expect(await readFile(join(real, "links.csv"), "utf8")).to.equal("precious");
    expect(await readdir(real)).to.have.length(2);
  });

  it("is refused where it holds a file of any layout, whatever is to be written", async () => {
    for (const name of new Set(layoutNames.flatMap(fileNames))) {
      const real = await folder();
      await writeFile(join(real, name), "precious");
      for (const layout of layoutNames)
        expect((await refusal(real, layout)).line, layout).to.contain(`its ${name} is not from`);
      expect(await readdir(real)).to.deep.equal([name]);
      expect(await readFile(join(real, name), "utf8")).to.equal("precious");
    }
  });

  it("is refused where other data lie beside an older sample, and both are left alone", async () => {
    const mixed = await folder();
    await write(mixed);
    await writeFile(join(mixed, "ratings.dat"), "precious");
    const before = await digest(mixed);
    for (const layout of layoutNames)
      expect((await refusal(mixed, layout)).line, layout).to.contain("ratings.dat");
    expect(await digest(mixed)).to.equal(before);
  });

  it("holds no file of an older sample in another layout", async () => {
    const used = await folder();
    for (const layout of ["kaggle", "ml-1m", "ml-100k", "ml-latest", "kaggle"] as const) {
      await write(used, layout);
      await expectWhole(used, layout);
    }
  });

  it("may hold what is nobody's business", async () => {
    const used = await folder();
    await writeFile(join(used, "notes.txt"), "mine");
    await write(used);
    await write(used, "ml-1m");
    expect(await readFile(join(used, "notes.txt"), "utf8")).to.equal("mine");
  });

  it("is filled from the start where a run was interrupted", async () => {
    const halfway = await folder();
    await writeFile(join(halfway, "origin.json.partial"), "{}");
    await writeFile(join(halfway, "ratings.csv"), "half");
    await write(halfway);
    const whole = await digest(halfway);
    await expectWhole(halfway, "kaggle");
    await write(halfway);
    expect(await digest(halfway)).to.equal(whole);
  });

  it("keeps nothing of an interrupted run in another layout", async () => {
    for (const older of layoutNames)
      for (const layout of layoutNames) {
        const halfway = await folder();
        const mark = { synthetic: true, generator: "scripts/sample.ts", layout: older };
        await writeFile(join(halfway, "origin.json.partial"), JSON.stringify(mark));
        const [whole, growing] = fileNames(older) as [string, string];
        await writeFile(join(halfway, whole), "whole");
        await writeFile(join(halfway, `${growing}.partial`), "half");
        await write(halfway, layout);
        await expectWhole(halfway, layout);
      }
  });
});
