import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";

import { expect } from "chai";
import fc from "fast-check";

import { asMarqueeError } from "../../../../errors.ts";
import { storedZip, type Target, withTarget } from "../../../support/downloads.ts";
import {
  answer,
  hangUp,
  type Manner,
  raw,
  redirect,
  type Reply,
  serve,
  type Stored,
  withServer,
} from "../../../support/faulty-server.ts";

/** What may happen to one request, given the two versions that the file has had. */
type Fault = (stored: Stored) => Reply;

const bytes = fc.integer({ min: 4, max: 300_000 });
const rarely = fc.integer({ min: 0, max: 4 }).map((number) => number === 0);

const stamps: fc.Arbitrary<NonNullable<Manner["headers"]>> = fc.constantFrom(
  {},
  {},
  { etag: undefined },
  { "last-modified": undefined },
  { etag: undefined, "last-modified": undefined },
  { etag: 'W/"weak"' },
);

/** Faults that show in what the server says, or in that it falls silent. */
const honestFault: fc.Arbitrary<Fault> = fc
  .constantFrom("close", "reset", "stall", undefined)
  .chain((cut) =>
    fc
      .record({
        cutAt: bytes,
        ignoresRange: rarely,
        ignoresIfRange: rarely,
        chunked: rarely,
        headers: stamps,
      })
      .map(
        ({ cutAt, ...manner }): Fault =>
          (stored) =>
            serve(stored, cut === undefined ? manner : { ...manner, cut, cutAt }),
      ),
  );

const otherAnswer: fc.Arbitrary<Fault> = fc
  .constantFrom(
    hangUp,
    answer(500),
    answer(503, { "retry-after": "0" }),
    answer(429, { "retry-after": "0" }),
    answer(416),
    answer(404),
    answer(200, {}, "<html></html>"),
    answer(206, { "content-range": "bytes 0-3/4" }, "PK\x03\x04"),
    raw("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nPK"),
    raw("what?"),
    redirect("/file"),
  )
  .map(
    (reply): Fault =>
      () =>
        reply,
  );

/** Lies that only a checksum can show. */
const lie: fc.Arbitrary<Fault> = fc
  .record({ from: bytes, length: fc.option(bytes, { nil: undefined }), chunked: fc.boolean() })
  .map(({ from, length, chunked }): Fault => (stored) => {
    const headers = { ...(length !== undefined && !chunked && { "content-length": `${length}` }) };
    return serve(stored, { chunked, headers, sends: stored.body.subarray(from) });
  });

/** Fetches a few times, as one run after the other does; every end must be a clean one. */
async function expectCleanEnds(
  { file, get, names }: Target,
  address: string,
  right: readonly Buffer[],
  md5: string | undefined,
): Promise<void> {
  for (let run = 0; run < 3; run++) {
    const what = { what: { md5 }, patience: { retries: 2, stallSeconds: 0.04 } };
    const error = await get(address, what).then(() => undefined, asMarqueeError);
    if (error === undefined) {
      const came = await readFile(file);
      const isRight = right.some((body) => body.equals(came));
      expect(isRight, "the bytes of one version").to.equal(true);
      expect(await names()).to.deep.equal(["ml.zip"]);
      return;
    }
    expect(error.reason, error.line).to.equal("network");
    expect(error.line).not.to.include("\n");
    expect(await names()).not.to.include("ml.zip");
  }
}

describe("a download through any faults", () => {
  it("ends with the bytes of one version, or with one clear error", async () => {
    const faults = fc.array(
      fc.tuple(fc.oneof({ weight: 3, arbitrary: honestFault }, otherAnswer), fc.boolean()),
      { maxLength: 7 },
    );
    const property = fc.asyncProperty(bytes, bytes, faults, async (first, second, schedule) => {
      const versions = [storedZip(first, 1), storedZip(second, 2)];
      const replies = schedule.map(([fault, isSecond]) => fault(versions[isSecond ? 1 : 0]!));
      await withServer([...replies, serve(versions[0]!)], ({ address }) =>
        withTarget((target) =>
          expectCleanEnds(
            target,
            address,
            versions.map(({ body }) => body),
            undefined,
          ),
        ),
      );
    });
    await fc.assert(property, { numRuns: 40 });
  });

  it("ends with the bytes that have the checksum, or with one clear error, whatever the lies", async () => {
    const faults = fc.array(fc.oneof(honestFault, otherAnswer, lie), { maxLength: 7 });
    const property = fc.asyncProperty(bytes, faults, async (length, schedule) => {
      const stored = storedZip(length);
      const md5 = createHash("md5").update(stored.body).digest("hex");
      const replies = schedule.map((fault) => fault(stored));
      await withServer([...replies, serve(stored)], ({ address }) =>
        withTarget((target) => expectCleanEnds(target, address, [stored.body], md5)),
      );
    });
    await fc.assert(property, { numRuns: 40 });
  });
});
