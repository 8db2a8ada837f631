import { lstat } from "node:fs/promises";

/** Something of Marquee's that no published table needs. */
export interface Leftover {
  /** Below the lake. */
  name: string;
  why: string;
  /** What a person should know before it is gone. */
  note?: string | undefined;
  /** What Marquee made of it, in the order in which it goes: none lies within another. */
  places: string[];
  /** The folder around them, which goes too once nothing is left in it. */
  folder?: string | undefined;
}

/** What is found in a lake, or in a folder of it. */
export interface Findings {
  leftovers: Leftover[];
  /** Names of what Marquee did not make. */
  strangers: string[];
}

export const nothing: Findings = { leftovers: [], strangers: [] };

export function together(...parts: readonly Findings[]): Findings {
  return {
    leftovers: parts.flatMap(({ leftovers }) => leftovers),
    strangers: parts.flatMap(({ strangers }) => strangers),
  };
}

/** A link to a folder elsewhere is a person's, and so is what it leads to. */
export async function isFolder(place: string): Promise<boolean> {
  const status = await lstat(place).catch(() => undefined);
  return status?.isDirectory() === true;
}
