import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { expect } from "chai";
import { parse } from "csv-parse/sync";

import { MarqueeError } from "../../errors.ts";
import { fileNames, layouts, writeSample, type SampleAccount } from "../../scripts/sample/index.ts";
import { pythonLiteral } from "../../scripts/sample/python-literal.ts";

const sources = ["ratings", "movies", "links", "keywords", "credits", "cpi"] as const;
type Source = (typeof sources)[number];
const wholeDollars = /^\d+(\.0|e\+\d+)?$/;
const isClosed = (literal: string | undefined) => literal === "" || /[\]}]$/.test(literal ?? "");

/** What a reader must refuse, said without the generator's words. */
const refuses: Record<Source, (fields: string[]) => boolean> = {
  ratings: (fields) =>
    fields.length !== 4 ||
    !/^\d+$/.test(fields[0]!) ||
    !/^([1-4]\.[05]|0\.5|5\.0)$/.test(fields[2]!) ||
    !/^\d{9,10}$/.test(fields[3]!) ||
    Number(fields[3]) > Date.UTC(2017, 7, 1) / 1000,
  movies: (fields) =>
    fields.length !== 24 ||
    !/^\d+$/.test(fields[5]!) ||
    !wholeDollars.test(fields[2]!) ||
    ![1, 3, 12, 13, 17].every((column) => isClosed(fields[column])),
  links: ([movie, imdb]) => !/^\d+$/.test(movie!) || !/^\d{7}$/.test(imdb!),
  keywords: ([, literal]) => !isClosed(literal),
  credits: ([cast, crew]) => !isClosed(cast) || !isClosed(crew),
  cpi: ([month, value]) => !/^\d{4}-\d\d-01$/.test(month!) || !/^(\.|\d+\.\d{3})$/.test(value!),
};

const keyColumns: Record<Source, number[]> = {
  ratings: [0, 1],
  movies: [5],
  links: [0],
  keywords: [0],
  credits: [2],
  cpi: [0],
};

