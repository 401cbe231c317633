import { formatMicros } from "./duration.ts";
import { printable } from "./table.ts";

/** A span of time: when it began and how long it took, in microseconds from one common start. */
export type Span = { readonly label: string; readonly startUs: number; readonly lengthUs: number };

/** How often something was. */
type Counted = { readonly label: string; readonly count: number };

const BAR_WIDTH = 40;
const LABEL_MAX_CHARS = 72;
const FULL = "█";
const THIN = "▏";

/**
 * Spans over one time axis, a line each; the axis ends where the last span does. A span too short for a full cell is
 * drawn as a thin stroke, because it happened.
 */
export function formatSpans(spans: readonly Span[], width: number = BAR_WIDTH): string {
  const endUs = Math.max(1, ...spans.map((span) => span.startUs + span.lengthUs));
  const labelWidth = Math.max(0, ...spans.map((span) => span.label.length));
  return spans
    .map((span) => {
      const from = Math.min(width - 1, Math.floor((span.startUs / endUs) * width));
      const cells = Math.min(width - from, Math.round((span.lengthUs / endUs) * width));
      const bar = " ".repeat(from) + (cells === 0 ? THIN : FULL.repeat(cells));
      return `${span.label.padEnd(labelWidth)}  ${bar.padEnd(width)}  ${formatMicros(span.lengthUs)}`;
    })
    .join("\n");
}

/** Counts as bars, a line each, the longest for the largest. */
export function formatCounts(counts: readonly Counted[], width: number = BAR_WIDTH): string {
  const most = Math.max(1, ...counts.map(({ count }) => count));
  const labels = counts.map(({ label }) => shortened(printable(label)));
  const labelWidth = Math.max(0, ...labels.map(({ length }) => length));
  return counts
    .map(({ count }, at) => {
      const cells = Math.round((count / most) * width);
      return `${(labels[at] as string).padEnd(labelWidth)}  ${cells === 0 ? THIN : FULL.repeat(cells)} ${count}`;
    })
    .join("\n");
}

function shortened(label: string): string {
  return label.length <= LABEL_MAX_CHARS ? label : `${label.slice(0, LABEL_MAX_CHARS - 1)}…`;
}
