import { copiesLater } from "./copies-later.ts";
import { Tally } from "./account.ts";
import { csvRecords, type FileText, recordsText, type SampleRecord } from "./csv.ts";
import type { Film } from "./films.ts";
import { planFlaws } from "./flaws.ts";
import type { LayoutName } from "./layouts.ts";
import { Random } from "./random.ts";
import type { Sizes } from "./sizes.ts";

function planLinks(films: readonly Film[], sizes: Sizes, seed: number) {
  const candidates = films.filter(({ standing, linked }) => standing === "listed" && linked);
  const indexes = candidates.map(({ index }) => index);
  return planFlaws("links", sizes, new Random(seed, "link flaws"), () => indexes);
}

/** For each film whether a reader finds no link for its ratings (1) or finds one (0). */
export function filmsWithoutLink(films: readonly Film[], sizes: Sizes, seed: number): Uint8Array {
  const plan = planLinks(films, sizes, seed);
  return Uint8Array.from(films, ({ index, linked }) =>
    Number(!linked || plan.get(index) === "imdbIdUnreadable"),
  );
}

function* linkRecords(
  films: readonly Film[],
  sizes: Sizes,
  seed: number,
  layout: LayoutName,
): Generator<SampleRecord<"links">> {
  const unknown = layout === "kaggle" ? "tmdbIdNotInMovies" : "movieNotInTitles";
  const plan = planLinks(films, sizes, seed);
  for (const film of films) {
    if (!film.linked) continue;
    const movieId = String(film.movieId);
    const imdbId = String(film.imdbNumber).padStart(7, "0");
    const tmdbId = String(film.tmdbId);
    const flaw = film.standing === "listed" ? plan.get(film.index) : unknown;
    const neighbour = films[film.index === 0 ? 1 : film.index - 1] as Film;
    switch (flaw) {
      case undefined:
        yield { fields: [movieId, imdbId, tmdbId], flaws: [] };
        break;
      case "tmdbIdNotInMovies":
      case "movieNotInTitles":
        yield { fields: [movieId, imdbId, tmdbId], flaws: [flaw] };
        break;
      case "imdbIdUnreadable":
        yield { fields: [movieId, "unknown", tmdbId], flaws: [flaw] };
        break;
      case "secondLinkOfMovie":
        yield { fields: [movieId, imdbId, tmdbId], flaws: [] };
        yield { fields: [movieId, imdbId, String(neighbour.tmdbId)], flaws: [flaw] };
        break;
      case "tmdbIdEmpty":
        yield { fields: [movieId, imdbId, ""], flaws: [flaw] };
        break;
      case "tmdbIdWithPoint":
        yield { fields: [movieId, imdbId, `${tmdbId}.0`], flaws: [flaw] };
        break;
      case "tmdbIdOfAnotherMovie":
        yield { fields: [movieId, imdbId, String(neighbour.tmdbId)], flaws: [flaw] };
        break;
    }
  }
}

/** The text of links.csv, whose lines end as MovieLens ends them. */
export function linksText(
  films: readonly Film[],
  sizes: Sizes,
  seed: number,
  layout: LayoutName,
): FileText {
  const records = copiesLater("links", linkRecords(films, sizes, seed, layout));
  const columns = ["movieId", "imdbId", "tmdbId"];
  return recordsText(new Tally("links", layout), columns, records, csvRecords("\r\n"));
}
