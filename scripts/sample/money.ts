import type { Film } from "./films.ts";
import type { Random } from "./random.ts";

/** What a month of release does to a film's earnings: summer and the holidays are strong. */
const seasons = [0.7, 0.85, 0.95, 0.9, 1.2, 1.4, 1.3, 0.95, 0.75, 0.85, 1.15, 1.35];

/** How likely TMDB knows a film's budget; it writes 0 for all others. */
function knowsBudget({ obscurity }: Film): number {
  if (obscurity < 0.1) return 0.9;
  return obscurity < 0.35 ? 0.4 : 0.06;
}

/**
 * A film's budget and revenue in whole dollars as text. Popular and recent films cost more, and
 * revenue follows budget, season and quality.
 */
export function money(film: Film, random: Random): { budget: string; revenue: string } {
  const [year, month] = film.releaseDate.split("-").map(Number) as [number, number, number];
  const age = 2020 - year;
  const size = (45 / (15 + age)) * (1.3 - film.obscurity);
  const cost = random.logNormal(12e6 * size, 0.95);
  const budget = Math.ceil(cost / 250_000) * 250_000;

  const luck = random.logNormal(2.1, 0.65) * Math.max(0.3, film.quality - 2.4);
  const revenue = Math.round(budget * luck * (seasons[month - 1] as number));

  const knownBudget = random.chance(knowsBudget(film));
  const knownRevenue = random.chance(knownBudget ? 0.85 : 0.06);
  return {
    budget: knownBudget ? String(budget) : "0",
    revenue: knownRevenue ? String(revenue) : "0",
  };
}
