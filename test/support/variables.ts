/**
 * Sets variables of this process; undefined takes one away.
 *
 * @returns what sets them back
 */
export function setVariables(variables: Record<string, string | undefined>): () => void {
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  const set = (pairs: Iterable<readonly [string, string | undefined]>): void => {
    for (const [name, value] of pairs) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
  };
  set(Object.entries(variables));
  return () => {
    set(before);
  };
}

/** Sets variables for a while. */
export async function withVariables<T>(
  variables: Record<string, string | undefined>,
  use: () => Promise<T>,
): Promise<T> {
  const restore = setVariables(variables);
  try {
    return await use();
  } finally {
    restore();
  }
}
