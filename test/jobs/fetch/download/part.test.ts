import { readFile, writeFile } from "node:fs/promises";

import { expect } from "chai";

import {
  expectBytes,
  storedZip,
  type Target,
  withTarget,
  zipBytes,
} from "../../../support/downloads.ts";
import { answer, serve, withServer } from "../../../support/faulty-server.ts";

const stored = storedZip();
const { body, etag, lastModified } = stored;
const changed = storedZip(body.length, 2);
const half = { cutAt: 50_000, cut: "close" } as const;

/** Leaves a part of what a server has, as an earlier process does. */
async function leavePart(
  { file }: Target,
  address: string,
  changes: { bytes?: Buffer; note?: object | string } = {},
): Promise<void> {
  const note = { address, etag, lastModified, total: body.length, ifRange: etag };
  const written = changes.note ?? note;
  await writeFile(`${file}.part`, changes.bytes ?? body.subarray(0, 30_000));
  await writeFile(
    `${file}.part.json`,
    typeof written === "string" ? written : JSON.stringify({ ...note, ...written }),
  );
}

describe("a part that an earlier process left", () => {
  it("is built on", async () => {
    const seen = await expectBytes(body, [serve(stored)], leavePart);
    expect(seen[0]).to.include({ range: "bytes=30000-", "if-range": etag });
  });

  it("is whole where the server has nothing behind it", async () => {
    const whole = (target: Target, address: string): Promise<void> =>
      leavePart(target, address, { bytes: body });
    await expectBytes(body, [serve(stored)], whole);
    await expectBytes(body, [answer(416)], whole);
    const renewed = answer(416, { etag: '"v2"' });
    await expectBytes(changed.body, [renewed, serve(changed)], whole);
    const longer = answer(416, { "content-range": "bytes */100001" });
    await expectBytes(changed.body, [longer, serve(changed)], whole);
  });

  it("is left where the server has less than it, or its note says so", async () => {
    await expectBytes(body, [answer(416), serve(stored)], leavePart);
    await expectBytes(body, [serve(stored)], (target, address) =>
      leavePart(target, address, { bytes: zipBytes(body.length + 1) }),
    );
  });

  it("is left where its note is not of it", async () => {
    const notes: (object | string)[] = [
      "",
      "{",
      "null",
      "[]",
      '{"etag":7}',
      { address: "https://elsewhere.example/file" },
      { ifRange: undefined },
      { ifRange: '"v1"\nRange: bytes=0-' },
      { total: "100000" },
      { total: 20_000 },
    ];
    for (const note of notes) {
      const seen = await expectBytes(body, [serve(stored)], (target, address) =>
        leavePart(target, address, { bytes: changed.body.subarray(0, 30_000), note }),
      );
      expect(seen[0], JSON.stringify(note)).not.to.have.property("range");
    }
    const bare = await expectBytes(body, [serve(stored)], async ({ file }) => {
      await writeFile(`${file}.part`, changed.body.subarray(0, 30_000));
    });
    expect(bare[0]).not.to.have.property("range");
  });

  it("stays for the next run when the network fails, which goes on from there", async () => {
    const broken = serve(stored, { cutAt: 10_000, cut: "close" });
    const replies = [broken, broken, answer(503), serve(stored)];
    await withServer(replies, ({ address, seen }) =>
      withTarget(async ({ file, get, fails, holds, names }) => {
        const error = await fails(address, { patience: { retries: 1 } });
        expect(error.line).to.match(
          /cannot give ml\.zip at the moment \(503\)\. Run again: it goes on from 20000 bytes$/,
        );
        expect(await names()).to.deep.equal(["ml.zip.part", "ml.zip.part.json"]);
        expect(JSON.parse(await readFile(`${file}.part.json`, "utf8"))).to.deep.equal({
          address,
          etag,
          lastModified,
          total: 100_000,
          ifRange: etag,
        });
        await get(address);
        await holds(body);
        expect(seen[3]!.headers).to.include({ range: "bytes=20000-" });
      }),
    );
  });

  it("does not stay where no later run could build on it", async () => {
    const vague = { body };
    await withServer(serve(vague, half), ({ address }) =>
      withTarget(async ({ fails, names }) => {
        const error = await fails(address, { patience: { retries: 1 } });
        expect(error.line).to.match(/Run again later$/);
        expect(await names()).to.deep.equal([]);
      }),
    );
  });

  it("goes when what is known has not changed", async () => {
    await withServer(serve(stored), ({ address, seen }) =>
      withTarget(async (target) => {
        await leavePart(target, address);
        const come = await target.get(address, { effects: { known: { etag } } });
        expect(come).to.deep.equal({ unchanged: true });
        expect(seen[0]!.headers).to.include({ "if-none-match": etag, "if-range": etag });
        expect(await target.names()).to.deep.equal([]);
      }),
    );
  });
});
