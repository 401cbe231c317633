import type { RequestFacts, Task } from "@signalbox/proto";
import type { CueTally } from "./find-cues.ts";
import type { Marks } from "./find-marks.ts";

/** The tasks that are told by text. Of two with the same points the one that stands first is taken. */
const TEXT_TASKS = ["code", "math", "translation", "summarisation", "extraction", "creative", "reasoning"] as const;
type TextTask = (typeof TEXT_TASKS)[number];

/** A material that is longer than this is given to be worked on, not to be talked about. */
const MATERIAL_WORDS = 120;

/** The task that most speaks for: tools and images decide alone, text by points, and what has too few is chat. */
export function chooseTask(
  facts: RequestFacts,
  found: { tally: CueTally; marks: Marks; words: number },
  threshold: number,
): Task {
  if (facts.tools > 0 || facts.toolTurns) return "agentic";
  if (facts.images > 0) return "vision";
  let task: Task = "chat";
  let most = threshold - 1;
  for (const candidate of TEXT_TASKS) {
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

/** In a listing `i + 1` is code. */
function operationPoints(marks: Marks): number {
  return marks.codeLines < 2 ? 3 * Math.min(marks.operations, 4) : 0;
}

/** A short story with numbers that ends in a question for another one. */
function wordProblem(marks: Marks): number {
  if (marks.numbers < 2 || marks.fences > 0 || marks.codeLines >= 2) return 0;
  if (marks.asksHowMany) return 10;
  return marks.asksWhat ? 4 : 0;
}
