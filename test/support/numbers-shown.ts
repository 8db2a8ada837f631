const months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
const sizes: Record<string, number> = { M: 1e6, B: 1e9 };

/** The number that a text like "−$2.79 B" or "Mar" stands for. */
export function numberShown(text: string): number {
  const month = months.indexOf(text);
  if (month >= 0) return month + 1;
  const parts = /^(−?)\$?([\d,.]+)(?: ([MB]))?$/.exec(text);
  if (parts === null) throw new Error(`"${text}" is no number`);
  const [, sign, digits = "", size = ""] = parts;
  const value = Number(digits.replaceAll(",", "")) * (sizes[size] ?? 1);
  return sign === "−" ? -value : value;
}
