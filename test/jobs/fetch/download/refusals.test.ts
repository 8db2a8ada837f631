import { existsSync } from "node:fs";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import path from "node:path";

import { expect } from "chai";

import { defaultPatience, download, statusOf } from "../../../../jobs/fetch/download.ts";
import { storedZip, withTarget } from "../../../support/downloads.ts";
import { failure } from "../../../support/errors.ts";
import {
  answer,
  hangUp,
  raw,
  type Reply,
  serve,
  silence,
  withServer,
} from "../../../support/faulty-server.ts";

const stored = storedZip(5000);

/** How long something takes, in seconds. */
async function secondsOf(work: Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work;
  return (performance.now() - start) / 1000;
}

describe("a server that refuses a download", () => {
  it("is named with what it refused, and not asked again", async () => {
    const cases: [number, string][] = [
      [401, "refuses access to ml.zip (401)"],
      [403, "refuses access to ml.zip (403)"],
      [404, "has no ml.zip (404)"],
      [410, "has no ml.zip (410)"],
      [400, "does not give ml.zip (400)"],
      [416, "does not give ml.zip (416)"],
      [204, "does not give ml.zip (204)"],
      [300, "does not give ml.zip (300)"],
    ];
    const replies = cases.map(([status]) => answer(status, { "content-type": "text/html" }));
    await withServer(replies, ({ address, host, seen }) =>
      withTarget(async ({ fails, names }) => {
        const headers = { Authorization: "Basic c2VjcmV0" };
        for (const [status, message] of cases) {
          const error = await fails(address, { what: { headers } });
          expect(error.message).to.equal(`${host} ${message}`);
          expect(error.line).not.to.include("c2VjcmV0");
          expect(statusOf(error)).to.equal(status);
          expect(await names()).to.deep.equal([]);
        }
        expect(seen).to.have.length(cases.length);
        expect(seen[0]!.headers.authorization).to.equal("Basic c2VjcmV0");
      }),
    );
  });

  it("keeps what has come before", async () => {
    const replies = [serve(stored, { cutAt: 4000, cut: "close" }), answer(403)];
    await withServer(replies, ({ address }) =>
      withTarget(async ({ fails, names }) => {
        const error = await fails(address);
        expect(error.line).to.match(/\(403\).*Running again goes on from 4000 bytes$/);
        expect(await names()).to.include("ml.zip.part");
      }),
    );
  });

  it("is asked again while it is busy or broken", async () => {
    const date = new Date(Date.now() - 5000).toUTCString();
    const busy: Reply[] = [
      answer(500),
      answer(408),
      answer(503, { "retry-after": "0" }),
      answer(429, { "retry-after": date }),
      answer(502, { "retry-after": "soon" }),
    ];
    await withServer([...busy, serve(stored)], ({ address, seen }) =>
      withTarget(async ({ get, holds }) => {
        const said: string[] = [];
        const effects = { log: { info: (line: string) => said.push(line) } };
        await get(address, { effects });
        await holds(stored.body);
        expect(seen).to.have.length(6);
        expect(said).to.have.length(5);
        expect(said[0]).to.match(/cannot give ml\.zip at the moment \(500\); trying again$/);
      }),
    );
  });

  it("is not asked for ever", async () => {
    for (const [reply, message] of [
      [answer(500), /cannot give ml\.zip at the moment \(500\)\. Run again later$/],
      [answer(503, { "retry-after": "0" }), /\(503\)/],
      [hangUp, /broke off before it gave ml\.zip \(ECONNRESET\)/],
      [raw("no HTTP\r\n\r\n"), /\(HPE_INVALID_CONSTANT\)/],
      [serve(stored, { ignoresRange: true, cutAt: 4000, cut: "close" }), /goes on from 4000/],
    ] as const) {
      await withServer(reply, ({ address, seen }) =>
        withTarget(async ({ fails }) => {
          expect((await fails(address)).line).to.match(message);
          expect(seen).to.have.length(6);
        }),
      );
    }
  });

  it("is waited for as long as it asks", async () => {
    await withServer([answer(429, { "retry-after": "1" }), serve(stored)], ({ address }) =>
      withTarget(async ({ get, holds }) => {
        const said: string[] = [];
        const effects = { log: { info: (line: string) => said.push(line) } };
        expect(await secondsOf(get(address, { effects }))).to.be.at.least(1);
        expect(said[0]).to.match(/\(429\); trying again in 1 s$/);
        await holds(stored.body);
      }),
    );
  });

  it("is waited for up to the date that it names", async () => {
    const inAWhile: Reply = (request, response) => {
      // A date has whole seconds only, so this is half a second from now, or more.
      const date = new Date(Date.now() + 1500).toUTCString();
      answer(503, { "retry-after": date })(request, response);
    };
    await withServer([inAWhile, serve(stored)], ({ address }) =>
      withTarget(async ({ get, holds }) => {
        expect(await secondsOf(get(address))).to.be.at.least(0.4);
        await holds(stored.body);
      }),
    );
  });

  it("is not waited for when it asks for too much, and that is said", async () => {
    const tomorrow = new Date(Date.now() + 86_400_000).toUTCString();
    for (const [wait, seconds] of [
      ["3600", /asks to wait 3600 s before it gives ml\.zip \(429\)\. Run again after that$/],
      [tomorrow, /asks to wait 86[34]\d\d s/],
    ] as const) {
      await withServer(answer(429, { "retry-after": wait }), ({ address, seen }) =>
        withTarget(async ({ fails }) => {
          const error = await fails(address);
          expect(error.line).to.match(seconds);
          expect(statusOf(error)).to.equal(429);
          expect(seen).to.have.length(1);
        }),
      );
    }
  });

  it("is left when it falls silent, before the headers or behind them", async () => {
    const stalling = serve({ body: stored.body }, { cutAt: 4000, cut: "stall" });
    for (const reply of [silence, stalling]) {
      await withServer(reply, ({ address, host, seen }) =>
        withTarget(async ({ fails }) => {
          const error = await fails(address, { patience: { retries: 1, stallSeconds: 0.5 } });
          expect(error.message).to.equal(`${host} has sent nothing of ml.zip for 0.5 s`);
          expect(seen).to.have.length(2);
        }),
      );
    }
  });

  it("is borne when it is slow but sends something now and then", async () => {
    const slow: Reply = (_request, response) => {
      response.writeHead(200, { "content-length": stored.body.length });
      let sent = 0;
      const timer = setInterval(() => {
        response.write(stored.body.subarray(sent, (sent += 1000)));
        if (sent >= stored.body.length) clearInterval(timer);
      }, 500);
    };
    await withServer(slow, ({ address, seen }) =>
      withTarget(async ({ get, holds }) => {
        // Less than all of it takes, and far more than a piece does.
        await get(address, { patience: { stallSeconds: 2, retries: 0 } });
        await holds(stored.body);
        expect(seen).to.have.length(1);
      }),
    );
  });

  it("is given more time after each failure", async () => {
    await withServer(answer(500), ({ address }) =>
      withTarget(async ({ fails }) => {
        const patience = { retries: 3, firstWaitSeconds: 0.05, jitter: false };
        // 0.05 + 0.1 + 0.2 s, and timers may be a little early.
        expect(await secondsOf(fails(address, { patience }))).to.be.at.least(0.34);
      }),
    );
    expect(defaultPatience).to.deep.equal({
      retries: 5,
      firstWaitSeconds: 0.5,
      factor: 2,
      jitter: true,
      longestWaitSeconds: 120,
      stallSeconds: 30,
    });
  });
});

