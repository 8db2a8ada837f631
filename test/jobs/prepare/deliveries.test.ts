import { mkdir, symlink } from "node:fs/promises";
import path from "node:path";

import { expect } from "chai";

import { findFiles, type Findings } from "../../../jobs/prepare/find.ts";
import { catalog } from "../../support/catalog.ts";
import { failure } from "../../support/errors.ts";
import { withFolder, writeFiles } from "../../support/folder.ts";
import { ratingRows, read } from "../../support/read-source.ts";

const links = (...records: string[]): string =>
  ["movieId,imdbId,tmdbId", ...records, ""].join("\n");
const ratings = "userId,movieId,rating,timestamp\n1,1,3.0,1\n";

async function find(folders: string[]): Promise<Findings> {
  return findFiles((await catalog()).sources, folders, { small: false });
}

/** The files found of a source, below the folder and with their delivery's day. */
function told(findings: Findings, source: string, folder: string): [string, string | undefined][] {
  const files = [...findings.files].find(([{ name }]) => name === source)?.[1] ?? [];
  return files.map(({ path: file, delivery }) => [
    path.relative(folder, file),
    delivery.date?.toISOString().slice(0, 10),
  ]);
}

describe("dated deliveries", () => {
  it("are the folders named by a day, the oldest first", async () => {
    await withFolder(async (folder) => {
      await writeFiles(folder, {
        "20240229/links.csv": links("1,1,1"),
        "2024-01-31/links.csv": links("1,1,1"),
        "2024-01-31/ratings.csv": ratings,
        "2023-12-31/ratings.dat": "1::1::3::1\n",
        "notes/about.txt": "",
        "notes.txt": "",
      });
      const findings = await find([folder]);
      expect(findings.notRead).to.deep.equal([`${folder}: notes, notes.txt`]);
      expect(told(findings, "links", folder)).to.deep.equal([
        ["2024-01-31/links.csv", "2024-01-31"],
        ["20240229/links.csv", "2024-02-29"],
      ]);
      expect(told(findings, "ratings", folder)).to.deep.equal([
        ["2023-12-31/ratings.dat", "2023-12-31"],
        ["2024-01-31/ratings.csv", "2024-01-31"],
      ]);
    });
  });

  it("may be named one by one, and twice", async () => {
    await withFolder(async (folder) => {
      await writeFiles(folder, {
        "d/2024-02-01/ratings.csv": ratings,
        "d/2024-01-01/ratings.csv": ratings,
      });
      await symlink(path.join(folder, "d"), path.join(folder, "link"));
      const [first, second] = ["2024-01-01", "2024-02-01"].map((day) =>
        path.join(folder, "d", day),
      );
      const findings = await find([second!, first!, path.join(folder, "link", "2024-01-01")]);
      expect(told(findings, "ratings", folder)).to.deep.equal([
        ["d/2024-01-01/ratings.csv", "2024-01-01"],
        ["d/2024-02-01/ratings.csv", "2024-02-01"],
      ]);
    });
  });

  it("let the newest one's record of a key win, for every source but ratings", async () => {
    const old = { day: "2019-01-01", content: links("1,11,111", "2,22,222", "3,33,333") };
    const late = { day: "2019-02-01", content: links("1,12,112", "x,1,1", "1,13,113", "4,44,444") };
    for (const files of [
      [old, late],
      [late, old],
    ]) {
      const { rows, account } = await read("links", ...files);
      const known = rows.map((row) => row.slice(0, 3)).sort((a, b) => Number(a[0]) - Number(b[0]));
      expect(known).to.deep.equal([
        [1n, 12n, 112n],
        [2n, 22n, 222n],
        [3n, 33n, 333n],
        [4n, 44n, 444n],
      ]);
      expect(account).to.include({ read: 7, kept: 4, superseded: 2, quarantined: 1 });
    }
    // What has no date came when the run started, which is 2020 in these tests.
    const now = await read("links", links("1,15,115"), { ...late, day: "2019-12-31" });
    expect(now.rows.map((row) => row.slice(0, 3))).to.deep.include([1n, 15n, 115n]);
  });

  it("are refused where their day has not come yet", async () => {
    // The runs of these tests start on 2020-01-01.
    const file = (day: string) => ({ day, content: links("1,1,1") });
    expect((await failure(read("links", file("2020-01-03")), "input")).line).to.match(
      /has not come yet/,
    );
    expect((await read("links", file("2020-01-02"))).account.kept).to.equal(1);
  });

  it("let the time of rating decide for ratings, whatever came when", async () => {
    const file = (day: string, record: string) => ({
      day,
      content: `userId,movieId,rating,timestamp\n${record}\n`,
    });
    const early = file("2019-02-01", "1,1,2.0,500");
    const late = file("2019-01-01", "1,1,5.0,900");
    for (const files of [
      [early, late],
      [late, early],
    ]) {
      const reading = await read("ratings", ...files);
      expect(ratingRows(reading).map((row) => row.slice(0, 4))).to.deep.equal([[1n, 1n, 5, 900n]]);
    }
  });

  it("are refused where it is not clear what they are, in one line", async () => {
    await withFolder(async (folder) => {
      await writeFiles(folder, {
        "both/links.csv": links(),
        "both/2024-01-01/links.csv": links(),
        "mistyped/2024-01-01/links.csv": links(),
        "mistyped/2024-2-3/links.csv": links(),
        "packed/2024-01-01/links.csv": links(),
        "packed/2024-02-01.zip": "",
        "twice/2024-01-01/links.csv": links(),
        "twice/20240101/links.csv": links(),
        "noday/2024-02-30/links.csv": links(),
        "a/ratings.csv": ratings,
        "b/ratings.dat": "1::1::3::1\n",
        "dated/2024-01-01/ratings.csv": ratings,
        "other/2024-02-01/ratings.csv": ratings,
        "empty/2024-01-01/readme.txt": "",
        "inner/ml-1m/ratings.dat": "",
        "zipped/ml-1m.zip": "",
      });
      await mkdir(path.join(folder, "nothing"));
      const refusals: [string[], RegExp][] = [
        [["both"], /both holds links\.csv beside dated deliveries/],
        [["mistyped"], /mistyped holds 2024-2-3 beside dated deliveries/],
        [["packed"], /packed holds 2024-02-01\.zip beside dated deliveries/],
        [["twice"], /2024-01-01 and .*20240101 are deliveries of the same day/],
        [["noday"], /2024-02-30 is named like a day, but there is no such day/],
        [["a", "b"], /two folders hold ratings: .*a\/ratings\.csv and .*b\/ratings\.dat/],
        [["dated", "other"], /two folders hold ratings/],
        [["dated", "a"], /two folders hold ratings/],
        [["empty"], /2024-01-01 holds no file that Marquee knows/],
        [["nothing"], /nothing holds no file that Marquee knows\. Known by their names are/],
        [["inner"], /holds no file that Marquee knows\. Try --source .*inner\/ml-1m$/],
        [["zipped"], /holds no file that Marquee knows\. Try --source .*zipped\/ml-1m\.zip$/],
        [["missing"], /missing cannot be read \(ENOENT\)/],
      ];
      for (const [folders, message] of refusals) {
        const places = folders.map((name) => path.join(folder, name));
        expect((await failure(find(places), "input")).line).to.match(message);
      }
    });
  });

  it("tell of what lies beside and is not read", async () => {
    await withFolder(async (folder) => {
      await writeFiles(folder, {
        "ratings.dat": "1::1::3::1\n",
        "ratings.csv": ratings,
        "users.dat": "",
        "origin.json": "{}",
      });
      const { notRead, files } = await find([folder]);
      expect(notRead).to.deep.equal([`${folder}: ratings.dat, users.dat`]);
      expect([...files.values()].flat().map((file) => path.basename(file.path))).to.deep.equal([
        "ratings.csv",
      ]);
    });
  });

  it("take eight digits that are no day for a name like any other", async () => {
    await withFolder(async (folder) => {
      await writeFiles(folder, { "20249999/ratings.csv": ratings });
      const findings = await find([path.join(folder, "20249999")]);
      expect(told(findings, "ratings", folder)).to.deep.equal([
        ["20249999/ratings.csv", undefined],
      ]);
    });
  });
});
