/**
 * e to the power of x, to about three digits. Math.exp may differ in its last bit from one engine
 * to the next; these steps are exact everywhere, so the same seed gives the same bytes.
 */
export function exp(x: number): number {
  let result = 1 + x / 4096;
  for (let doubling = 0; doubling < 12; doubling++) result *= result;
  return result;
}

/** The finaliser of splitmix32, which spreads neighbouring seeds far apart. */
function scatter(state: number): number {
  let z = (state + 0x9e3779b9) | 0;
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return (z ^ (z >>> 15)) | 0;
}

/**
 * Random numbers by sfc32 (Chris Doty-Humphrey's Small Fast Counter, public domain, from
 * PractRand). A stream is named by a seed and labels, so that what is drawn for one film does not
 * depend on how many numbers another film has used up.
 */
export class Random {
  private a: number;
  private b: number;
  private c: number;
  private count = 1;

  constructor(seed: number, ...labels: readonly (string | number)[]) {
    let state = scatter(seed);
    for (const label of labels) {
      if (typeof label === "number") state = scatter(state ^ label);
      else for (const letter of label) state = scatter(state ^ (letter.codePointAt(0) ?? 0));
    }
    this.a = state;
    this.b = scatter(this.a);
    this.c = scatter(this.b);
    // The generator's author advises twelve rounds before the first number is used.
    for (let round = 0; round < 12; round++) this.word();
  }

  /** A whole number of 32 bits. */
  word(): number {
    const result = (((this.a + this.b) | 0) + this.count) | 0;
    this.count = (this.count + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (this.c << 21) | (this.c >>> 11);
    this.c = (this.c + result) | 0;
    return result >>> 0;
  }

  /** At least 0 and less than 1. */
  unit(): number {
    return this.word() / 0x1_0000_0000;
  }

  /** A whole number from 0 to one less than the limit. */
  below(limit: number): number {
    return Math.floor(this.unit() * limit);
  }

  chance(probability: number): boolean {
    return this.unit() < probability;
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)] as Item;
  }

  /** Near enough to the normal distribution (the sum of four uniform numbers): mean 0, deviation 1. */
  normal(): number {
    const sum = this.unit() + this.unit() + this.unit() + this.unit();
    return (sum - 2) * Math.sqrt(3);
  }

  logNormal(median: number, sigma: number): number {
    return median * exp(sigma * this.normal());
  }

  /** The items in another order (Fisher and Yates). */
  shuffled<Item>(items: readonly Item[]): Item[] {
    const result = [...items];
    for (let last = result.length - 1; last > 0; last--) {
      const other = this.below(last + 1);
      const moved = result[last] as Item;
      result[last] = result[other] as Item;
      result[other] = moved;
    }
    return result;
  }
}
