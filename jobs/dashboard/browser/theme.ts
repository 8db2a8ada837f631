/** The colours of the charts, which stand on the page's own background. */
export interface Theme {
  text: string;
  muted: string;
  line: string;
  surface: string;
  /** For what is told apart by colour, in the order of use. */
  series: readonly string[];
  /** From low to high. */
  scale: readonly string[];
}

const lightSeries = [
  ...["#2c5f8a", "#c4722b", "#3f8f6b", "#a4446b", "#7b68a8", "#8a7a2f"],
  ...["#4f9fb5", "#b8594a", "#6c8f3c", "#5d6b78", "#c393b8", "#97724f"],
];
const darkSeries = [
  ...["#7fb2de", "#e8a566", "#79c7a2", "#de86a9", "#b3a4dd", "#cdbb6b"],
  ...["#86cfe0", "#e59383", "#aacb7a", "#a3b1bf", "#e0bdd7", "#cfab85"],
];

export const themes = {
  light: {
    text: "#26313c",
    muted: "#5a6673",
    line: "#dbe0e6",
    surface: "#ffffff",
    series: lightSeries,
    scale: ["#f1ead9", "#e7b978", "#c4722b", "#7a3b1d"],
  },
  dark: {
    text: "#dde4eb",
    muted: "#9fabb8",
    line: "#36414d",
    surface: "#1b222a",
    series: darkSeries,
    scale: ["#2a2620", "#6b4a2b", "#c4823f", "#f5cf93"],
  },
} as const satisfies Record<string, Theme>;

export const font = "system-ui, -apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif";
