/** Made-up names and plain words: no title, sentence or person of the real files is among them. */
const list = (text: string): readonly string[] => text.split("|").map((word) => word.trim());

export const nouns = list(
  "Lantern|Harbour|Orchard|Ledger|Lighthouse|Clockmaker|Tide|Cellar|Meridian|Kite|Almanac|Ferry|" +
    "Quarry|Sparrow|Carousel|Envelope|Umbrella|Glacier|Violin|Beekeeper|Threshold|Telegram|Café|" +
    "Signalman|Compass|Marmalade|Typewriter|Avalanche|Juggler|Reservoir|Piñata|Cartographer|Attic",
);
export const adjectives = list(
  "Silent|Crooked|Borrowed|Last|Amber|Hollow|Restless|Paper|Northern|Forgotten|Second|Velvet|" +
    "Midnight|Broken|Distant|Honest|Wandering|Salted|Unlikely|Winter|Naïve|Scarlet|Idle|Electric",
);
export const places = list(
  "Brännholt|Port Quillmere|Ostrava Street|São Tadeu|the Salt Flats|Kestrel Bay|Vallenoire|" +
    "Nørrefjeld|Cañada Vieja|Upper Wexcombe|Zürlingen|Tamarind Row|宮ノ浜|Łąkowice|Three Rivers",
);
export const jobs = list(
  "clerk|retired surveyor|night nurse|piano tuner|bus driver|disgraced chess champion|pastry chef|" +
    "lighthouse keeper|young translator|customs officer|beekeeper's daughter|substitute teacher",
);
export const deeds = list(
  "return a stolen violin|find the author of an unsigned letter|cross the frozen lake|save the ferry|" +
    "prove that the map is wrong|hide a runaway witness|win the regional bake-off|learn to forgive|" +
    "repair the town's only clock|outwit a rival's lawyers|bring the orchestra home",
);
export const turns = list(
  "before the first snow|while the whole town is watching|against the advice of everyone they know|" +
    "and discovers an old family secret|, but nothing goes as planned|with the help of a stray dog|" +
    "and a man known only as \"The Auditor\"|; meanwhile, the river is rising|after 'one last' summer",
);
export const taglines = list(
  "Some doors stay open.|Nobody's listening. Everybody knows.|One map. No way back.|Love, on credit.|" +
    'They said "never". He said "Tuesday".|It was only a kite...|The tide keeps its promises.',
);
export const women = list(
  "Zoë|Ingrid|Marisol|Aiko|Nkechi|Solène|Tamsin|Begoña|Oddný|Priya|Halina|Ruth|Yevgenia|Lwazi|Clémence",
);
export const men = list(
  "Jörg|Emeka|Tomás|Haruto|Anselm|Bram|Étienne|Kofi|Leopold|Dariusz|Ñamandú|Søren|Walt|Iker|Raghav",
);
export const surnames = list(
  "Quillmere|O'Merrigan|Brännlund-Hess|d'Aubrelac|Ferrazuolo|Okonjide|Vesterhagen|Ñandúvar|Tamblyn|" +
    "Szczerbiak-Noll|Halvorsund|宮野原|Petrakovich|Marchetelli|Lindqvold|Castañar|Wrenfield|Düsterloh|" +
    "Achterveld|Ibarrondea|Thistlewood|Kovalenkov|Pemberly-Rao|Nguyenson|Bellweather|Grünspeck|Adebowu",
);
export const characters = list(
  "The Auditor|Old Man at the Pier|Mrs. Tamblyn (voice)|Himself|Herself|Waiter #2|Dr. Lindqvold|Nurse|" +
    "Sgt. \"Tin Ear\" O'Merrigan|Joe 'Kite' Wrenfield|The Clockmaker's Wife|Captain \"Salt\" Hess|" +
    "Young Bram|Señora Castañar|Neighbour\\Landlord|Zoë|Taxi Driver (uncredited)|",
);
export const crewJobs = list(
  "Directing/Director|Writing/Screenplay|Production/Producer|Editing/Editor|Sound/Original Music Composer|" +
    "Camera/Director of Photography|Production/Casting|Art/Production Design|Writing/Writer|Crew/Stunts",
).map((job) => job.split("/") as [department: string, job: string]);

