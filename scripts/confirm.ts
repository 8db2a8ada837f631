import { stdin, stdout } from "node:process";
import { createInterface } from "node:readline";

/** Asks a person. Anything but yes is no, and so is the end of the input. */
export async function confirm(question: string): Promise<boolean> {
  return /^y(es)?$/i.test(await ask(`${question} [y/N] `));
}

/** What a person types, without outer white space; nothing where the input ends. */
export async function ask(question: string): Promise<string> {
  const reader = createInterface({ input: stdin, output: stdout });
  return new Promise((resolve) => {
    reader.once("close", () => {
      resolve("");
    });
    reader.question(question, (said) => {
      resolve(said.trim());
      reader.close();
    });
  });
}