describe("a disk that refuses a download", () => {
  it("is told from the network, before that is asked", async () => {
    await withServer(serve(stored), ({ address, seen }) =>
      withTarget(async ({ folder }) => {
        const inTheWay = path.join(folder, "in-the-way");
        await writeFile(inTheWay, "");
        for (const place of ["ml.zip", "deep/er/ml.zip"]) {
          const file = path.join(inTheWay, place);
          const what = { name: "ml.zip", address, form: "zip", bytes: 5000 } as const;
          const error = await failure(download(what, file, {}), "lake");
          expect(error.line).to.equal(
            `${file} cannot be written: a part of the path is a file. Name another folder with --lake`,
          );
        }
        expect(seen).to.have.length(0);
      }),
    );
  });

  it("is full", async function () {
    if (!existsSync("/dev/full")) {
      process.stderr.write("\n    NOT TESTED: a full disk. There is no /dev/full here.\n");
      this.skip();
    }
    await withServer(serve(stored), ({ address, seen }) =>
      withTarget(async ({ file, fails, names }) => {
        await symlink("/dev/full", `${file}.part`);
        const error = await fails(address, {}, "lake");
        expect(error.line).to.equal(
          `${file} cannot be written: the disk is full. Make room and run again`,
        );
        expect(seen).to.have.length(1);
        expect(await names()).to.deep.equal([]);
      }),
    );
  });

  it("has a folder in the file's place", async () => {
    await withServer(serve(stored), ({ address, seen }) =>
      withTarget(async ({ file, get, names }) => {
        await mkdir(path.join(file, "full"), { recursive: true });
        const outcome = await get(address).catch((error: unknown) => error);
        expect(outcome).to.include({ reason: "lake" });
        expect(seen).to.have.length(1);
        expect(await names()).to.deep.equal(["ml.zip"]);
      }),
    );
  });
});
