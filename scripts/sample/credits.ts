import { copiesLater } from "./copies-later.ts";
import { csvText, type FileText, type SampleRecord } from "./csv.ts";
import type { Film } from "./films.ts";
import { planFlaws } from "./flaws.ts";
import { pythonLiteral } from "./python-literal.ts";
import { Random } from "./random.ts";
import type { Sizes } from "./sizes.ts";
import { person, picturePath } from "./text.ts";
import { Weighted, zipf } from "./weighted.ts";
import { characters, crewJobs } from "./words.ts";

/** 24 hexadecimal digits that no other credit has: the film and the place in it are among them. */
function creditId(film: Film, place: number, random: Random): string {
  const hex = (value: number, digits: number) => value.toString(16).padStart(digits, "0");
  return hex(random.word(), 8) + hex(film.tmdbId, 8) + hex(place, 4) + hex(random.below(65_536), 4);
}

/** Popular films have more people to name. */
function people(film: Film, most: number, random: Random): number {
  return Math.floor(most * random.unit() * (1.2 - film.obscurity));
}

function makeCredits(film: Film, everybody: Weighted, seed: number) {
  const random = new Random(seed, "credits", film.index);
  const draw = () => {
    const number = everybody.draw(random);
    const picture = new Random(seed, "person", number);
    const profile_path = picture.chance(0.4) ? null : picturePath(picture);
    return { ...person(number), profile_path };
  };

  const cast = Array.from({ length: people(film, 18, random) }, (_, order) => {
    const { gender, id, name, profile_path } = draw();
    const character = random.pick(characters);
    const credit_id = creditId(film, order, random);
    return { cast_id: order + 1, character, credit_id, gender, id, name, order, profile_path };
  });
  const crew = Array.from({ length: 1 + people(film, 14, random) }, (_, place) => {
    const { gender, id, name, profile_path } = draw();
    const [department, job] =
      place === 0 ? (crewJobs[0] as [string, string]) : random.pick(crewJobs);
    const credit_id = creditId(film, cast.length + place, random);
    return { credit_id, department, gender, id, job, name, profile_path };
  });
  return { cast, crew };
}

function* creditRecords(
  films: readonly Film[],
  sizes: Sizes,
  seed: number,
): Generator<SampleRecord<"credits">> {
  const listed = films.filter(({ standing }) => standing === "listed");
  const plan = planFlaws("credits", sizes, new Random(seed, "credit flaws"), () =>
    listed.map(({ index }) => index),
  );
  const everybody = new Weighted(zipf(2 * films.length, 50));
  for (const film of listed) {
    const { cast, crew } = makeCredits(film, everybody, seed);
    const id = String(film.tmdbId);
    const fields = [pythonLiteral(cast), pythonLiteral(crew), id];
    const flaw = plan.get(film.index);
    switch (flaw) {
      case undefined:
        yield { fields, flaws: [] };
        break;
      case "literalCutOff":
        yield {
          fields: [pythonLiteral(cast), pythonLiteral(crew).slice(0, -9), id],
          flaws: [flaw],
        };
        break;
      case "exactCopy":
        yield { fields, flaws: [] };
        yield { fields, flaws: [flaw] };
        break;
      case "differingCopy":
        yield { fields, flaws: [] };
        yield { fields: [pythonLiteral(cast), "[]", id], flaws: [flaw] };
        break;
    }
  }
}

/** The text of credits.csv. */
export function creditsText(films: readonly Film[], sizes: Sizes, seed: number): FileText {
  const records = copiesLater("credits", creditRecords(films, sizes, seed));
  return csvText("credits", ["cast", "crew", "id"], records);
}
