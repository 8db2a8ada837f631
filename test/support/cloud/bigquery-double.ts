import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import http from "node:http";
import path from "node:path";
import { text } from "node:stream/consumers";

import { Keeper } from "../deploy/keeper.ts";
import { errorBody } from "./faults.ts";
import { type Asked, type RecordingServer, type Said, startRecording } from "./recording-server.ts";

type Json = Record<string, unknown>;

/** What stands behind the double. */
export interface Behind {
  storage: string;
  bigquery: string;
  /** Where the emulator looks for objects. */
  objects: string;
}

/**
 * Stands before the emulator of BigQuery and makes up for what it lacks: it brings objects from the
 * bucket to where it looks for them, knows job ids that are taken, tells where a job ran, fills
 * external tables, counts rows anew, and speaks of dispositions in the words that it understands. A load
 * without its table or its objects fails before the emulator hears of it, which would empty the table.
 */
export async function startBigqueryDouble(behind: Behind): Promise<RecordingServer> {
  const keeper = new Keeper();
  const locations = new Map<string, string>();
  const failed = new Map<string, Json>();

  const ask = async ({ method, path: where, query, body }: Asked): Promise<Said> => {
    const address = `${behind.bigquery}${where}?${new URLSearchParams(query).toString()}`;
    const isRead = ["GET", "DELETE"].includes(method);
    // The emulator closes connections that nobody uses for a while: one kept for later could be asked
    // in the very moment. A request is never sent twice, or a job would be begun twice.
    const agent = new http.Agent({ keepAlive: false });
    const headers = { "content-type": "application/json" };
    const asked = http.request(address, { method, headers, agent });
    // Behind its head a response tells itself that it broke off; nobody else would hear the request.
    asked.on("error", () => undefined);
    asked.end(isRead ? undefined : JSON.stringify(body));
    const [response] = (await once(asked, "response")) as [http.IncomingMessage];
    const said = await text(response);
    const { statusCode: status = 502 } = response;
    return { status, body: said === "" ? undefined : (JSON.parse(said) as Json) };
  };

  const insertJob = async (asked: Asked): Promise<Said> => {
    const { jobReference, configuration } = asked.body as {
      jobReference: { jobId: string; location?: string };
      configuration: { load?: Json; dryRun?: boolean };
    };
    const { jobId, location = "US" } = jobReference;
    if (locations.has(jobId)) {
      return { status: 409, body: errorBody(409, "duplicate", `Already Exists: Job ${jobId}`) };
    }
    if (configuration.dryRun !== true) locations.set(jobId, location);
    const { load } = configuration;
    if (load === undefined) return located(await ask(asked), locations);
    const { uris, missing } = await fetchObjects(behind, load["sourceUris"] as string[]);
    const lacks = missing.map((uri) => `URI ${uri}`);
    if (load["createDisposition"] === "CREATE_NEVER") lacks.push(...(await missingTable(load)));
    if (lacks.length > 0) {
      const errorResult = { reason: "notFound", message: `Not found: ${lacks[0] ?? ""}` };
      const status = { state: "DONE", errorResult, errors: [errorResult] };
      failed.set(jobId, { jobReference: { ...jobReference, location }, configuration, status });
      return { status: 200, body: failed.get(jobId) };
    }
    const keepsTable = load["writeDisposition"] === "WRITE_TRUNCATE_DATA";
    const understood = {
      ...load,
      sourceUris: uris,
      ...(keepsTable ? { writeDisposition: "WRITE_TRUNCATE" } : {}),
    };
    const body = { ...asked.body, configuration: { ...configuration, load: understood } };
    const said = await ask({ ...asked, body });
    // The job is told of as it was asked for.
    if (said.status < 300) Object.assign(said.body as Json, { configuration });
    return located(said, locations);
  };

  const missingTable = async (load: Json): Promise<string[]> => {
    const { projectId, datasetId, tableId } = load["destinationTable"] as Record<string, string>;
    const where = `/bigquery/v2/projects/${projectId}/datasets/${datasetId}/tables/${tableId}`;
    const { status } = await ask({ method: "GET", path: where, query: {}, body: {} });
    return status === 404 ? [`Table ${projectId}:${datasetId}.${tableId}`] : [];
  };

  const table = async (asked: Asked, project: string): Promise<Said> => {
    const { externalDataConfiguration: files, ...body } = asked.body;
    const said = await ask({ ...asked, body });
    const filled = keeper.filled(asked.method, asked.path, asked.body, said);
    if (said.status >= 300) return filled;
    if (files !== undefined) await fillExternal(project, said.body as Json, files as Json);
    if (asked.method === "GET") {
      Object.assign(filled.body as Json, { numRows: await countRows(project, said.body as Json) });
    }
    return filled;
  };

  const fillExternal = async (project: string, told: Json, files: Json): Promise<void> => {
    const { uris: sourceUris } = await fetchObjects(behind, files["sourceUris"] as string[]);
    const destinationTable = told["tableReference"];
    const write = { sourceFormat: "PARQUET", writeDisposition: "WRITE_TRUNCATE" };
    const load = { ...write, sourceUris, destinationTable };
    const where = `/bigquery/v2/projects/${project}/jobs`;
    await ask({ method: "POST", path: where, query: {}, body: { configuration: { load } } });
  };

  const countRows = async (project: string, told: Json): Promise<string> => {
    const { datasetId, tableId } = told["tableReference"] as Record<string, string>;
    const query = `SELECT COUNT(*) FROM \`${project}.${datasetId}.${tableId}\``;
    const where = `/bigquery/v2/projects/${project}/queries`;
    const { body } = await ask({ method: "POST", path: where, query: {}, body: { query } });
    const { rows } = body as { rows?: { f: { v: string }[] }[] };
    return rows?.[0]?.f[0]?.v ?? "0";
  };

  return startRecording(async (asked) => {
    const [, project = "", rest = ""] =
      /^\/bigquery\/v2\/projects\/([^/]+)(\/.*)$/.exec(asked.path) ?? [];
    if (asked.method === "POST" && rest === "/jobs") return insertJob(asked);
    const [, job] = /^\/jobs\/([^/]+)$/.exec(rest) ?? [];
    const known = failed.get(job ?? "");
    if (known !== undefined) return { status: 200, body: known };
    if (job !== undefined) return located(await ask(asked), locations);
    if (/^\/datasets\/[^/]+\/tables(\/[^/]+)?$/.test(rest)) return table(asked, project);
    return keeper.filled(asked.method, asked.path, asked.body, await ask(asked));
  });
}

