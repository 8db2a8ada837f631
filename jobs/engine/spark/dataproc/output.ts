import { buffer } from "node:stream/consumers";

import type { Cloud } from "../../../cloud/cloud.ts";
import { storageOf } from "../../../cloud/storage.ts";
import { defaultPatience } from "../../../lake/bucket/client.ts";
import { chunksOf } from "../../../lake/bucket/download.ts";

/** Gives the end of what Spark's driver has printed, by the address that Dataproc tells of it. */
export type ReadOutput = (address: string) => Promise<string>;

/** Dataproc cuts the output into objects: the end of it is in the last ones. */
const lastObjects = 2;

/** Reads the output as Dataproc leaves it: ADDRESS.000000000, ADDRESS.000000001 and so on. */
export function outputIn(cloud: Cloud): ReadOutput {
  const storage = storageOf(cloud);
  return async (address) => {
    const { hostname, pathname } = new URL(address);
    const bucket = storage.bucket(hostname);
    const [files] = await bucket.getFiles({ prefix: `${pathname.slice(1)}.` });
    const last = files
      .filter(({ name }) => /\.\d+$/.test(name))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .slice(-lastObjects);
    const place = { bucket, patience: defaultPatience };
    const texts = await Promise.all(last.map(({ name }) => buffer(chunksOf(place, name))));
    return Buffer.concat(texts).toString("utf8");
  };
}
