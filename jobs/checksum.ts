import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";

/**
 * The SHA-256 of a file of any size, in hexadecimal: what contents are addressed by.
 *
 * @throws the system's error where the file cannot be read: whose fault that is, the caller knows
 */
export async function sha256Of(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}
