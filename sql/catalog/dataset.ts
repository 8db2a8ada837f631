import { MarqueeError } from "../../errors.ts";
import type { DatasetDeclaration } from "./declaration.ts";
import type { Dataset, Source } from "./types.ts";

/**
 * Completes a dataset's declaration.
 *
 * @throws MarqueeError (catalog) where it holds a source that is not declared
 */
export function datasetOf(
  name: string,
  file: string,
  declaration: DatasetDeclaration,
  sources: readonly Source[],
): Dataset {
  const { download, holds } = declaration;
  const unknown = holds.find((held) => !sources.some((source) => source.name === held));
  if (unknown !== undefined) {
    throw new MarqueeError({
      reason: "catalog",
      what: `sql/${file}: holds names "${unknown}"`,
      next: `The sources are ${sources.map((source) => source.name).join(", ")}`,
    });
  }
  const { unpacked_bytes: unpackedBytes, md5, credentials } = download;
  return { ...declaration, name, file, download: { ...download, unpackedBytes, md5, credentials } };
}
