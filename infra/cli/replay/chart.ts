import type { ReplayJob } from "@signalbox/proto";
import { formatDelta, groupsOf } from "./summary.ts";

const WIDTH = 960;
const LABEL_WIDTH = 420;
const ROW_HEIGHT = 22;
const SHOWN_MAX = 40;

type Bar = { readonly label: string; readonly value: number; readonly text: string };

/** A diff as one SVG picture: where decisions go instead, and what changes by tenant, task and model. */
export function chartOf(job: ReplayJob): string {
  const { changes, range, replayed, different, failed } = job;
  const head = `Leaves ${range.fromIndex} to ${range.toIndex}: ${different} of ${replayed} decisions change, ${failed} could not be replayed`;
  const parts: [string, Bar[]][] = [];
  if (changes !== null) {
    const moves = changes.moves.map(({ from, to, count }) => ({
      label: `${from} → ${to}`,
      value: count,
      text: String(count),
    }));
    parts.push([`Moves; estimated cost ${formatDelta(changes.costDeltaPicoUsd)}`, moves]);
    for (const [title, groups] of groupsOf(changes)) {
      const bars = groups.map(({ name, changed, decisions, costDeltaPicoUsd }) => {
        return { label: name, value: changed, text: `${changed} of ${decisions}, ${formatDelta(costDeltaPicoUsd)}` };
      });
      parts.push([`Changed, by ${title.toLowerCase()}`, bars]);
    }
  }
  const rows: string[] = [];
  const line = (): number => (rows.length + 1) * ROW_HEIGHT;
  rows.push(text(10, line(), { words: head, bold: true }));
  for (const [title, bars] of parts) {
    rows.push("", text(10, line() + ROW_HEIGHT, { words: title, bold: true }));
    const most = Math.max(1, ...bars.map(({ value }) => value));
    for (const bar of bars.slice(0, SHOWN_MAX)) rows.push(drawn(bar, line(), most));
  }
  const height = (rows.length + 1) * ROW_HEIGHT;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" ` +
    `font-family="sans-serif" font-size="13">\n<rect width="100%" height="100%" fill="#ffffff"/>\n` +
    `${rows.filter((row) => row !== "").join("\n")}\n</svg>\n`
  );
}

function drawn({ label, value, text: words }: Bar, y: number, most: number): string {
  const room = WIDTH - LABEL_WIDTH - 240;
  const width = Math.max(1, Math.round((value / most) * room));
  return [
    text(10, y, { words: label }),
    `<rect x="${LABEL_WIDTH}" y="${y - 12}" width="${width}" height="14" fill="#3572b0"/>`,
    text(LABEL_WIDTH + width + 8, y, { words }),
  ].join("");
}

function text(x: number, y: number, { words, bold = false }: { words: string; bold?: boolean }): string {
  return `<text x="${x}" y="${y}"${bold ? ' font-weight="bold"' : ""}>${escaped(words)}</text>`;
}

/** Models' names are their callers' own words. */
function escaped(words: string): string {
  return words
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll('"', "&quot;")
    .replaceAll(/\p{Cc}/gu, "·");
}
