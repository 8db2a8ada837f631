import { spawnSync } from "node:child_process";
import path from "node:path";

import { expect } from "chai";

import { withFolder } from "../support/folder.ts";
import { root } from "../support/program.ts";
import { start } from "../support/started.ts";

/** A mount namespace of one's own, for which nobody needs to be root. */
const namespace = ["unshare", "--user", "--map-root-user", "--mount"] as const;

describe("a real disk that fills up", () => {
  before(async function () {
    await withFolder((folder) => {
      const [command, ...args] = [...namespace, "mount", "-t", "tmpfs", "tmpfs", folder];
      if (spawnSync(command, args).status === 0) return Promise.resolve();
      process.stderr.write(
        "\n    NOT TESTED: a real disk that fills up in each step. No tmpfs can be mounted here.\n",
      );
      return this.skip();
    });
  });

  it("leaves the old answers in whichever step it is, and the next run goes on", async () => {
    await withFolder(async (folder) => {
      const program = path.join(root, "test", "faults", "small-disk.ts");
      const [command, ...args] = [
        ...namespace,
        process.execPath,
        "--import",
        "tsx",
        program,
        folder,
      ];
      const { code, stdout, stderr } = await start(command, args).ended;
      process.stdout.write(stdout.replace(/^/gm, "      "));
      expect(code, stderr).to.equal(0);
    });
  });
});
