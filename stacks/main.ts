import { asMarqueeError } from "../errors.ts";
import { readSettings } from "../settings/read-settings.ts";
import { loadCatalog } from "../sql/catalog/catalog.ts";
import { synthesize } from "./synthesize.ts";

/** What cdktf.json names: cdktf starts it and reads what it leaves in cdktf.out. */
try {
  synthesize(await readSettings(undefined), await loadCatalog());
} catch (error) {
  const known = asMarqueeError(error);
  process.stderr.write(`error: ${known.line}\n`);
  process.exitCode = known.exitCode;
}
