import type { FileText } from "./csv.ts";
import { Random } from "./random.ts";

/** MovieLens' codes of ages: each stands for the years up to the next one. */
const ages = [1, 18, 25, 35, 45, 50, 56];
const occupations = 21;
const usersPerPiece = 1_000;

/** The text of users.dat: gender, age, occupation and place of each user, which no table holds. */
export function* usersText(users: number, seed: number): FileText<undefined> {
  const random = new Random(seed, "users");
  let piece = "";
  for (let user = 1; user <= users; user++) {
    const gender = random.chance(0.28) ? "F" : "M";
    const place = String(random.below(100_000)).padStart(5, "0");
    piece += `${user}::${gender}::${random.pick(ages)}::${random.below(occupations)}::${place}\n`;
    if (user % usersPerPiece > 0) continue;
    yield piece;
    piece = "";
  }
  yield piece;
  return undefined;
}