export const keywordHeads = list(
  "lost|secret|small town|based on|winter|ship's|forbidden|family|post-war|underwater|1930s|so-called|" +
    "child's|rival|runaway|stop motion|amateur|naïve|desert|night",
);
export const keywordTails = list(
  "map|friendship|orchestra|lighthouse|letter|romance|detective|summer|robot|diary|play|cook|train|" +
    "'last' wish|twin|strike|café|\"truth\" serum|heist|funeral|inventor|garden|rumour|bridge|storm",
);
export const companyHeads = list(
  "Quillmere|Lantern & Loom|Brännholt|Tidewrack|Crooked Kite|Vallenoire|O'Merrigan|Nine Ledgers|Okonjide|" +
    "Cañada Vieja|Saltmarsh|Piñonero|Northern Almanac|Halvorsund|Third Umbrella|Meridian Attic|Zürlingen|" +
    "宮ノ浜|Wrenfield|Amber Telegram|Kestrel Bay|Paper Avalanche|Düsterloh|Idle Signal|Łąkowice",
);
export const companyTails = list(
  "Pictures|Films|Productions|Entertainment|Studio|Film Company, Inc.|Cinéma|Filmproduktion|Media|" +
    'Animation|Brothers|Film Fund|"Independent" Group|Television|International|Workshop',
);

/** TMDB's genres, the most frequent first. */
export const genres: readonly (readonly [id: number, name: string])[] = [
  [18, "Drama"],
  [35, "Comedy"],
  [53, "Thriller"],
  [10749, "Romance"],
  [28, "Action"],
  [27, "Horror"],
  [80, "Crime"],
  [99, "Documentary"],
  [12, "Adventure"],
  [878, "Science Fiction"],
  [10751, "Family"],
  [9648, "Mystery"],
  [14, "Fantasy"],
  [16, "Animation"],
  [10769, "Foreign"],
  [10402, "Music"],
  [36, "History"],
  [10752, "War"],
  [37, "Western"],
  [10770, "TV Movie"],
];

/** The genres of MovieLens' old sets, the most frequent first. */
export const movieLensGenres = list(
  "Drama|Comedy|Thriller|Romance|Action|Crime|Horror|Adventure|Sci-Fi|Documentary|Children's|" +
    "Mystery|Animation|Fantasy|War|Musical|Western|Film-Noir",
);

/** Where films come from; the first is by far the most frequent. */
export interface Origin {
  country: readonly [code: string, name: string];
  language: readonly [code: string, name: string];
  /** Titles in the country's own language, where these lists know it. */
  titles: readonly string[];
}

const origin = (country: string, language: string, titles = ""): Origin => ({
  country: [country.slice(0, 2), country.slice(3)],
  language: [language.slice(0, 2), language.slice(3)],
  titles: titles === "" ? [] : list(titles),
});

export const origins: readonly Origin[] = [
  origin("US United States of America", "en English"),
  origin("GB United Kingdom", "en English"),
  origin(
    "FR France",
    "fr Français",
    "L'été du phare|La lettre oubliée|Le café d'à côté|Où va l'hiver",
  ),
  origin("DE Germany", "de Deutsch", "Der stille Garten|Die Brücke über Nacht|Das grüne Schloß"),
  origin("ES Spain", "es Español", "La niña del faro|Mañana no llueve|El año perdido|¿Y el tren?"),
  origin("JP Japan", "ja 日本語", "宮の秘密|雨の灯台|最後の手紙|月と海の歌"),
  origin("IT Italy", "it Italiano", "L'ultima città|Il perché dell'acqua|La finestra blu"),
  origin("SE Sweden", "sv svenska", "Fyren vid sjön|Den långa vägen hem|Björkö i vinterljus"),
  origin("BR Brazil", "pt Português", "O coração do rio|Amanhã não|A canção do sertão"),
  origin("CA Canada", "en English"),
  origin("PL Poland", "pl Polski", "Łąka za rzeką|Żółty list|Ostatnia zima"),
];
