import { Random } from "./random.ts";
import { Weighted, zipf } from "./weighted.ts";
import { companyHeads, companyTails } from "./words.ts";

export interface Company {
  id: number;
  name: string;
}

/** How many of the greatest companies go by a second name now and then. */
const renamed = 3;

/** The production companies: a few make many films, many make few. */
export class Companies {
  private readonly all: readonly Company[];
  private readonly size: Weighted;

  constructor(seed: number) {
    const random = new Random(seed, "companies");
    const names = companyHeads.flatMap((head) => companyTails.map((tail) => `${head} ${tail}`));
    this.all = random
      .shuffled(names)
      .map((name, index) => ({ id: 3 + 11 * index + random.below(11), name }));
    this.size = new Weighted(zipf(this.all.length, 3));
  }

  /** A film's companies, each once; for about a quarter of the films none is known. */
  of(random: Random): { companies: Company[]; underOtherName: boolean } {
    const count = random.chance(0.25) ? 0 : 1 + Math.floor(4 * random.unit() * random.unit());
    const drawn = new Set(Array.from({ length: count }, () => this.size.draw(random)));
    let underOtherName = false;
    const companies = [...drawn].map((index) => {
      const company = this.all[index] as Company;
      if (index >= renamed || !random.chance(0.15)) return company;
      underOtherName = true;
      return { ...company, name: `The ${company.name}` };
    });
    return { companies, underOtherName };
  }

  /** The greatest company, for a film that needs one. */
  get first(): Company {
    return this.all[0] as Company;
  }
}
