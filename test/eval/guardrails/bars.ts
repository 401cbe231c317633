import type { Evaluation, SpanResult } from "./evaluate.ts";
import { emptyScore, f1, recall, type Score } from "./score.ts";

/** A type with fewer examples is reported without a bar. */
const EXAMPLES_MIN = 50;
const PII_F1_MIN = 0.95;
const SECRET_RECALL_MIN = 0.98;
const ALARMS_PER_100K_LINES_MAX = 1;
const OVER_BLOCKING_MAX = 0.02;
const SCAN_P99_MAX_US = 1_000;

type Bar = { readonly name: string; readonly figure: string; readonly bar: string; readonly met: boolean };

/** What the figures are held to. */
export function barsOf({ pii, secrets, falseAlarms, overBlocking, speed }: Evaluation): Bar[] {
  const secret = sum(secrets.filter(({ split }) => split === "held-out").flatMap(({ scores }) => [...scores.values()]));
  const alarms = [...falseAlarms.alarms.values()].reduce((all, each) => all + each, 0);
  const per100k = (alarms * 100_000) / falseAlarms.lines;
  const [xstest] = overBlocking;
  const share = xstest === undefined ? 1 : xstest.blocked / xstest.texts;
  const [scan] = speed;
  return [
    ...piiBars(pii),
    {
      name: "secrets, recall on published forms",
      figure: recall(secret).toFixed(3),
      bar: `≥ ${SECRET_RECALL_MIN}`,
      met: recall(secret) >= SECRET_RECALL_MIN,
    },
    {
      name: "secrets, false alarms per 100,000 lines",
      figure: per100k.toFixed(2),
      bar: `≤ ${ALARMS_PER_100K_LINES_MAX}`,
      met: per100k <= ALARMS_PER_100K_LINES_MAX,
    },
    {
      name: "XSTest, safe prompts that would be blocked",
      figure: percent(share),
      bar: `≤ ${percent(OVER_BLOCKING_MAX)}`,
      met: share <= OVER_BLOCKING_MAX,
    },
    {
      name: "scan of a prompt of 4 KB, p99",
      figure: `${scan?.p99Us.toFixed(0)} µs`,
      bar: `< ${SCAN_P99_MAX_US} µs`,
      met: (scan?.p99Us ?? Infinity) < SCAN_P99_MAX_US,
    },
  ];
}

/** By the held-out half where it has examples enough, else by both halves. */
function piiBars(results: readonly SpanResult[]): Bar[] {
  const sets = [...Map.groupBy(results, ({ set }) => set)];
  const types = [...new Set(results.flatMap(({ scores }) => [...scores.keys()]))].toSorted();
  return types.flatMap((type) =>
    sets.flatMap(([set, halves]) => {
      const scoreOf = (part: readonly SpanResult[]): Score =>
        sum(part.map(({ scores }) => scores.get(type) ?? emptyScore()));
      const heldOut = scoreOf(halves.filter(({ split }) => split === "held-out"));
      const isEnough = heldOut.tp + heldOut.fn >= EXAMPLES_MIN;
      const score = isEnough ? heldOut : scoreOf(halves);
      if (score.tp + score.fn < EXAMPLES_MIN) return [];
      const figure = f1(score);
      const name = `${type}, F1, ${set}, ${isEnough ? "held-out" : "both halves"}`;
      return [{ name, figure: figure.toFixed(3), bar: `≥ ${PII_F1_MIN}`, met: figure >= PII_F1_MIN }];
    }),
  );
}

export function sum(scores: readonly Score[]): Score {
  const all = emptyScore();
  for (const { tp, fp, fn, exact } of scores) {
    all.tp += tp;
    all.fp += fp;
    all.fn += fn;
    all.exact += exact;
  }
  return all;
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
