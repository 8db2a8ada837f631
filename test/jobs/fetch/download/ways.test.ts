import { execFile } from "node:child_process";
import { once } from "node:events";
import https from "node:https";
import { promisify } from "node:util";

import { expect } from "chai";
import { Headers } from "node-fetch";

import { statusOf } from "../../../../jobs/fetch/download.ts";
import { redirectedTo } from "../../../../jobs/fetch/download/request.ts";
import { storedZip, withTarget } from "../../../support/downloads.ts";
import {
  answer,
  closedPort,
  listening,
  redirect,
  type Reply,
  serve,
  withServer,
} from "../../../support/faulty-server.ts";

const stored = storedZip(5000);
const secret = { Authorization: "Basic c2VjcmV0", "X-Key": "c2VjcmV0" };
const offline =
  "Without a network: npm run pipeline makes synthetic data, and --source FOLDER reads files that you have";

describe("a download that is redirected", () => {
  it("goes there, with its own headers as long as host and port stay the same", async () => {
    await withServer([redirect("/b?c=d", 301), redirect("?e", 308), serve(stored)], (server) =>
      withTarget(async ({ get, holds }) => {
        await get(`${server.origin}/a`, { what: { headers: secret } });
        await holds(stored.body);
        expect(server.seen.map((seen) => seen.path)).to.deep.equal(["/a", "/b?c=d", "/b?e"]);
        for (const { headers } of server.seen) {
          expect(headers).to.include({ authorization: secret.Authorization, "x-key": "c2VjcmV0" });
        }
      }),
    );
  });

  it("never shows its own headers to another port, nor to its own when it comes back", async () => {
    // The second server is known only when the first one is there already.
    let elsewhere = "";
    const away: Reply = (request, response) => {
      redirect(elsewhere)(request, response);
    };
    await withServer([away, serve(stored)], (first) =>
      withServer(redirect(`${first.origin}/back`), (second) =>
        withTarget(async ({ get, holds }) => {
          elsewhere = second.address;
          await get(first.address, { what: { headers: secret } });
          await holds(stored.body);
          expect(first.seen[0]!.headers).to.include.all.keys("authorization", "x-key");
          for (const { headers } of [second.seen[0]!, first.seen[1]!]) {
            expect(headers).not.to.have.any.keys("authorization", "x-key");
            expect(headers).to.include({ "user-agent": "marquee", "accept-encoding": "identity" });
          }
        }),
      ),
    );
  });

  it("asks for the rest of a part wherever it is sent", async () => {
    const broken = serve(stored, { cutAt: 2000, cut: "close" });
    await withServer([broken, serve(stored)], (second) =>
      withServer(redirect(second.address), (first) =>
        withTarget(async ({ get, holds }) => {
          await get(first.address);
          await holds(stored.body);
          expect(second.seen[1]!.headers).to.include({ range: "bytes=2000-" });
        }),
      ),
    );
  });

  it("is refused where that has no end or leads nowhere, without the address", async () => {
    const cases: [string | undefined, RegExp, number][] = [
      ["/file?c2VjcmV0", /redirects more than 10 times when asked for ml\.zip/, 11],
      [undefined, /redirects to nowhere/, 1],
      ["http://[", /redirects to nowhere/, 1],
      ["ftp://127.0.0.1/c2VjcmV0", /redirects to where Marquee does not follow/, 1],
      ["file:///etc/passwd", /redirects to where Marquee does not follow/, 1],
      ["http://c2VjcmV0:x@127.0.0.1/", /redirects to where Marquee does not follow/, 1],
    ];
    for (const [location, message, requests] of cases) {
      const reply = location === undefined ? answer(302) : redirect(location);
      await withServer(reply, ({ address, seen }) =>
        withTarget(async ({ fails }) => {
          const error = await fails(address);
          expect(error.message).to.match(message);
          expect(error.line).not.to.include("c2VjcmV0");
          expect(seen).to.have.length(requests);
        }),
      );
    }
  });

  it("names the host that refuses in the end", async () => {
    await withServer(answer(403), (second) =>
      withServer(redirect(`${second.origin}/signed?key=c2VjcmV0`), (first) =>
        withTarget(async ({ fails }) => {
          const error = await fails(first.address);
          expect(error.message).to.equal(`${second.host} refuses access to ml.zip (403)`);
          expect(error.line).not.to.include("c2VjcmV0");
          expect(statusOf(error)).to.equal(403);
        }),
      ),
    );
  });
});

