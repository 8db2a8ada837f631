import { z } from "zod";

import { MarqueeError } from "../../errors.ts";
import type { Cloud } from "../../jobs/cloud/cloud.ts";
import { defaultPatience, placeOf } from "../../jobs/lake/bucket/client.ts";
import { readObject } from "../../jobs/lake/bucket/objects.ts";
import { readPointer } from "../../jobs/lake/bucket/pointer.ts";

const state = z.object({ prepared: z.object({ synthetic: z.boolean() }).optional() });

/**
 * A proof replaces what an environment shows by the sample.
 *
 * @throws MarqueeError (usage) where it shows other data than made-up ones
 */
export async function expectNothingReal(cloud: Cloud): Promise<void> {
  const place = placeOf(cloud, defaultPatience);
  const { value } = await readPointer(place);
  if (value === undefined) return;
  const stored = await readObject(place, `${value.folder}/lake.json`);
  const known = state.safeParse(JSON.parse(stored?.text ?? "null")).data;
  if (known !== undefined && known.prepared?.synthetic !== false) return;
  const { environment } = cloud.settings;
  throw new MarqueeError({
    reason: "usage",
    what: `${environment} shows real data, and a proof would put the sample in its place`,
    next: "Prove it on an environment of its own: a copy of settings/dev.yml under another name",
  });
}
