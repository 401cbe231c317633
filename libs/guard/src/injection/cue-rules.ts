import type { InjectionType } from "@signalbox/proto";
import type { CueClass } from "./cue-words.ts";

/** A sequence of word classes; with each further class, the most words that may stand between it and the one before. */
type CueRule = {
  readonly type: InjectionType;
  readonly first: CueClass;
  readonly next: readonly (readonly [CueClass, number])[];
};

export const CUE_RULES: readonly CueRule[] = [
  {
    type: "override",
    first: "forget",
    next: [
      ["scope", 2],
      ["instructions", 4],
    ],
  },
  {
    type: "override",
    first: "forget",
    next: [
      ["everything", 2],
      ["before", 3],
    ],
  },
  { type: "override", first: "forget", next: [["above", 1]] },
  { type: "override", first: "forget", next: [["whole", 1]] },
  { type: "override", first: "above", next: [["forget", 2]] },
  {
    type: "override",
    first: "change",
    next: [
      ["own", 0],
      ["prompt", 1],
    ],
  },
  {
    type: "override",
    first: "now",
    next: [
      ["fresh", 4],
      ["instructions", 1],
    ],
  },
  {
    type: "override",
    first: "fresh",
    next: [
      ["instructions", 0],
      ["now", 2],
    ],
  },
  {
    type: "override",
    first: "against",
    next: [
      ["above", 2],
      ["instructions", 1],
    ],
  },
  {
    type: "override",
    first: "leave",
    next: [
      ["above", 3],
      ["instructions", 1],
      ["behind", 4],
    ],
  },
  {
    type: "override",
    first: "own",
    next: [
      ["instructions", 0],
      ["are", 0],
      ["now", 0],
    ],
  },
  {
    type: "override",
    first: "now",
    next: [
      ["own", 2],
      ["fresh", 0],
      ["instructions", 0],
    ],
  },
  {
    type: "override",
    first: "own",
    next: [
      ["knowledge", 1],
      ["not", 2],
    ],
  },
  {
    type: "prompt-leak",
    first: "show",
    next: [
      ["own", 4],
      ["prompt", 3],
    ],
  },
  {
    type: "prompt-leak",
    first: "written",
    next: [
      ["above", 6],
      ["prompt", 3],
    ],
  },
  {
    type: "prompt-leak",
    first: "written",
    next: [
      ["prompt", 6],
      ["above", 1],
    ],
  },
  {
    type: "jailbreak",
    first: "do",
    next: [
      ["anything", 0],
      ["now", 0],
    ],
  },
  { type: "jailbreak", first: "unlocked", next: [["mode", 0]] },
  {
    type: "jailbreak",
    first: "developer",
    next: [
      ["mode", 0],
      ["enabled", 1],
    ],
  },
  {
    type: "jailbreak",
    first: "forget",
    next: [
      ["own", 2],
      ["limits", 3],
    ],
  },
  {
    type: "jailbreak",
    first: "without",
    next: [
      ["scope", 0],
      ["limits", 2],
    ],
  },
  {
    type: "role-change",
    first: "you",
    next: [
      ["are", 0],
      ["now", 0],
    ],
  },
  {
    type: "role-change",
    first: "now",
    next: [
      ["you", 1],
      ["are", 0],
    ],
  },
  {
    type: "role-change",
    first: "now",
    next: [
      ["are", 0],
      ["you", 0],
    ],
  },
  { type: "role-change", first: "act", next: [["as", 1]] },
  {
    type: "role-change",
    first: "act",
    next: [
      ["you", 2],
      ["are", 1],
    ],
  },
  {
    type: "role-change",
    first: "you",
    next: [
      ["act", 2],
      ["as", 0],
    ],
  },
];
