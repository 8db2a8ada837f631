import type { Answer } from "./dataproc.ts";

type Json = Record<string, unknown>;

/** What was told to doubles, by the path of what it was said of. */
export class Keeper {
  private readonly kept = new Map<string, Json>();
  private readonly policies = new Map<string, Json>();

  /** What fake-gcs does not know of a bucket: who may do what, and caches; else undefined. */
  ownAnswer(method: string, pathname: string, body: Json): Answer | undefined {
    const [, part] = /^\/storage\/v1\/b\/[^/]+\/(iam|anywhereCaches\/?)$/.exec(pathname) ?? [];
    if (part === undefined) return undefined;
    if (part !== "iam") return { status: 200, body: { items: [] } };
    if (method === "PUT") this.policies.set(pathname, { ...body, etag: "CAE=" });
    return { status: 200, body: this.policies.get(pathname) ?? { etag: "CAE=", version: 1 } };
  }

  /** An answer with what the double left out of it. */
  filled(method: string, pathname: string, body: Json, { status, body: said }: Answer): Answer {
    if (status >= 300 || !isResource(said)) {
      if (method === "DELETE" && status < 300) this.kept.delete(pathname);
      return { status, body: said };
    }
    const name = method === "POST" ? `${pathname}/${nameOf(said)}` : pathname;
    const before = method === "PATCH" ? this.kept.get(name) : {};
    if (["POST", "PUT", "PATCH"].includes(method)) this.kept.set(name, { ...before, ...body });
    return { status, body: { ...this.kept.get(name), ...said } };
  }
}

/** Buckets, datasets, tables; not lists of them. */
function isResource(said: unknown): said is Json {
  const kind = (said as Json | undefined)?.["kind"];
  return ["storage#bucket", "bigquery#dataset", "bigquery#table"].includes(String(kind));
}

function nameOf(said: Json): string {
  const { tableReference, datasetReference, name } = said as {
    tableReference?: { tableId: string };
    datasetReference?: { datasetId: string };
    name?: string;
  };
  return tableReference?.tableId ?? datasetReference?.datasetId ?? name ?? "";
}
