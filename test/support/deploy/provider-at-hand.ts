import { triedVersion, whatIsMissing } from "./provider.ts";

/** For scripts/setup/deploy.sh: ends with 1 where the tests will be skipped anyway. */
const missing = whatIsMissing();
process.stdout.write(`${missing ?? `the provider google ${triedVersion()} is there`}\n`);
if (missing !== undefined) process.exitCode = 1;
