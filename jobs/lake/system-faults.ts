/** Why the system lets nobody write to a place, by its code, and what to do: for messages. */
export const unwritablePlace: Readonly<Record<string, readonly [why: string, next: string]>> = {
  EACCES: ["this user may not write there", "Name another folder with --lake"],
  EPERM: ["the system does not allow it", "Name another folder with --lake"],
  EROFS: ["it lies on a read-only disk", "Name another folder with --lake"],
  ENOTDIR: ["a part of the path is a file", "Name another folder with --lake"],
};
