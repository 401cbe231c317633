import { z } from "zod";
import { TASKS, type Task } from "../messages/classification.ts";

/** The tasks that are recognised by the words of a text; `agentic`, `vision` and `chat` are told otherwise. */
export const TEXT_TASKS = [
  "code",
  "math",
  "reasoning",
  "extraction",
  "summarisation",
  "translation",
  "creative",
] as const satisfies readonly Task[];

/** What a phrase is evidence of: one of these tasks, or that the request is harder or easier. */
const CUE_GROUPS = [...TEXT_TASKS, "reasoning-demand", "hard-topic", "explanation", "constraint", "easy"] as const;
export type CueGroup = (typeof CUE_GROUPS)[number];

const EFFORTS = ["none", "minimal", "low", "medium", "high", "xhigh", "max"] as const;
const SIGNALS = ["reasoning-demand", "hard-topic", "explanation", "constraint", "part"] as const;

/** Millionths, added to a difficulty or taken from it. */
const Points = z.int().min(-1_000_000).max(1_000_000);
const Amount = z.int().min(0).max(100_000_000);
const Phrase = z.string().min(1).max(128);

/**
 * The rules of a classifier; classifications name them by digest. `version` goes up with every change of the code in
 * `libs/classify` that runs them: code of another version cannot.
 */
export const ClassifierDocument = z.strictObject({
  schema: z.literal("signalbox.classifier.v1"),
  version: z.int().min(1),
  tokenizer: z.string().max(128),
  languageModel: z.string().max(128),
  /** Group → weight → phrases, in lower case, words separated by one space. */
  cues: z.record(z.enum(CUE_GROUPS), z.record(z.string().regex(/^[1-9]\d{0,2}$/), z.array(Phrase).max(5_000))),
  /** Language → words that are frequent in it and rare in others. */
  languageWords: z.record(z.string().regex(/^[a-z]{2,3}$/), z.array(Phrase).max(5_000)),
  /** How much of each text is read, in characters. */
  scan: z.strictObject({ headChars: Amount, tailChars: Amount, systemChars: Amount, conversationChars: Amount }),
  /** Points that a task needs before the request is more than chat: two for each unit of a phrase's weight. */
  taskThreshold: Amount,
  tokens: z.strictObject({
    units: Amount.min(1),
    windowChars: Amount.min(1),
    runMaxBytes: Amount.min(1),
    charsEach: Amount.min(1),
    perRequest: Amount,
    perMessage: Amount,
    perTool: Amount,
    perImage: Amount,
    perAudio: Amount,
    perFile: Amount,
  }),
  difficulty: z.strictObject({
    base: z.record(z.enum(TASKS), Points),
    /** Points for one cue, and the most that a group can add. */
    each: z.record(z.enum(SIGNALS), z.tuple([Points, Points])),
    /** Added from this many prompt tokens on; the largest that fits holds. */
    length: z.array(z.tuple([Amount, Points])).max(64),
    effort: z.record(z.enum(EFFORTS), Points),
    easy: Points,
    /** Added for a text of at most so many words that asks for nothing in particular. */
    short: z.strictObject({ words: Amount, points: Points }),
    manyTools: z.strictObject({ tools: Amount, points: Points }),
    toolTurns: Points,
    schema: Points,
    manyImages: Points,
    longConversation: z.strictObject({ messages: Amount, points: Points }),
  }),
  /** A difficulty below the first is LIGHT, below the second STANDARD, else HEAVY. */
  tiers: z.tuple([Amount, Amount]),
});
export type ClassifierDocument = z.infer<typeof ClassifierDocument>;
