import type { Random } from "./random.ts";
import * as words from "./words.ts";

/** A film's English title. */
export function title(random: Random): string {
  const noun = random.pick(words.nouns);
  const adjective = random.pick(words.adjectives);
  switch (random.below(8)) {
    case 0:
      return `${random.pick(words.men)}'s ${noun}`;
    case 1:
      return `${noun} of ${random.pick(words.places)}`;
    case 2:
      return `${adjective}, ${random.pick(words.adjectives)}, ${noun}`;
    case 3:
      return `"${adjective}" and Other ${noun}s`;
    case 4:
      return `${adjective} ${noun} ${2 + random.below(3)}`;
    case 5:
      return `${random.pick(words.women)} and the ${adjective} ${noun}`;
    default:
      return `The ${adjective} ${noun}`;
  }
}

/** What a film is about, in one to three sentences; sometimes nothing. */
export function overview(random: Random): string {
  if (random.chance(0.02)) return "";
  const sentences = Array.from({ length: 1 + random.below(3) }, () => {
    const who = `${random.pick(random.chance(0.5) ? words.women : words.men)}, a ${random.pick(words.jobs)}`;
    return `${who} from ${random.pick(words.places)}, has to ${random.pick(words.deeds)} ${random.pick(words.turns)}.`;
  });
  return sentences.join(" ").replaceAll(/ ([,;])/g, "$1");
}

/** A keyword's name; neighbouring numbers have little in common. */
export function keyword(id: number): string {
  const { keywordHeads: heads, keywordTails: tails } = words;
  const head = heads[id % heads.length] as string;
  return `${head} ${tails[(Math.floor(id / heads.length) + id) % tails.length] as string}`;
}

export const keywordCount = words.keywordHeads.length * words.keywordTails.length;

/** Somebody of cast or crew. The same number is the same person in every film. */
export interface Person {
  id: number;
  name: string;
  /** TMDB's: 0 is not given, 1 a woman, 2 a man. */
  gender: number;
}

export function person(number: number): Person {
  const isWoman = number % 2 === 0;
  const firstNames = isWoman ? words.women : words.men;
  const first = firstNames[number % firstNames.length] as string;
  const turn = Math.floor(number / firstNames.length);
  const last = words.surnames[(turn + number) % words.surnames.length] as string;
  // There are more people than pairs of names: a middle letter tells some of them apart.
  const letter = String.fromCharCode(65 + (Math.floor(turn / words.surnames.length) % 26));
  const name = number % 3 === 0 ? `${first} ${letter}. ${last}` : `${first} ${last}`;
  return { id: 1000 + 7 * number, name, gender: number % 7 === 0 ? 0 : isWoman ? 1 : 2 };
}

/** The path of a picture, as TMDB names them. */
export function picturePath(random: Random): string {
  const part = () => random.word().toString(36).padStart(7, "0");
  return `/${part()}${part()}${part()}${part()}.jpg`;
}
