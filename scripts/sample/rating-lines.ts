import type { RatingForm } from "./rating-forms.ts";

const point = 46;
const zero = 48;
const five = 53;
const size = 1 << 20;
/** More than the lines between two looks at `isFull` take. */
const margin = 256;

const bytesOf = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

/**
 * Lines of ratings as bytes in one buffer that is used again and again. Millions of short
 * strings would cost three times as much, most of it to sweep them away.
 */
export class RatingLines {
  private readonly bytes = new Uint8Array(size);
  private length = 0;
  private readonly separator: Uint8Array;
  private readonly lineEnd: Uint8Array;
  private readonly wholeStars: boolean;

  constructor({ separator, lineEnd, wholeStars }: RatingForm) {
    this.separator = bytesOf(separator);
    this.lineEnd = bytesOf(lineEnd);
    this.wholeStars = wholeStars;
  }

  /** Whether it is time to take what there is. */
  get isFull(): boolean {
    return this.length > size - margin;
  }

  /** Adds one sound rating. */
  rating(user: number, movieId: number, halfStars: number, at: number): void {
    this.digits(user);
    this.add(this.separator);
    this.digits(movieId);
    this.add(this.separator);
    this.bytes[this.length++] = zero + (halfStars >> 1);
    if (!this.wholeStars) {
      this.bytes[this.length++] = point;
      this.bytes[this.length++] = halfStars & 1 ? five : zero;
    }
    this.add(this.separator);
    this.digits(at);
    this.add(this.lineEnd);
  }

  /** Adds any other line; ASCII only. */
  text(line: string): void {
    for (let index = 0; index < line.length; index++)
      this.bytes[this.length++] = line.charCodeAt(index);
    this.add(this.lineEnd);
  }

  /** The lines so far; valid until the next one is added. */
  take(): Uint8Array {
    const taken = this.bytes.subarray(0, this.length);
    this.length = 0;
    return taken;
  }

  private add(bytes: Uint8Array): void {
    for (let index = 0; index < bytes.length; index++)
      this.bytes[this.length++] = bytes[index] as number;
  }

  private digits(value: number): void {
    let end = this.length + 1;
    for (let limit = 10; value >= limit; limit *= 10) end++;
    this.length = end;
    for (let rest = value, at = end - 1; at >= 0; at--) {
      const tens = (rest / 10) | 0;
      this.bytes[at] = zero + rest - tens * 10;
      if (tens === 0) return;
      rest = tens;
    }
  }
}
