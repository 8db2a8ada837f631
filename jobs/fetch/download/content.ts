/** What a file must begin with: a zip, or text of a CSV. */
export type Form = "zip" | "csv";

/** The second is how a zip without any file begins. */
const zipSignatures = ["PK\x03\x04", "PK\x05\x06"];

/** What a file is by its first bytes, if it is not what it should be. */
export function contentFault(form: Form, head: Buffer): string | undefined {
  if (head.length === 0) return "nothing";
  // White space includes the byte order mark here.
  if (/^\s*<(!doctype|html)/i.test(head.toString("utf8"))) return "an HTML page";
  switch (form) {
    case "zip":
      return zipSignatures.includes(head.toString("latin1", 0, 4))
        ? undefined
        : "something that is no zip";
    case "csv":
      return head.includes(0) ? "something that is no text" : undefined;
  }
}
