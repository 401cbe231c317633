import type { CueGroup, CueList } from "../classifier-document.ts";
import { CODE_CUES } from "./code.ts";
import { CREATIVE_CUES } from "./creative.ts";
import { CONSTRAINT_CUES, EASY_CUES, EXPLANATION_CUES, HARD_TOPIC_CUES, REASONING_DEMAND_CUES } from "./difficulty.ts";
import { EXTRACTION_CUES } from "./extraction.ts";
import { MATH_CUES } from "./math.ts";
import { REASONING_CUES } from "./reasoning.ts";
import { SUMMARISATION_CUES } from "./summarisation.ts";
import { TRANSLATION_CUES } from "./translation.ts";

/** All phrases that are looked for. */
export const CUES: Readonly<Record<CueGroup, CueList>> = {
  code: CODE_CUES,
  math: MATH_CUES,
  reasoning: REASONING_CUES,
  extraction: EXTRACTION_CUES,
  summarisation: SUMMARISATION_CUES,
  translation: TRANSLATION_CUES,
  creative: CREATIVE_CUES,
  "reasoning-demand": REASONING_DEMAND_CUES,
  "hard-topic": HARD_TOPIC_CUES,
  explanation: EXPLANATION_CUES,
  constraint: CONSTRAINT_CUES,
  easy: EASY_CUES,
};
