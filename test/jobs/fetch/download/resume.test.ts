import { expect } from "chai";

import { expectBytes, storedZip, withTarget, zipBytes } from "../../../support/downloads.ts";
import {
  answer,
  hangUp,
  type Manner,
  type Reply,
  serve,
  type Stored,
  withServer,
} from "../../../support/faulty-server.ts";

const stored = storedZip();
const { body, etag, lastModified } = stored;
const changed = storedZip(body.length, 2);
const half = { cutAt: 50_000, cut: "close" } as const;

describe("a download that breaks off", () => {
  it("goes on from where it broke off, at whatever place and in whatever way", async () => {
    for (const cut of ["close", "reset", "stall"] as const) {
      const replies = [1, 20_000, 78_998].map((cutAt) => serve(stored, { cutAt, cut }));
      // Only what stalls is waited for so long.
      const patience = cut === "stall" ? { stallSeconds: 0.5 } : {};
      await expectBytes(body, [...replies, serve(stored)], undefined, patience);
    }
    for (const cutAt of [4, 65_536, 99_999]) {
      const seen = await expectBytes(body, [serve(stored, { cutAt, cut: "close" }), serve(stored)]);
      expect(seen[1]).to.include({ range: `bytes=${cutAt}-`, "if-range": etag });
    }
  });

  it("goes on with a body of which nobody said the length", async () => {
    const seen = await expectBytes(body, [
      serve(stored, { ...half, chunked: true }),
      serve(stored),
    ]);
    expect(seen[1]).to.include({ range: "bytes=50000-", "if-range": etag });
    await expectBytes(body, [
      serve(stored, { ...half, chunked: true }),
      serve(stored, { chunked: true }),
    ]);
  });

  it("goes by the date where there is no strong ETag, and begins anew where there is neither", async () => {
    const weak = { ...stored, etag: 'W/"v1"' };
    const seen = await expectBytes(body, [serve(weak, half), serve(weak)]);
    expect(seen[1]).to.include({ range: "bytes=50000-", "if-range": lastModified });
    const now = new Date().toUTCString();
    for (const stamps of [
      { etag: 'W/"v1"', lastModified: undefined },
      { etag: undefined, lastModified: undefined },
      { etag: undefined, lastModified: now },
    ]) {
      const vague = { ...stored, ...stamps };
      const asked = await expectBytes(body, [
        serve(vague, { ...half, headers: { date: now } }),
        serve(vague),
      ]);
      expect(asked[1]).not.to.have.any.keys("range", "if-range");
    }
  });

  it("begins anew where the server sends all of it", async () => {
    await expectBytes(body, [serve(stored, half), serve(stored, { ignoresRange: true })]);
    await expectBytes(changed.body, [serve(stored, half), serve(changed)]);
  });

  it("never puts bytes of two versions together", async () => {
    const careless: Manner = { ignoresIfRange: true };
    const without = (name: string): Manner => ({ ...careless, headers: { [name]: undefined } });
    const longer = { ...changed, body: zipBytes(body.length + 1, 2), etag, lastModified };
    const cases: [Stored, Manner][] = [
      [changed, careless],
      [{ ...changed, etag }, careless],
      [{ ...changed, lastModified }, careless],
      [{ ...changed, lastModified }, without("etag")],
      [changed, { ...careless, headers: { etag: undefined, "last-modified": undefined } }],
      [longer, careless],
    ];
    for (const [now, manner] of cases) {
      const seen = await expectBytes(now.body, [
        serve(stored, half),
        serve(now, manner),
        serve(now),
      ]);
      expect(seen[1]).to.have.property("range");
      expect(seen[2]).not.to.have.property("range");
    }
  });

  it("keeps to the version of the second try when that breaks off too", async () => {
    const seen = await expectBytes(changed.body, [
      serve(stored, half),
      serve(changed, { cutAt: 20_000, cut: "close" }),
      serve(changed),
    ]);
    expect(seen[2]).to.include({ range: "bytes=20000-", "if-range": changed.etag });
  });

  it("does not believe a range that is another one than it asked for", async () => {
    for (const range of [
      "bytes 49999-99999/100000",
      "bytes 50001-99999/100000",
      "bytes 0-49999/100000",
      "bytes 50000-99999/100001",
      "bytes 50000-100000/100000",
      "bytes 50000-49999/100000",
      "bytes 50000-99999/*",
      "pages 50000-99999/100000",
      undefined,
    ]) {
      const lying = serve(stored, { headers: { "content-range": range } });
      await expectBytes(body, [serve(stored, half), lying, serve(stored)]);
    }
  });

  it("begins anew when more comes than the range announced", async () => {
    const surplus = serve(stored, { chunked: true, sends: body.subarray(40_000) });
    const surplusOfPiece = serve(stored, {
      chunked: true,
      sends: body.subarray(40_000, 70_000),
      headers: { "content-range": "bytes 50000-69999/100000" },
    });
    for (const lying of [surplus, surplusOfPiece]) {
      const seen = await expectBytes(body, [serve(stored, half), lying, serve(stored)]);
      expect(seen[2]).not.to.have.property("range");
    }
  });

  it("asks on where a server sends ranges that are shorter than it asked for", async () => {
    const piece = serve(stored, {
      chunked: true,
      sends: body.subarray(50_000, 70_000),
      headers: { "content-range": "bytes 50000-69999/100000" },
    });
    const seen = await expectBytes(body, [serve(stored, half), piece, serve(stored)]);
    expect(seen[2]).to.include({ range: "bytes=70000-" });
  });

  it("does not take a rest that nobody asked for", async () => {
    const rest = answer(206, { "content-range": "bytes 4-7/8" }, "PK\x03\x04");
    await withServer(rest, ({ address, host }) =>
      withTarget(async ({ fails }) => {
        expect((await fails(address)).message).to.equal(`${host} does not give ml.zip (206)`);
      }),
    );
  });

  it("is not held against the number of tries as long as it gets further", async () => {
    const large = { ...stored, body: zipBytes(160_000) };
    const broken = serve(large, { cutAt: 13_000, cut: "close" });
    await expectBytes(large.body, [...Array<Reply>(12).fill(broken), serve(large)]);
    await withServer([serve(large, { cutAt: 12_000, cut: "close" }), hangUp], ({ address, seen }) =>
      withTarget(async ({ fails }) => {
        await fails(address, { patience: { retries: 3 } });
        expect(seen).to.have.length(4);
      }),
    );
  });
});
