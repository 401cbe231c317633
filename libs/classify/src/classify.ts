import { TEXT_TASKS, type Classification, type ClassifyItem } from "@signalbox/proto";
import { chooseTask } from "./choose-task.ts";
import type { ClassifierDocument } from "./classifier-document.ts";
import { compileDocument } from "./compile-document.ts";
import { detectLanguage } from "./detect-language.ts";
import { estimateInputTokens } from "./estimate-input-tokens.ts";
import { emptyTally, findCues } from "./find-cues.ts";
import { findMarks } from "./find-marks.ts";
import { neededCapabilities, neededModalities } from "./needs.ts";
import { rateDifficulty } from "./rate-difficulty.ts";
import { splitWords } from "./split-words.ts";

/** A message of fewer words is taken for a follow-up, whose task the conversation before it tells. */
const FOLLOW_UP_WORDS = 12;
const WORDS_MAX = 2_000;

/**
 * Classifies a request from its facts and its text view: task, difficulty, language, needs and estimated prompt tokens. A
 * pure function with the same result on every machine, in bounded time: of a long text it reads the beginning and the end,
 * and samples the tokens.
 */
export function classify(
  { facts, view }: Pick<ClassifyItem, "facts" | "view">,
  document: ClassifierDocument,
): Classification {
  const compiled = compileDocument(document);
  const { scan } = document;
  const asking = bounded(view.lastUser, scan.headChars, scan.tailChars);
  const asked = read(asking);
  const tally = emptyTally();
  findCues(asked, compiled, { tally, factor: 2 });
  const around = emptyTally();
  findCues(read(view.system.slice(0, scan.systemChars)), compiled, { tally: around, factor: 1 });
  const before = read(view.conversation.slice(-scan.conversationChars));
  if (asked.words.length < FOLLOW_UP_WORDS) findCues(before, compiled, { tally: around, factor: 1 });
  // What stands around adds to the task alone: a system prompt's many rules do not make a greeting hard.
  for (const group of TEXT_TASKS) {
    tally.points[group] += around.points[group];
  }

  const marks = findMarks(asking, asked.text);
  const words = asked.words.length;
  const task = chooseTask(facts, { tally, marks, words }, document.taskThreshold);
  const inputTokens = estimateInputTokens(facts, view, document);
  return {
    task,
    ...rateDifficulty(facts, { task, tally, marks, words, inputTokens }, document),
    language: detectLanguage(asked.text, asked.words, compiled),
    capabilities: neededCapabilities(facts),
    modalities: neededModalities(facts),
    inputTokens,
    classifier: compiled.digest,
  };
}

function read(text: string): { text: string; words: string[] } {
  const lower = text.toLowerCase();
  return { text: lower, words: splitWords(lower, WORDS_MAX) };
}

function bounded(text: string, head: number, tail: number): string {
  return text.length <= head + tail ? text : `${text.slice(0, head)}\n${text.slice(-tail)}`;
}
