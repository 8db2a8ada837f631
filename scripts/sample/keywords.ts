import { copiesLater } from "./copies-later.ts";
import { csvText, type FileText, type SampleRecord } from "./csv.ts";
import type { Film } from "./films.ts";
import { planFlaws } from "./flaws.ts";
import { pythonLiteral } from "./python-literal.ts";
import { Random } from "./random.ts";
import type { Sizes } from "./sizes.ts";
import { keyword, keywordCount } from "./text.ts";
import { Weighted, zipf } from "./weighted.ts";

const weights = new Weighted(zipf(keywordCount, 10));

function makeKeywords(random: Random): { id: number; name: string }[] {
  const count = random.chance(0.3) ? 0 : 1 + Math.floor(12 * random.unit() * random.unit());
  const drawn = new Set(Array.from({ length: count }, () => weights.draw(random)));
  return [...drawn].map((number) => ({ id: 100 + 13 * number, name: keyword(number) }));
}

function* keywordRecords(
  films: readonly Film[],
  sizes: Sizes,
  seed: number,
): Generator<SampleRecord<"keywords">> {
  const listed = films.filter(({ standing }) => standing === "listed");
  const plan = planFlaws("keywords", sizes, new Random(seed, "keyword flaws"), () =>
    listed.map(({ index }) => index),
  );
  for (const film of listed) {
    const random = new Random(seed, "keywords", film.index);
    const keywords = makeKeywords(random);
    const id = String(film.tmdbId);
    const fields = [id, pythonLiteral(keywords)];
    const flaw = plan.get(film.index);
    switch (flaw) {
      case undefined:
        yield { fields, flaws: [] };
        break;
      case "literalCutOff":
        yield { fields: [id, "[{'id': 113, 'name': 'ship\\'s m"], flaws: [flaw] };
        break;
      case "exactCopy":
        yield { fields, flaws: [] };
        yield { fields, flaws: [flaw] };
        break;
      case "differingCopy": {
        yield { fields, flaws: [] };
        const other = pythonLiteral([...keywords, { id: 99, name: "added later" }]);
        yield { fields: [id, other], flaws: [flaw] };
        break;
      }
    }
  }
}

/** The text of keywords.csv. */
export function keywordsText(films: readonly Film[], sizes: Sizes, seed: number): FileText {
  const records = copiesLater("keywords", keywordRecords(films, sizes, seed));
  return csvText("keywords", ["id", "keywords"], records);
}
