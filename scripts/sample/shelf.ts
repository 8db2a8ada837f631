import type { Film } from "./films.ts";
import type { Random } from "./random.ts";
import { Weighted, zipf } from "./weighted.ts";

/** After so many films in a row that will not do, drawing more would take too long. */
const patience = 30;
/** How often somebody rates a film that was not released yet. */
const premiere = 0.01;

/** The films as users find them, by index, in arrays that are fast to read. */
export class Shelf {
  private readonly popularity: Weighted;
  private readonly releases: Float64Array;
  private readonly qualities: Float64Array;
  private readonly movieIds: Uint32Array;
  /** The last user who chose a film. */
  private readonly chosenBy: Uint32Array;
  private readonly choice: Uint32Array;

  constructor(films: readonly Film[], head: number) {
    const weights = zipf(films.length, head);
    this.popularity = new Weighted(films.map(({ rank }) => weights[rank] as number));
    this.releases = Float64Array.from(films, (film) => film.releasedAt);
    this.qualities = Float64Array.from(films, (film) => film.quality);
    this.movieIds = Uint32Array.from(films, (film) => film.movieId);
    this.chosenBy = new Uint32Array(films.length);
    this.choice = new Uint32Array(films.length);
  }

  releasedAt(film: number): number {
    return this.releases[film] as number;
  }

  quality(film: number): number {
    return this.qualities[film] as number;
  }

  movieId(film: number): number {
    return this.movieIds[film] as number;
  }

  /**
   * Draws different films for a user by popularity, hardly any of them released after the user's
   * last visit.
   *
   * @returns the films in order; valid until the next call
   */
  choose(random: Random, user: number, count: number, lastVisit: number): Uint32Array {
    let misses = 0;
    for (let chosen = 0; chosen < count;) {
      let film = this.popularity.draw(random);
      if (!this.suits(film, user, lastVisit) && !this.isPremiere(film, user, random)) {
        if (++misses < patience) continue;
        film = this.nextOnShelf(film, user, lastVisit);
      }
      misses = 0;
      this.chosenBy[film] = user;
      this.choice[chosen++] = film;
    }
    return this.choice.subarray(0, count).sort();
  }

  private suits(film: number, user: number, lastVisit: number): boolean {
    return this.chosenBy[film] !== user && (this.releases[film] as number) <= lastVisit;
  }

  private isPremiere(film: number, user: number, random: Random): boolean {
    return this.chosenBy[film] !== user && random.chance(premiere);
  }

  /** The next film that the user may take, or else the next one that was not taken yet. */
  private nextOnShelf(from: number, user: number, lastVisit: number): number {
    const { length } = this.choice;
    for (let step = 0; step < length; step++) {
      const film = (from + step) % length;
      if (this.suits(film, user, lastVisit)) return film;
    }
    let film = from;
    while (this.chosenBy[film] === user) film = (film + 1) % length;
    return film;
  }
}
