/** A text as it is searched: "zoe" finds "Zoë", "INTERNATIONAL" finds "International". */
export function folded(text: string): string {
  return text
    .normalize("NFD")
    .replaceAll(/\p{Mn}/gu, "")
    .toLowerCase();
}