describe("sample", () => {
  const sizes = { ratings: 6_000, users: 500, movies: 500, seed: 7 };
  const smallest = { ratings: 1_000, movies: 50, seed: 7 };
  let home: string;
  let folder: string;
  let account: SampleAccount;

  const records = async (source: Source, from = folder) =>
    parse(await readFile(join(from, layouts.kaggle[source]!.name)), {
      relax_column_count: true,
      from: 2,
    });
  const digest = async (from: string) => {
    const hash = createHash("sha256");
    for (const name of (await readdir(from)).sort())
      hash.update(name).update(await readFile(join(from, name)));
    return hash.digest("hex");
  };
  const refusal = async (to: string, options = {}) => {
    const error: unknown = await writeSample(to, { ...sizes, ...options }).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(MarqueeError);
    return error as MarqueeError;
  };

  before(async () => {
    home = await mkdtemp(join(tmpdir(), "sample-"));
    folder = join(home, "first");
    account = await writeSample(folder, sizes);
  });
  after(() => rm(home, { recursive: true }));

  it("writes the same bytes for the same seed and others for another", async () => {
    const [one, again, other] = ["one", "again", "other"].map((name) => join(home, name));
    await writeSample(one!, smallest);
    await writeSample(again!, smallest);
    await writeSample(other!, { ...smallest, seed: 8 });
    expect(await digest(again!)).to.equal(await digest(one!));
    for (const source of sources)
      expect(await records(source, other), source).not.to.deep.equal(await records(source, one));
  });

  it("leaves whole files only, and an origin that says what they are", async () => {
    expect((await readdir(folder)).sort()).to.deep.equal(
      [...fileNames("kaggle"), "origin.json"].sort(),
    );
    const origin: unknown = JSON.parse(await readFile(join(folder, "origin.json"), "utf8"));
    expect(origin).to.deep.equal({
      synthetic: true,
      generator: "scripts/sample.ts",
      layout: "kaggle",
      seed: sizes.seed,
      account,
    });
  });

  for (const source of sources)
    it(`accounts for every record of ${source}`, async () => {
      const all = await records(source);
      const { kept, superseded, quarantined, quarantine, flaws, ...counts } = account[source]!;
      expect(counts.records).to.equal(all.length);
      expect(kept + superseded + quarantined).to.equal(all.length);

      const refused = all.flatMap((fields, index) => (refuses[source](fields) ? [index + 1] : []));
      expect(quarantine.map(({ record }) => record)).to.deep.equal(refused);
      expect(quarantined).to.equal(refused.length);

      const readable = all.filter((fields) => !refuses[source](fields));
      const keys = readable.map((fields) => keyColumns[source].map((column) => fields[column]));
      expect(new Set(keys.map(String)).size).to.equal(kept);
      for (const [flaw, count] of Object.entries(flaws)) expect(count, flaw).to.be.at.least(1);
    });

  it("gives a reader as many ratings and movies as asked", () => {
    expect(account.ratings!.kept).to.equal(sizes.ratings);
    expect(account.movies!.kept).to.equal(sizes.movies);
  });

  it("keeps flaws to a small share of the smallest sample", async () => {
    const small = await writeSample(join(home, "smallest"), smallest);
    for (const source of sources) {
      const { records: all, superseded, quarantined } = small[source]!;
      expect(quarantined / all, source).to.be.below(0.1);
      expect(superseded / all, source).to.be.below(0.1);
    }
  });

  it("breaks a movie in two inside its overview", async () => {
    const numbers = account
      .movies!.quarantine.filter(({ flaw }) => flaw === "brokenInTwo")
      .map(({ record }) => record);
    expect(numbers).to.have.length(6);
    const all = await records("movies");
    const lengths = numbers.map((number) => all[number - 1]!.length);
    expect(lengths).to.deep.equal([10, 15, 10, 15, 10, 15]);
  });

  it("sorts ratings by user and movie, on the grid of their time, with some films far ahead", async () => {
    const sound = (await records("ratings")).filter((fields) => !refuses.ratings(fields));
    const halvesSince = Date.UTC(2003, 1, 18) / 1000;
    const perMovie = new Map<string, number>();
    let [lastUser, lastMovie] = [0, 0];
    for (const [user, movie, stars, at] of sound as [string, string, string, string][]) {
      const inOrder =
        Number(user) > lastUser || (Number(user) === lastUser && Number(movie) >= lastMovie);
      expect(inOrder, `${user},${movie}`).to.be.true;
      [lastUser, lastMovie] = [Number(user), Number(movie)];
      if (Number(at) < halvesSince - 3600) expect(stars).to.match(/\.0$/);
      perMovie.set(movie, (perMovie.get(movie) ?? 0) + 1);
    }
    const counts = [...perMovie.values()].sort((one, other) => other - one);
    const top = counts.slice(0, sizes.movies / 100).reduce((sum, count) => sum + count);
    expect(top / sound.length).to.be.at.least(0.1);
  });

  it("writes Python's literals as Python does", () => {
    const expected: [Parameters<typeof pythonLiteral>[0], string][] = [
      ["Ann", `'Ann'`],
      ["it's", `"it's"`],
      ['"so"', `'"so"'`],
      [`it's "so"`, String.raw`'it\'s "so"'`],
      ["a\\b\n\r\tc", String.raw`'a\\b\n\r\tc'`],
      ["\u00a0Loom\u0001\u007f", String.raw`'\xa0Loom\x01\x7f'`],
      ["宮é\u2028\u3000\ufeff😀", String.raw`'宮é\u2028\u3000\ufeff😀'`],
      ["\u{e0001}", String.raw`'\U000e0001'`],
      [[], "[]"],
      [{}, "{}"],
      [
        [{ id: 16, name: null, on: true, off: false, deep: [1, 0.5] }],
        "[{'id': 16, 'name': None, 'on': True, 'off': False, 'deep': [1, 0.5]}]",
      ],
    ];
    for (const [value, literal] of expected) expect(pythonLiteral(value)).to.equal(literal);
  });

  it("refuses sizes that cannot be", async () => {
    expect((await refusal(folder, { ratings: 1.5 })).line).to.contain("--ratings");
    expect((await refusal(folder, { movies: 49 })).line).to.contain("--movies");
    expect((await refusal(folder, { users: 3 })).line).to.contain("3 users cannot give 6000");
  });

  it("says on one line what is wrong, and exits with its code", () => {
    const program = fileURLToPath(new URL("../../scripts/sample.ts", import.meta.url));
    for (const [option, value, line] of [
      ["--users", "0", /^error: --users 0 is not .*\n$/],
      ["--layout", "ml-10m", /^error: option '--layout <layout>' .* kaggle, ml-latest, .*\n$/],
    ] as const) {
      const options = ["--import", "tsx", program, "--to", folder, option, value];
      const { status, stdout, stderr } = spawnSync(process.execPath, options, { encoding: "utf8" });
      expect(status).to.equal(2);
      expect(stdout).to.equal("");
      expect(stderr).to.match(line);
    }
  });
});
