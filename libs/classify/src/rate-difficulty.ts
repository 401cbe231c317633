import type { Classification, RequestFacts, Task } from "@signalbox/proto";
import type { ClassifierDocument } from "./classifier-document.ts";
import type { CueTally } from "./find-cues.ts";
import type { Marks } from "./find-marks.ts";

const DIFFICULTY_MAX = 1_000_000;
const SIGNALS_MAX = 12;
/** For each formula after the first, up to six. */
const FORMULA_POINTS = 15_000;

type Rating = Pick<Classification, "difficulty" | "tier" | "signals">;
type Signal = Classification["signals"][number];

/** Adds up the signals of difficulty, in millionths, and returns them strongest first, so that the sum can be checked. */
export function rateDifficulty(
  facts: RequestFacts,
  found: { task: Task; tally: CueTally; marks: Marks; words: number; inputTokens: number },
  document: ClassifierDocument,
): Rating {
  // How hard a text is to answer does not matter for embedding it or reading it aloud.
  if (facts.operation !== "chat") return { difficulty: 0, tier: "LIGHT", signals: [] };
  const signals = [...textSignals(found, document), ...factSignals(facts, document)].filter(
    ({ points }) => points !== 0,
  );
  const sum = signals.reduce((total, { points }) => total + points, 0);
  const difficulty = Math.min(DIFFICULTY_MAX, Math.max(0, sum));
  return {
    difficulty,
    tier: tierOf(difficulty, document),
    signals: signals.toSorted(byStrength).slice(0, SIGNALS_MAX),
  };
}

function textSignals(
  {
    task,
    tally,
    marks,
    words,
    inputTokens,
  }: { task: Task; tally: CueTally; marks: Marks; words: number; inputTokens: number },
  { difficulty: rules }: ClassifierDocument,
): Signal[] {
  const capped = (name: keyof typeof rules.each, hits: number): number =>
    Math.min(rules.each[name][1], rules.each[name][0] * hits);
  const length = rules.length.findLast(([from]) => inputTokens >= from)?.[1] ?? 0;
  const plain = tally.hits["reasoning-demand"] === 0 && tally.hits["hard-topic"] === 0 && tally.hits.constraint < 2;
  return [
    { name: `task:${task}`, points: rules.base[task] },
    { name: "length", points: length },
    { name: "reasoning-demand", points: capped("reasoning-demand", tally.hits["reasoning-demand"]) },
    { name: "hard-topic", points: capped("hard-topic", tally.hits["hard-topic"]) },
    { name: "explanation", points: capped("explanation", tally.hits.explanation) },
    { name: "constraints", points: capped("constraint", Math.max(0, tally.hits.constraint - 1)) },
    { name: "parts", points: capped("part", Math.max(0, marks.parts - 1)) },
    { name: "formulas", points: FORMULA_POINTS * Math.max(0, Math.min(marks.formulas, 6) - 1) },
    { name: "easy", points: tally.hits.easy > 0 && words < 60 && plain ? rules.easy : 0 },
    { name: "short", points: words <= rules.short.words && plain ? rules.short.points : 0 },
  ];
}

function factSignals(facts: RequestFacts, { difficulty: rules }: ClassifierDocument): Signal[] {
  const effort = facts.reasoningEffort;
  return [
    { name: `effort:${effort ?? "default"}`, points: effort === null ? 0 : rules.effort[effort] },
    { name: "many-tools", points: facts.tools > rules.manyTools.tools ? rules.manyTools.points : 0 },
    { name: "tool-turns", points: facts.toolTurns ? rules.toolTurns : 0 },
    { name: "json-schema", points: facts.responseFormat === "json-schema" ? rules.schema : 0 },
    { name: "many-images", points: facts.images > 1 ? rules.manyImages : 0 },
    {
      name: "long-conversation",
      points: facts.messages > rules.longConversation.messages ? rules.longConversation.points : 0,
    },
  ];
}

function tierOf(difficulty: number, { tiers }: ClassifierDocument): Classification["tier"] {
  if (difficulty < tiers[0]) return "LIGHT";
  return difficulty < tiers[1] ? "STANDARD" : "HEAVY";
}

function byStrength(a: Signal, b: Signal): number {
  return Math.abs(b.points) - Math.abs(a.points) || (a.name < b.name ? -1 : 1);
}
