import { barsOf, percent, sum } from "./bars.ts";
import type { Evaluation, SpanResult } from "./evaluate.ts";
import { f1, precision, recall, type Score } from "./score.ts";

/** The report as Markdown: tables of figures, and what to make of them. */
export function renderReport(evaluation: Evaluation): string {
  const { pii, secrets, injection, overBlocking, falseAlarms, speed, unlabelled } = evaluation;
  const alarms = [...falseAlarms.alarms].map(([place, count]) => `- ${place}${count === 1 ? "" : ` (${count} times)`}`);
  return [
    "# How well the guardrails find what they look for",
    "Written by `npm run eval:guardrails -- --data DIR --out libs/guard/QUALITY.md`.",
    "A finding counts as right when it has the label's type and shares at least half of what the two cover together; _exact_ is the share of the right ones with the very same ends. _dev_ is what the detectors were made by, _held-out_ what they were not.",
    "## Bars",
    table(
      ["measure", "figure", "bar", ""],
      barsOf(evaluation).map(({ name, figure, bar, met }) => [name, figure, bar, met ? "met" : "**missed**"]),
    ),
    "## Personal data",
    table(["type", "set", "half", ...SCORE_HEAD], pii.flatMap(spanRows).toSorted(byText)),
    "The templates of the Presidio set were seen when the words that may stand around a telephone number were chosen, so its held-out half is new in its values and only in part in its sentences. The generated halves have sentences of their own; the held-out one was made anew, sentences and values, after a first one had shown that a date in brackets was taken for a telephone number. Both are made by the same hand as the detectors, with right check digits, and with as many texts of look-alikes that are none: wrong check digits, order and article numbers, versions, dates, times, prices, coordinates, hashes, packages.",
    "Names, postal addresses and dates of birth are not looked for: rules do not find them well enough to be acted on.",
    `In ${unlabelled.texts.toLocaleString("en")} prompts of other sets (GSM8K test, Banking77 test, self-instruct seeds, MT-Bench, Vicuna), which hold hardly any personal data and were not looked at, there were:`,
    table(
      ["type", "findings"],
      [...unlabelled.findings].map(([type, count]) => [type, String(count)]).toSorted(byText),
    ),
    "## Secrets",
    table(
      ["half", "forms", ...SCORE_HEAD],
      secrets.map(({ split, scores }) => [split, String(scores.size), ...scoreCells(sum([...scores.values()]))]),
    ),
    worstSecrets(secrets),
    `False alarms: ${sumOf(falseAlarms.alarms.values())} in ${falseAlarms.lines.toLocaleString("en")} lines of ${falseAlarms.files.toLocaleString("en")} files of \`node_modules\`, the lock file and the documentation.`,
    alarms.join("\n"),
    "The keys are random ones of the forms that their makers publish; no real key is among them. What has no form of its own (`secret.assigned`, `secret.password`) is told by the name before it and by how random it is; there is no labelled set of such values, so their recall is not measured.",
    "## Prompt injection",
    table(
      ["set", "types", ...SCORE_HEAD.slice(0, -1)],
      injection.map(({ set, config, score }) => [set, config, ...scoreCells(score).slice(0, -1)]),
    ),
    "**Recall is low, and that is not good.** The phrases find open attempts to lift, show or replace instructions. The deepset set also labels plain role play and one-sided questions as injections, which no phrase tells from harmless ones. BIPIA hides harmless tasks in mails; without knowing what the user asked for, they cannot be told. Use these signs to observe, or to block where a false refusal costs little; do not take their absence for safety.",
    "## Over-blocking",
    "As if everything that the defaults find would block.",
    table(
      ["set", "texts", "would be blocked", "with role-change"],
      overBlocking.map(({ set, texts, blocked, roleChange }) => [
        set,
        String(texts),
        `${blocked} (${percent(blocked / texts)})`,
        `${roleChange} (${percent(roleChange / texts)})`,
      ]),
    ),
    "## Speed",
    table(
      ["what", "p50", "p99"],
      speed.map(({ name, p50Us, p99Us }) => [name, `${p50Us.toFixed(0)} µs`, `${p99Us.toFixed(0)} µs`]),
    ),
    "",
  ]
    .join("\n\n")
    .replace(/\n+$/, "\n");
}

const SCORE_HEAD = ["examples", "precision", "recall", "F1", "exact"];

function spanRows({ set, split, scores }: SpanResult): string[][] {
  return [...scores].map(([type, score]) => [type, set, split, ...scoreCells(score)]);
}

function scoreCells(score: Score): string[] {
  const figures = [precision(score), recall(score), f1(score), score.exact / score.tp];
  return [String(score.tp + score.fn), ...figures.map((each) => (Number.isNaN(each) ? "–" : each.toFixed(3)))];
}

function worstSecrets(secrets: readonly SpanResult[]): string {
  const rows = secrets.flatMap(spanRows).filter((row) => Number(row[5]) < 1 || row[4] !== "1.000");
  if (rows.length === 0) return "Every form is found every time.";
  return table(["form", "set", "half", ...SCORE_HEAD], rows.toSorted(byText));
}

function sumOf(counts: Iterable<number>): number {
  return [...counts].reduce((all, each) => all + each, 0);
}

function byText(a: readonly string[], b: readonly string[]): number {
  return a.join(" ") < b.join(" ") ? -1 : 1;
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((name, at) => Math.max(3, name.length, ...rows.map((row) => (row[at] ?? "").length)));
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, at) => (cells[at] ?? "").padEnd(width)).join(" | ")} |`;
  return [line(header), `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...rows.map(line)].join("\n");
}
