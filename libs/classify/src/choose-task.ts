import type { RequestFacts, Task } from "@signalbox/proto";
import type { CueTally } from "./find-cues.ts";
import type { Marks } from "./find-marks.ts";

/** The text tasks in the order that breaks a tie: of two with the same points the first is chosen. */
const BY_PRECEDENCE = ["code", "math", "translation", "summarisation", "extraction", "creative", "reasoning"] as const;
type TextTask = (typeof BY_PRECEDENCE)[number];

/** A text of more words is taken for material to be worked on. */
const MATERIAL_WORDS = 120;

/**
 * The task of a request. Tools make it agentic and images vision, whatever the text; else the text task with the most points
 * is chosen, and `chat` where none has `threshold`.
 */
export function chooseTask(
  facts: RequestFacts,
  found: { tally: CueTally; marks: Marks; words: number },
  threshold: number,
): Task {
  if (facts.tools > 0 || facts.toolTurns) return "agentic";
  if (facts.images > 0) return "vision";
  let task: Task = "chat";
  let most = threshold - 1;
  for (const candidate of BY_PRECEDENCE) {
    const points = found.tally.points[candidate] + markPoints(candidate, facts, found);
    if (points <= most) continue;
    most = points;
    task = candidate;
  }
  return task;
}

function markPoints(
  task: TextTask,
  facts: RequestFacts,
  { tally, marks, words }: { tally: CueTally; marks: Marks; words: number },
): number {
  switch (task) {
    case "code":
      return (marks.fences > 0 ? 6 : 0) + 4 * Math.min(marks.codeLines, 6) + 2 * Math.min(marks.codeNames, 3);
    case "math":
      return 4 * Math.min(marks.formulas, 4) + operationPoints(marks) + wordProblem(marks);
    case "reasoning":
      return marks.options >= 3 ? 10 : 0;
    case "extraction":
      return (facts.responseFormat === "text" ? 0 : 6) + Math.min(marks.jsonPairs, 3);
    case "summarisation":
      return tally.points.summarisation > 6 && words > MATERIAL_WORDS ? 6 : 0;
    default:
      return 0;
  }
}

/** Arithmetic counts as mathematics only outside of code. */
function operationPoints(marks: Marks): number {
  return marks.codeLines < 2 ? 3 * Math.min(marks.operations, 4) : 0;
}

/** Points of a word problem: several numbers, and a question for another one. */
function wordProblem(marks: Marks): number {
  if (marks.numbers < 2 || marks.fences > 0 || marks.codeLines >= 2) return 0;
  if (marks.asksHowMany) return 10;
  return marks.asksWhat ? 4 : 0;
}
