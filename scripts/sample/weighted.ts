import type { Random } from "./random.ts";

/**
 * Draws an index by weight in constant time, whatever the number of weights: Walker's alias
 * method as Vose builds it. Each cell holds its own index and one other, and a coin between them.
 */
export class Weighted {
  private readonly coin: Float64Array;
  private readonly other: Uint32Array;

  constructor(weights: ArrayLike<number>) {
    const { length } = weights;
    this.coin = new Float64Array(length).fill(1);
    this.other = new Uint32Array(length);

    let total = 0;
    for (let index = 0; index < length; index++) total += weights[index] as number;
    const share = Float64Array.from(weights, (weight) => (weight * length) / total);
    const poor: number[] = [];
    const rich: number[] = [];
    share.forEach((value, index) => (value < 1 ? poor : rich).push(index));

    while (poor.length > 0 && rich.length > 0) {
      const from = poor.pop() as number;
      const to = rich.at(-1) as number;
      this.coin[from] = share[from] as number;
      this.other[from] = to;
      share[to] = (share[to] as number) + (share[from] as number) - 1;
      if (share[to] < 1) poor.push(rich.pop() as number);
    }
  }

  /** An index; a heavier one is drawn more often. */
  draw(random: Random): number {
    // One number serves twice: its whole part finds the cell, its fraction is the coin.
    const place = random.unit() * this.coin.length;
    const cell = Math.floor(place);
    return place - cell < (this.coin[cell] as number) ? cell : (this.other[cell] as number);
  }
}

/** The weights of ranks 0, 1, 2 ... by Zipf's law; a larger head makes the first ranks more alike. */
export function zipf(length: number, head = 1): Float64Array {
  return Float64Array.from({ length }, (_, rank) => 1 / (rank + head));
}
