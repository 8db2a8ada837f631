import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { fileNames, writeSample, type SampleAccount } from "../../scripts/sample/index.ts";
import {
  flagNames,
  type LayoutName,
  layouts,
  lines,
  reading,
  type Title,
} from "./sample-reading.ts";

const isSound = ({ id, genres }: Title) => /^\d+$/.test(id) && genres !== undefined;

/** What is odd about a title, by the name that the account has for it. */
const oddities: Record<string, (title: Title) => boolean> = {
  idNotANumber: ({ id }) => !/^\d+$/.test(id),
  fieldMissing: ({ genres }) => genres === undefined,
  noGenres: ({ genres }) => genres === "(no genres listed)",
  noYear: ({ title }) => !title.endsWith(")"),
  severalYears: ({ title }) => /\(\d{4}-\d{4}\)$/.test(title),
  genreUnknown: ({ genres }) => genres === "unknown",
  delimiterInTitle: ({ title }) => title.includes("::"),
  commaInTitle: ({ title }) => title.includes(","),
  quoteInTitle: ({ title }) => title.includes('"'),
  lettersBeyondAscii: ({ title }) => /\P{ASCII}/u.test(title),
  lettersBeyondLatin1: ({ title }) => /[^\0-\xff]/.test(title),
};
const impossible: Record<LayoutName, string[]> = {
  "ml-latest": ["genreUnknown", "delimiterInTitle"],
  "ml-1m": ["genreUnknown", "lettersBeyondLatin1"],
  "ml-100k": ["delimiterInTitle", "lettersBeyondLatin1"],
};

