import { finished } from "node:stream/promises";

import { expect } from "chai";

import { statusOf } from "../../../../jobs/fetch/download.ts";
import { storedZip, withEnvironment, withTarget } from "../../../support/downloads.ts";
import {
  closedPort,
  hangUp,
  serve,
  withProxy,
  withServer,
  withTunnel,
} from "../../../support/faulty-server.ts";

const stored = storedZip(5000);
const secret = { Authorization: "Basic c2VjcmV0", "X-Key": "c2VjcmV0" };

describe("a download through a proxy", () => {
  const address = "https://example.invalid/file";
  const refused = "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 2\r\n\r\nno";

  it("asks the proxy of the environment for a way, and shows it nothing else", async () => {
    await withProxy(refused, (host, asked) =>
      withTarget(async ({ fails }) => {
        for (const name of ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"]) {
          await withEnvironment({ [name]: `http://user:p%40ss@${host}` }, async () => {
            const error = await fails(address, { what: { headers: secret } });
            expect(error.message).to.equal(
              `the proxy http://${host} does not connect to example.invalid (407)`,
            );
            expect(error.next).to.equal("Look at HTTPS_PROXY and NO_PROXY");
            expect(statusOf(error)).to.equal(undefined);
          });
        }
        expect(asked).to.have.length(3);
        expect(asked[0]!.url).to.equal("example.invalid:443");
        expect(asked[0]!.headers).to.include({
          "proxy-authorization": `Basic ${Buffer.from("user:p@ss").toString("base64")}`,
        });
        expect(asked[0]!.headers).not.to.have.any.keys("authorization", "x-key");
      }),
    );
  });

  it("goes past the proxy where NO_PROXY says so", async () => {
    await withProxy(refused, (host, asked) =>
      withServer(serve(stored), (server) =>
        withTarget(async ({ get, holds }) => {
          const proxies = { HTTP_PROXY: `http://${host}`, NO_PROXY: "127.0.0.1" };
          await withEnvironment(proxies, () => get(server.address));
          await holds(stored.body);
          expect(asked).to.deep.equal([]);
        }),
      ),
    );
  });

  it("names a proxy that cannot reach the host, hangs up or is not there", async () => {
    const cases: [string | undefined, RegExp, number, { stallSeconds: number }?][] = [
      ["HTTP/1.1 502 Bad Gateway\r\n\r\n", /does not connect to example\.invalid \(502\)/, 3],
      ["", /^the proxy http:\/\/127\.0\.0\.1:\d+ cannot be reached \(it hung up\)/, 3],
      [
        undefined,
        /^the proxy http:\/\/\S+ has sent nothing of ml\.zip for 0\.3 s/,
        6,
        { stallSeconds: 0.3 },
      ],
    ];
    for (const [reply, message, times, patience = {}] of cases) {
      await withProxy(reply, (host, asked, sockets) =>
        withTarget(async ({ fails }) => {
          await withEnvironment({ HTTPS_PROXY: `http://user:p%40ss@${host}` }, async () => {
            const error = await fails(address, { patience });
            expect(error.message).to.match(message);
            expect(error.line).not.to.match(/user|p%40ss|p@ss/);
          });
          expect(asked).to.have.length(times);
          // A connection that stays open would keep the process from ending. One that is reset is
          // closed without an end.
          for (const socket of sockets)
            await finished(socket, { writable: false }).catch(() => undefined);
        }),
      );
    }
    const port = await closedPort();
    await withTarget(({ fails }) =>
      withEnvironment({ HTTPS_PROXY: `http://user:p%40ss@127.0.0.1:${port}` }, async () => {
        const error = await fails(address);
        expect(error.message).to.equal(
          `the proxy http://127.0.0.1:${port} cannot be reached (ECONNREFUSED)`,
        );
      }),
    );
  });

  it("refuses a proxy that is none, without its password", async () => {
    for (const proxy of ["socks5://user:p%40ss@127.0.0.1:1", "http://user:p%40ss@[", "::"]) {
      await withTarget(({ fails }) =>
        withEnvironment({ HTTPS_PROXY: proxy }, async () => {
          const error = await fails(address);
          expect(error.line).to.match(/that the environment names is no http or https address/);
          expect(error.line).not.to.match(/user|p%40ss/);
        }),
      );
    }
  });

  it("comes through the tunnel", async () => {
    await withServer(serve(stored), (server) =>
      withTunnel(server.host, (proxy, asked) =>
        withTarget(async ({ get, holds }) => {
          await withEnvironment({ HTTP_PROXY: `http://${proxy}` }, () =>
            get("http://example.invalid/file", { what: { headers: secret } }),
          );
          await holds(stored.body);
          expect(asked).to.deep.equal(["example.invalid:80"]);
          expect(server.seen[0]!.headers).to.include({ host: "example.invalid" });
        }),
      ),
    );
  });

  it("blames the host, not the proxy, once the tunnel stands", async () => {
    await withServer(hangUp, (server) =>
      withTunnel(server.host, (proxy) =>
        withTarget(async ({ fails }) => {
          const error = await withEnvironment({ HTTP_PROXY: `http://${proxy}` }, () =>
            fails("http://example.invalid/file"),
          );
          expect(error.message).to.match(/^example\.invalid broke off before it gave ml\.zip/);
        }),
      ),
    );
  });
});
