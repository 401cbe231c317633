import type { ClassifierDocument as Brought, CueGroup } from "@signalbox/proto";
import { CUES } from "./cues/index.ts";
import { LANGUAGE_WORDS } from "./language-words.ts";
import { LANGUAGE_MODEL, TOKENIZER } from "./model-names.ts";

export type { CueGroup };

/** Weight → phrases of lower-case words. A phrase in a script without spaces is found anywhere in the text. */
export type CueList = ClassifierDocument["cues"][CueGroup];

type Lasting<T> = T extends object ? { readonly [Name in keyof T]: Lasting<T[Name]> } : T;

/**
 * Everything that a classification depends on beside the request, as a content-addressed document, so that a figure can be
 * traced to its rules. All numbers are integers; difficulties are in millionths.
 */
export type ClassifierDocument = Lasting<Brought>;

/** The rules in force. */
export const CLASSIFIER_DOCUMENT: ClassifierDocument = {
  schema: "signalbox.classifier.v1",
  version: 1,
  tokenizer: TOKENIZER,
  languageModel: LANGUAGE_MODEL,
  cues: CUES,
  languageWords: LANGUAGE_WORDS,
  scan: { headChars: 4_000, tailChars: 2_000, systemChars: 1_500, conversationChars: 1_500 },
  taskThreshold: 6,
  tokens: {
    units: 10_000,
    windowChars: 128,
    runMaxBytes: 48,
    charsEach: 4,
    perRequest: 3,
    perMessage: 4,
    perTool: 8,
    perImage: 765,
    perAudio: 1_000,
    perFile: 2_000,
  },
  difficulty: {
    base: {
      chat: 170_000,
      code: 420_000,
      math: 400_000,
      reasoning: 430_000,
      extraction: 290_000,
      summarisation: 270_000,
      translation: 240_000,
      creative: 290_000,
      agentic: 470_000,
      vision: 400_000,
    },
    each: {
      "reasoning-demand": [70_000, 210_000],
      "hard-topic": [60_000, 240_000],
      explanation: [30_000, 60_000],
      constraint: [15_000, 105_000],
      part: [15_000, 90_000],
    },
    length: [
      [150, 20_000],
      [500, 45_000],
      [2_000, 80_000],
      [8_000, 120_000],
      [32_000, 160_000],
    ],
    effort: {
      none: -40_000,
      minimal: -40_000,
      low: -20_000,
      medium: 50_000,
      high: 150_000,
      xhigh: 200_000,
      max: 220_000,
    },
    easy: -50_000,
    short: { words: 9, points: -50_000 },
    manyTools: { tools: 8, points: 50_000 },
    toolTurns: 30_000,
    schema: 30_000,
    manyImages: 50_000,
    longConversation: { messages: 12, points: 40_000 },
  },
  tiers: [333_333, 666_667],
};

/** Whether this code can run the rules: its version, its tokenizer and its language model are those that they name. */
export function canRun({ version, tokenizer, languageModel }: ClassifierDocument): boolean {
  const own = CLASSIFIER_DOCUMENT;
  return version === own.version && tokenizer === own.tokenizer && languageModel === own.languageModel;
}