describe("sample in the layouts of MovieLens", () => {
  const sizes = { ratings: 6_000, users: 500, movies: 500, seed: 7 };
  let home: string;
  const accounts = {} as Record<LayoutName, SampleAccount>;

  const bytes = (layout: string, name: string) => readFile(join(home, layout, name));
  const ratings = async (layout: LayoutName) => {
    const [name, read, stars] = reading[layout].ratings;
    const all = read(await bytes(layout, name));
    const sound = all.map(
      ([user, movie, given, at, ...more]) =>
        [user, movie].every((id) => /^\d+$/.test(id!)) &&
        stars.test(given!) &&
        /^\d{9,10}$/.test(at ?? "") &&
        Number(at) < Date.UTC(2017, 7, 1) / 1000 &&
        more.length === 0,
    );
    return { all, sound: all.filter((_, index) => sound[index]), refused: numbers(sound) };
  };
  const titles = async (layout: LayoutName) => {
    const [name, read] = reading[layout].titles;
    const all = read(await bytes(layout, name));
    return { all, sound: all.filter(isSound), refused: numbers(all.map(isSound)) };
  };
  const numbers = (sound: boolean[]) => sound.flatMap((is, index) => (is ? [] : [index + 1]));

  before(async () => {
    home = await mkdtemp(join(tmpdir(), "sample-"));
    for (const layout of layouts)
      accounts[layout] = await writeSample(join(home, layout), { ...sizes, layout });
  });
  after(() => rm(home, { recursive: true }));

  for (const layout of layouts)
    describe(layout, () => {
      it("leaves its own files only, and an origin that says what they are", async () => {
        const account = accounts[layout];
        expect((await readdir(join(home, layout))).sort()).to.deep.equal(
          [...fileNames(layout), "origin.json"].sort(),
        );
        const origin: unknown = JSON.parse(String(await bytes(layout, "origin.json")));
        const generator = "scripts/sample.ts";
        expect(origin).to.deep.equal({ synthetic: true, generator, layout, seed: 7, account });
        const sources =
          layout === "ml-latest" ? ["ratings", "titles", "links"] : ["ratings", "titles"];
        expect(Object.keys(account)).to.deep.equal(sources);
      });

      it("writes the same bytes for the same seed and others for another", async () => {
        await writeSample(join(home, "again"), { ...sizes, layout });
        for (const name of fileNames(layout))
          expect((await bytes(layout, name)).equals(await bytes("again", name)), name).to.be.true;
        await writeSample(join(home, "again"), { ...sizes, layout, seed: 8 });
        for (const name of fileNames(layout))
          expect((await bytes(layout, name)).equals(await bytes("again", name)), name).to.be.false;
      });

      it("accounts for every record of ratings", async () => {
        const { all, sound, refused } = await ratings(layout);
        const { records, kept, quarantine, flaws } = accounts[layout].ratings!;
        expect(records).to.equal(all.length);
        expect(quarantine.map(({ record }) => record)).to.deep.equal(refused);
        expect(refused).to.have.length(8);
        const keys = new Map(sound.map((fields) => [fields.slice(0, 2).join(), fields[1]!]));
        expect(keys.size).to.equal(kept).and.to.equal(sizes.ratings);

        const titled = new Set((await titles(layout)).sound.map(({ id }) => id));
        const untitled = [...keys.values()].filter((movie) => !titled.has(movie));
        expect(untitled).to.have.length(flaws["movieNotInTitles"]!).and.not.to.be.empty;
        const fields = quarantine.flatMap(({ record, flaw }) =>
          flaw.startsWith("field") ? [[flaw, all[record - 1]!.length]] : [],
        );
        expect(fields).to.have.deep.members([
          ["fieldMissing", 3],
          ["fieldTooMany", 5],
        ]);
      });

      it("accounts for every record of titles, and for all that is odd in them", async () => {
        const { all, sound, refused } = await titles(layout);
        const { records, kept, superseded, quarantine, flaws } = accounts[layout].titles!;
        expect(records).to.equal(all.length);
        expect(quarantine.map(({ record }) => record)).to.deep.equal(refused);
        expect(new Set(sound.map(({ id }) => id)).size)
          .to.equal(kept)
          .and.to.equal(sizes.movies);
        expect(sound.length - kept)
          .to.equal(superseded)
          .and.to.equal(flaws["secondTitle"]);

        for (const [name, is] of Object.entries(oddities)) {
          const count = all.filter(is).length;
          if (impossible[layout].includes(name)) expect(count, name).to.equal(0);
          else expect(count, name).to.equal(flaws[name]).and.to.be.at.least(1);
        }
        const possible = Object.keys(oddities).filter((name) => !impossible[layout].includes(name));
        expect(Object.keys(flaws)).to.have.members([...possible, "secondTitle"]);
      });

      it("writes a title as MovieLens does", async () => {
        const { sound } = await titles(layout);
        const ordinary = sound.filter((title) => !oddities["noYear"]!(title));
        const articles = ordinary.filter(({ title }) => /, The \(/.test(title));
        expect(articles).to.have.length.above(100);
        for (const { title } of ordinary)
          expect(title).to.match(/^(?!The ).+ \((19|20)\d\d(-(19|20)\d\d)?\)$/u);
      });
    });

  it("ends lines and writes stars as each set does", async () => {
    for (const name of fileNames("ml-latest")) {
      const text = String(await bytes("ml-latest", name));
      expect(text.replaceAll("\r\n", ""), name).not.to.match(/[\r\n]/);
    }
    for (const layout of ["ml-1m", "ml-100k"])
      for (const name of (await readdir(join(home, layout))).filter((file) => /\.d|u\./.test(file)))
        expect(String(await bytes(layout, name)), name).to.match(/^[^\r]+\n$/);
    const halves = (await ratings("ml-latest")).sound.filter((fields) => /\.5$/.test(fields[2]!));
    expect(halves).to.have.length.above(sizes.ratings / 10);
  });

  it("writes old titles in Latin-1, and what it has no letters for under other names", async () => {
    for (const [layout, name] of [
      ["ml-1m", "movies.dat"],
      ["ml-100k", "u.item"],
    ] as const) {
      const file = await bytes(layout, name);
      expect(() => new TextDecoder("utf-8", { fatal: true }).decode(file)).to.throw(TypeError);
      expect(file.includes(Buffer.from("Caf\xe9", "latin1"))).to.be.true;
      // Letters cut down to a byte would be other signs than these.
      for (const line of lines(file)) expect(line).to.match(/^[ -~¿À-ÿ]*$/);
    }
    const csvFile = new TextDecoder("utf-8", { fatal: true }).decode(
      await bytes("ml-latest", "movies.csv"),
    );
    expect(csvFile)
      .to.match(/[宮雨最月]/)
      .and.to.match(/,"\w+, \w+, \w+ \(\d{4}\)",/);
    expect(csvFile).to.include(',"""');
  });

  it("speaks of the same films in every layout", async () => {
    const kaggle = await writeSample(join(home, "kaggle"), sizes);
    for (const name of ["ratings.csv", "links.csv"])
      expect((await bytes("kaggle", name)).equals(await bytes("ml-latest", name)), name).to.be.true;

    const { flaws, ...counts } = accounts["ml-latest"].links!;
    const { flaws: flawsOfKaggle, ...countsOfKaggle } = kaggle.links!;
    expect(counts).to.deep.equal(countsOfKaggle);
    expect(flaws["movieNotInTitles"]).to.equal(flawsOfKaggle["tmdbIdNotInMovies"]);

    const names = async (layout: LayoutName) => {
      const { sound } = await titles(layout);
      const plain = sound.filter(({ title }) => !/::|^New |[^\0-\xff]/.test(title));
      return new Map(plain.map(({ id, title }) => [id, title.replace(/ \(.*/, "")]));
    };
    const [latest, million, hundred] = await Promise.all(layouts.map(names));
    const known = [...latest!].filter(([id]) => million!.has(id) && hundred!.has(id));
    expect(known).to.have.length.above(400);
    for (const [id, name] of known)
      expect([million!.get(id), hundred!.get(id)]).to.deep.equal([name, name]);
  });

  it("names genres as each set does, and flags them in the order of the alphabet", async () => {
    const genres = async (layout: LayoutName) => {
      const { sound } = await titles(layout);
      return new Map(sound.map(({ id, genres: names }) => [id, names!]));
    };
    const [latest, million, hundred] = await Promise.all(layouts.map(genres));
    const distinct = (all: Map<string, string>) =>
      [...new Set([...all.values()].flatMap((names) => names.split("|")))].sort();
    const old = flagNames.split("|").slice(1);
    const none = "(no genres listed)";
    expect(distinct(million!)).to.deep.equal([none, ...old]);
    expect(distinct(hundred!)).to.deep.equal([none, ...old, "unknown"]);
    const csvNames = [...old.map((name) => (name === "Children's" ? "Children" : name)), "IMAX"];
    expect(distinct(latest!)).to.deep.equal([none, ...csvNames].sort());
    const same = [...million!].filter(([id, names]) => hundred!.get(id) === names);
    expect(same).to.have.length.above(0.9 * sizes.movies);
  });

  it("writes all fields of u.item and a user a line", async () => {
    for (const { title, others } of (await titles("ml-100k")).sound) {
      const [released, video, address, ...flags] = others as [string, string, string];
      expect(released).to.match(/^\d\d-(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)-\d{4}$/);
      const year = / \((\d{4})\)$/.exec(title)?.[1];
      if (year !== undefined) expect(released).to.match(new RegExp(`-${year}$`));
      expect(video).to.equal("");
      expect(address).to.match(/^http:\/\/us\.imdb\.com\/M\/title-exact\?[!-~]+$/);
      expect(flags.join("")).to.match(/^[01]{19}$/);
    }
    const users = lines(await bytes("ml-1m", "users.dat"));
    expect(users).to.have.length(sizes.users);
    for (const [index, line] of users.entries())
      expect(line).to.match(
        new RegExp(`^${index + 1}::[FM]::(1|18|25|35|45|50|56)::(1?\\d|20)::\\d{5}$`),
      );
  });
});
