/** A stack as cdktf writes it, in the parts that tests change. */
export interface StackJson {
  terraform: {
    backend?: Record<string, unknown>;
    required_providers: { google: { source: string; version: string } };
  };
  provider: { google: Record<string, unknown>[] };
  /** By type, then by id. */
  resource: Record<string, Record<string, ResourceJson>>;
  output?: Record<string, unknown>;
}

export type ResourceJson = Record<string, unknown>;

/** One resource of a stack, at the address that Terraform gives it. */
export interface Declared {
  address: string;
  type: string;
  resource: ResourceJson;
}

export function resourcesOf({ resource }: StackJson): Declared[] {
  return Object.entries(resource).flatMap(([type, all]) =>
    Object.entries(all).map(([id, each]) => ({ address: `${type}.${id}`, type, resource: each })),
  );
}

/** A stack whose state stays beside it: the bucket of the real state is nobody's to open in a test. */
export function withLocalState(stack: StackJson): StackJson {
  const changed = structuredClone(stack);
  delete changed.terraform.backend;
  return changed;
}

/** A stack that asks for another version of the provider than the pinned one. */
export function askingFor(stack: StackJson, version: string): StackJson {
  const changed = structuredClone(stack);
  changed.terraform.required_providers.google.version = version;
  return changed;
}

/** A stack whose provider speaks to doubles, and of the services that have none to nobody. */
export function onDoubles(stack: StackJson, origin: string): StackJson {
  const changed = structuredClone(stack);
  const endpoints = {
    storage_custom_endpoint: `${origin}/storage/v1/`,
    big_query_custom_endpoint: `${origin}/bigquery/v2/`,
    dataproc_custom_endpoint: `${origin}/dataproc/v1/`,
    ...Object.fromEntries(
      ["cloud_resource_manager", "compute", "iam", "kms", "service_usage"].map((service) => [
        `${service}_custom_endpoint`,
        `${origin}/${service}/v1/`,
      ]),
    ),
  };
  changed.provider.google = changed.provider.google.map((each) => ({ ...each, ...endpoints }));
  return changed;
}

/**
 * The part of a stack that is of these types. What the rest would have said of itself becomes a text
 * that names it, and outputs go.
 */
export function onlyOf(stack: StackJson, types: readonly string[]): StackJson {
  const part = structuredClone(stack);
  delete part.output;
  const kept = Object.entries(part.resource).filter(([type]) => types.includes(type));
  const text = JSON.stringify(Object.fromEntries(kept)).replaceAll(
    /\$\{(google_\w+)\.([\w-]+)\.\w+\}/g,
    (reference, type: string, id: string) =>
      types.includes(type) ? reference : elsewhere(type, id),
  );
  return { ...part, resource: JSON.parse(text) as StackJson["resource"] };
}

/** A resource of somebody else, in the form in which Google writes links. */
function elsewhere(type: string, id: string): string {
  return `projects/left-out/regions/left-out/${type.slice(type.lastIndexOf("_") + 1)}s/${id}`;
}
