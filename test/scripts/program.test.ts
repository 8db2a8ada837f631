import { spawn } from "node:child_process";
import { once } from "node:events";

import { expect } from "chai";

import { root } from "../support/program.ts";

const script = `
  import { program } from "./scripts/program.ts";
  await program(async () => {
    for (let line = 0; line < 20_000; line += 1) console.log("a line of some length ".repeat(5));
    console.error("done");
    return 3;
  });
`;

describe("a program for people", () => {
  it("comes to its own end where nobody reads on, as before head", async () => {
    const words = ["--import", "tsx", "--input-type=module", "--eval", script];
    const child = spawn(process.execPath, words, { cwd: root });
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
    child.stdout.once("data", () => child.stdout.destroy());
    const [code] = (await once(child, "close")) as [number];
    expect({ code, said }).to.deep.equal({ code: 3, said: "done\n" });
  });
});
