import { MarqueeError } from "../../errors.ts";
import { init } from "../../jobs/dashboard/browser/charts.ts";
import { type DashboardModel, rowsOf, type TileModel } from "../../jobs/dashboard/browser/model.ts";
import { chartOption } from "../../jobs/dashboard/browser/options.ts";
import { inOrder } from "../../jobs/dashboard/browser/order.ts";
import { font, type Theme, themes } from "../../jobs/dashboard/browser/theme.ts";
import { escaped } from "../../jobs/dashboard/html.ts";
import { still } from "../drawing/still.ts";

export type Shade = keyof typeof themes;

/** Pixels of a tile, of the space between two, and of the line of words above its chart. */
const [width, height, gap, heading] = [520, 330, 16, 52];

/** Tiles of a dashboard as one SVG, two in a row, as they look in the browser. */
export function drawTiles(model: DashboardModel, ids: readonly string[], shade: Shade): string {
  const theme = themes[shade];
  const rows = Math.ceil(ids.length / 2);
  const [fullWidth, fullHeight] = [2 * width + 3 * gap, rows * (height + gap) + gap + 20];
  const tiles = ids.map((id, index) => {
    const [x, y] = [
      gap + (index % 2) * (width + gap),
      gap + Math.floor(index / 2) * (height + gap),
    ];
    return `<svg x="${x}" y="${y}" width="${width}" height="${height}">${drawTile(model, id, theme, index)}</svg>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${fullWidth} ${fullHeight}" width="${fullWidth}" height="${fullHeight}" font-family="${escaped(font)}">
${tiles.join("\n")}
<text x="${gap}" y="${fullHeight - 10}" font-size="12" fill="${theme.muted}">Synthetic data, as npm run pipeline makes it</text>
</svg>
`;
}

function drawTile(model: DashboardModel, id: string, theme: Theme, index: number): string {
  const tile = model.tiles.find((candidate) => candidate.id === id);
  const table = model.tables[tile?.table ?? ""];
  if (tile === undefined || table === undefined) {
    throw new MarqueeError({
      reason: "internal",
      what: `no tile is called ${id}`,
      next: "See sql/marts",
    });
  }
  const chart = init(null, null, {
    renderer: "svg",
    ssr: true,
    width: width - 24,
    height: height - heading - 12,
  });
  chart.setOption(chartOption(tile, inOrder(rowsOf(table), tile.sort), theme));
  // Names within one file must differ.
  const svg = still(chart.renderToSVGString()).replaceAll("zr-", `tile${index}-`);
  chart.dispose();
  return `<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8" fill="${theme.surface}" stroke="${theme.line}"/>
${words(tile, theme)}
<svg x="12" y="${heading}">${svg}</svg>`;
}

function words({ question }: TileModel, theme: Theme): string {
  const lines = inLines(question);
  const spans = lines.map(
    (text, index) => `<tspan x="16" dy="${index * 19}">${escaped(text)}</tspan>`,
  );
  return `<text y="${lines.length === 1 ? 29 : 24}" font-size="15" font-weight="600" fill="${theme.text}">${spans.join("")}</text>`;
}

/** As many letters as a tile is wide. */
const longestLine = 54;

function inLines(text: string): string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const longer = `${lines.at(-1) ?? ""} ${word}`.trim();
    if (longer.length > longestLine) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}