describe("a redirect", () => {
  it("may lead into TLS, never out of it", () => {
    const to = (from: string, location: string): string => {
      const headers = new Headers({ location });
      const wanted = { name: "ml.zip", address: from };
      return redirectedTo({ host: "a.example", headers }, new URL(from), wanted).href;
    };
    expect(to("http://a.example/x", "https://b.example/y")).to.equal("https://b.example/y");
    expect(to("https://a.example/x", "//b.example/y")).to.equal("https://b.example/y");
    expect(() => to("https://a.example/x", "http://a.example/x")).to.throw(
      "a.example redirects to where Marquee does not follow when asked for ml.zip",
    );
  });
});

describe("a download without a way to its server", () => {
  it("says that nobody is there, after three tries", async () => {
    const port = await closedPort();
    await withTarget(async ({ fails, names }) => {
      const said: string[] = [];
      const effects = { log: { info: (line: string) => said.push(line) } };
      const error = await fails(`http://127.0.0.1:${port}/file`, { effects });
      expect(error.message).to.equal(`127.0.0.1:${port} cannot be reached (ECONNREFUSED)`);
      expect(error.next).to.equal(offline);
      expect(said).to.have.length(2);
      expect(await names()).to.deep.equal([]);
    });
  });

  it("says that there is no such host, at once", async () => {
    await withTarget(async ({ fails }) => {
      const said: string[] = [];
      const effects = { log: { info: (line: string) => said.push(line) } };
      const error = await fails("https://marquee.invalid/file", { effects });
      // Behind some firewalls no name server answers at all.
      expect(error.message).to.match(
        /^marquee\.invalid cannot be reached \((ENOTFOUND|EAI_AGAIN)\)/,
      );
      expect(error.next).to.equal(offline);
      if (error.message.includes("ENOTFOUND")) expect(said).to.deep.equal([]);
    });
  });

  it("does not send a header that HTTP does not allow", async () => {
    await withServer(serve(stored), ({ address, seen }) =>
      withTarget(async ({ fails }) => {
        const headers = { Authorization: "Basic c2Vj\ncmV0" };
        const error = await fails(address, { what: { headers } });
        expect(error.line).to.match(
          /the request for ml\.zip has a header that HTTP does not allow/,
        );
        expect(error.line).not.to.include("c2Vj");
        expect(seen).to.deep.equal([]);
      }),
    );
  });
});

describe("a download over TLS", () => {
  it("does not speak it with a server that does not, once", async () => {
    await withServer(serve(stored), ({ address, host }) =>
      withTarget(async ({ fails }) => {
        const said: string[] = [];
        const effects = { log: { info: (line: string) => said.push(line) } };
        const error = await fails(address.replace("http:", "https:"), { effects });
        expect(error.message).to.match(
          new RegExp(`^${host} cannot be trusted to be itself \\((EPROTO|ERR_SSL_\\w+)\\)$`),
        );
        expect(said).to.deep.equal([]);
      }),
    );
  });

  it("does not believe a certificate that nobody vouches for", async function () {
    const pem = await selfSigned().catch(() => undefined);
    if (pem === undefined) {
      process.stderr.write("\n    NOT TESTED: a false certificate. There is no openssl here.\n");
      this.skip();
    }
    const server = https.createServer({ key: pem, cert: pem });
    let connections = 0;
    server.on("connection", () => (connections += 1));
    const port = await listening(server);
    try {
      await withTarget(async ({ fails }) => {
        const error = await fails(`https://127.0.0.1:${port}/file`, { what: { headers: secret } });
        expect(error.line).to.match(
          /cannot be trusted to be itself \(DEPTH_ZERO_SELF_SIGNED_CERT\)/,
        );
        expect(error.line).to.include("NODE_EXTRA_CA_CERTS");
        expect(connections).to.equal(1);
      });
    } finally {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    }
  });
});

async function selfSigned(): Promise<string> {
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"];
  const rest = ["-nodes", "-days", "1", "-subj", "/CN=127.0.0.1", "-keyout", "-", "-out", "-"];
  return (await promisify(execFile)("openssl", ["req", "-x509", ...curve, ...rest])).stdout;
}
