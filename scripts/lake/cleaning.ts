/** What the id of a cleaning begins with: it claims a lake as a run does. */
export const cleaningPrefix = "clean-";

export function isCleaning(id: string): boolean {
  return id.startsWith(cleaningPrefix);
}