/** A job ran where it was asked to run; the emulator says US of all. */
function located(said: Said, locations: ReadonlyMap<string, string>): Said {
  const { jobReference } = (said.body ?? {}) as { jobReference?: Json };
  const location = locations.get(String(jobReference?.["jobId"]));
  if (jobReference !== undefined && location !== undefined) jobReference["location"] = location;
  return said;
}

/** Brings objects to where the emulator reads them, and tells which are not there. */
async function fetchObjects(
  behind: Behind,
  asked: readonly string[],
): Promise<{ uris: string[]; missing: string[] }> {
  const uris: string[] = [];
  const missing: string[] = [];
  for (const uri of asked) {
    const [, bucket = "", name = ""] = /^gs:\/\/([^/]+)\/(.*)$/.exec(uri) ?? [];
    const names = name.includes("*") ? await namesLike(behind, bucket, name) : [name];
    if (names.length === 0) missing.push(uri);
    for (const each of names) {
      const found = await fetchObject(behind, bucket, each);
      (found ? uris : missing).push(`gs://${bucket}/${each}`);
    }
  }
  return { uris, missing };
}

async function fetchObject(behind: Behind, bucket: string, name: string): Promise<boolean> {
  const address = `${behind.storage}/storage/v1/b/${bucket}/o/${encodeURIComponent(name)}?alt=media`;
  const response = await fetch(address);
  if (!response.ok) return false;
  const file = path.join(behind.objects, bucket, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, Buffer.from(await response.arrayBuffer()));
  return true;
}

async function namesLike(behind: Behind, bucket: string, name: string): Promise<string[]> {
  const [before = "", after = ""] = name.split("*");
  const prefix = encodeURIComponent(before);
  const response = await fetch(`${behind.storage}/storage/v1/b/${bucket}/o?prefix=${prefix}`);
  const { items = [] } = (await response.json()) as { items?: { name: string }[] };
  return items.map((item) => item.name).filter((each) => each.endsWith(after));
}
