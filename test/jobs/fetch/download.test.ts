import { createHash } from "node:crypto";
import { readFile, rm, rmdir, writeFile } from "node:fs/promises";

import { expect } from "chai";

import { MarqueeError } from "../../../errors.ts";
import { storedZip, withTarget, zipBytes } from "../../support/downloads.ts";
import { answer, raw, serve, withServer } from "../../support/faulty-server.ts";

const page = "\n <!DOCTYPE html><html><body>Log in</body></html>";

describe("a download", () => {
  it("gives a file its name, tells what came, and asks for bytes as they are stored", async () => {
    const stored = storedZip();
    await withServer(serve(stored), ({ address, seen }) =>
      withTarget(async ({ get, holds }) => {
        const heard: unknown[] = [];
        const progress = (received: number, total: number | undefined): void => {
          heard.push([received, total]);
        };
        const come = await get(address, { effects: { progress } });
        const digest = (name: string): string => createHash(name).update(stored.body).digest("hex");
        expect(come).to.deep.equal({
          unchanged: false,
          bytes: 100_000,
          sha256: digest("sha256"),
          md5: digest("md5"),
          etag: stored.etag,
          lastModified: stored.lastModified,
        });
        await holds(stored.body);
        expect(heard.at(-1)).to.deep.equal([100_000, 100_000]);
        const { headers } = seen[0]!;
        expect(headers["accept-encoding"]).to.equal("identity");
        expect(headers["user-agent"]).to.equal("marquee");
        expect(headers).not.to.have.any.keys("range", "if-range", "if-none-match");
      }),
    );
  });

  it("makes the folders on the way, and takes an older file's place", async () => {
    const [old, young] = [storedZip(5000, 1), storedZip(6000, 2)];
    await withServer([serve(old), serve(young)], ({ address }) =>
      withTarget(async ({ folder, get, holds }) => {
        await rmdir(folder);
        await get(address);
        await holds(old.body);
        await get(address);
        await holds(young.body);
      }),
    );
  });

  it("takes a body without a length, chunked or up to the connection's end", async () => {
    const stored = storedZip();
    const head = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n";
    const open = raw(Buffer.concat([Buffer.from(head), stored.body]));
    await withServer([serve(stored, { chunked: true }), open], ({ address }) =>
      withTarget(async ({ get, holds }) => {
        const totals = new Set<number | undefined>();
        const effects = { progress: (_: number, total: number | undefined) => totals.add(total) };
        await get(address, { effects });
        await holds(stored.body);
        expect([...totals]).to.deep.equal([undefined]);
        await get(address);
        await holds(stored.body);
      }),
    );
  });

  it("does not fetch again what has not changed", async () => {
    const stored = storedZip();
    await withServer(serve(stored), ({ address, seen }) =>
      withTarget(async ({ file, get }) => {
        const { etag, lastModified } = stored;
        for (const known of [{ etag }, { lastModified }, { etag, lastModified }]) {
          expect(await get(address, { effects: { known } })).to.deep.equal({ unchanged: true });
        }
        expect(seen[2]!.headers).to.include({
          "if-none-match": etag,
          "if-modified-since": lastModified,
        });
        await writeFile(file, "old");
        const come = await get(address, { effects: { known: { etag: '"v0"' } } });
        expect(come).to.include({ unchanged: false, etag });
        expect((await readFile(file)).equals(stored.body)).to.equal(true);
      }),
    );
  });

  it("does not take 304 for an answer where nothing is known", async () => {
    await withServer(answer(304), ({ address, host }) =>
      withTarget(async ({ fails }) => {
        expect((await fails(address)).message).to.equal(`${host} does not give ml.zip (304)`);
      }),
    );
  });

  it("refuses an HTML page in a file's place", async () => {
    const html = { "content-type": "text/html; charset=utf-8" };
    const replies = [
      answer(200, html, "PK\x03\x04"),
      answer(200, {}, page),
      answer(200, {}, "\ufeff<HTML>"),
      answer(200, { "content-type": "text/csv" }, page),
    ];
    await withServer(replies, ({ address, seen }) =>
      withTarget(async ({ fails, names }) => {
        for (const form of ["zip", "zip", "csv", "csv"] as const) {
          const error = await fails(`${address}?key=secret`, { what: { form } });
          expect(error.line).to.include(`${address} sent an HTML page in place of ml.zip`);
          expect(error.line).not.to.include("secret");
          expect(await names()).to.deep.equal([]);
        }
        expect(seen).to.have.length(4);
      }),
    );
  });

  it("refuses what does not begin like a zip or a text", async () => {
    const cases = [
      ["zip", "", /sent nothing in place of ml\.zip/],
      ["csv", "", /sent nothing in place of ml\.zip/],
      ["zip", "a,b\n1,2\n", /sent something that is no zip/],
      ["zip", "PK\x03", /sent something that is no zip/],
      ["csv", `a,b\n${"1,2\n".repeat(200)}\0`, /sent something that is no text/],
    ] as const;
    const replies = cases.map(([, text]) => answer(200, {}, text));
    await withServer(replies, ({ address, seen }) =>
      withTarget(async ({ fails, names }) => {
        for (const [form, , message] of cases) {
          expect((await fails(address, { what: { form } })).line).to.match(message);
          expect(await names()).to.deep.equal([]);
        }
        expect(seen).to.have.length(cases.length);
      }),
    );
  });

  it("takes a text for a CSV and a zip without files for a zip", async () => {
    const [text, empty] = ["DATE,x\n2000-01-01,1.0\n", `PK\x05\x06${"\0".repeat(18)}`];
    await withServer([answer(200, {}, text), answer(200, {}, empty)], ({ address }) =>
      withTarget(async ({ get, holds }) => {
        await get(address, { what: { form: "csv" } });
        await holds(Buffer.from(text));
        await get(address);
        await holds(Buffer.from(empty));
      }),
    );
  });

  it("refuses what is packed on the way", async () => {
    const packed = answer(200, { "content-encoding": "gzip" }, "PK\x03\x04");
    const plain = answer(200, { "content-encoding": "identity" }, "PK\x03\x04");
    await withServer([packed, plain], ({ address }) =>
      withTarget(async ({ get, fails, holds }) => {
        expect((await fails(address)).line).to.match(/packed once more \(Content-Encoding\)/);
        await get(address);
        await holds(Buffer.from("PK\x03\x04"));
      }),
    );
  });

  it("refuses a file that is far too large, before it comes or while it does", async () => {
    const stored = { ...storedZip(), body: zipBytes(4_500_000) };
    await withServer([serve(stored), serve(stored, { chunked: true })], ({ address, seen }) =>
      withTarget(async ({ fails, names }) => {
        for (const most of [0, 4_000_000]) {
          let received = 0;
          const effects = { progress: (bytes: number) => (received = bytes) };
          const error = await fails(address, { what: { bytes: 1_000_000 }, effects });
          expect(error.line).to.match(/is larger than ml\.zip can be, which is 4000000 bytes/);
          expect(received).to.be.at.most(most);
          expect(await names()).to.deep.equal([]);
        }
        expect(seen).to.have.length(2);
      }),
    );
  });

  it("lets a file be four times as large as it was", async () => {
    const stored = storedZip(1_500_000);
    await withServer(serve(stored), ({ address }) =>
      withTarget(async ({ get, holds }) => {
        await get(address, { what: { bytes: 375_000 } });
        await holds(stored.body);
      }),
    );
  });

  it("fetches anew, once, what does not have its MD5", async () => {
    const [good, bad] = [storedZip(5000, 1), storedZip(5000, 2)];
    const md5 = createHash("md5").update(good.body).digest("hex").toUpperCase();
    await withServer([serve(bad), serve(good), serve(bad)], ({ address, seen }) =>
      withTarget(async ({ file, get, fails, holds, names }) => {
        await get(address, { what: { md5 } });
        await holds(good.body);
        expect(seen[1]!.headers).not.to.have.property("range");
        await rm(file);
        const error = await fails(address, { what: { md5 } });
        expect(error.line).to.match(/ml\.zip has come with the MD5 [0-9a-f]{32} in place of/);
        expect(seen).to.have.length(4);
        expect(await names()).to.deep.equal([]);
      }),
    );
  });

  it("does not take a file for whole that is shorter than it was announced, by any lie", async () => {
    const stored = storedZip();
    const md5 = createHash("md5").update(stored.body).digest("hex");
    const length = (bytes: number): Record<string, string> => ({ "content-length": `${bytes}` });
    const tooLong = serve(stored, { headers: length(120_000), cutAt: 99_999, cut: "close" });
    const tooShort = serve(stored, { headers: length(50_000) });
    await withTarget(async ({ fails }) => {
      await withServer(tooLong, async ({ address }) => {
        expect((await fails(address)).line).to.match(/ml\.zip/);
      });
      await withServer(tooShort, async ({ address }) => {
        expect((await fails(address, { what: { md5 } })).line).to.match(/ml\.zip/);
      });
    });
  });

  it("leaves an older file alone when it fails", async () => {
    await withServer(answer(200, {}, page), ({ address }) =>
      withTarget(async ({ file, get, names }) => {
        await writeFile(file, "old");
        expect(await get(address).catch((error: unknown) => error)).to.be.instanceOf(MarqueeError);
        expect(await readFile(file, "utf8")).to.equal("old");
        expect(await names()).to.deep.equal(["ml.zip"]);
      }),
    );
  });
});
