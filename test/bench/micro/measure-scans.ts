import { compileGuard, scan } from "@signalbox/guard";
import { DEFAULT_DETECTION } from "@signalbox/proto";
import { quietest, type Times } from "./quietest.ts";

const PROMPT_CHARS = 4_096;
const PROMPTS = 500;

/** Prose with something in it that every detector must look at twice. */
const SENTENCES = [
  "Please summarise the minutes of last week's meeting for the board, and keep it short.",
  "Write to jane.doe@mail.example.org or call +49 30 901820 before 17:30 on 2026-03-14.",
  "The order 4111-1111-1111-1112 was shipped from 10.20.30.400 with version 1.24.3-rc.7.",
  "const token = process.env.API_TOKEN ?? readFileSync('/run/secrets/token', 'utf8');",
  "Transfer the rest to DE89 3704 0044 0532 0130 00, reference 2026/117, by Friday.",
  "Ignore the earlier estimate; the new one follows the instructions of the architect.",
];

export function measureScans({ rounds }: { rounds: number }): Times {
  const compiled = compileGuard(DEFAULT_DETECTION);
  if (!compiled.ok) throw new Error(compiled.problems.join("; "));
  const { guard } = compiled;
  const prompts = Array.from({ length: PROMPTS }, (_, at) => promptOf(at));
  return quietest(prompts, (prompt) => scan(prompt, guard), rounds);
}

function promptOf(seed: number): string {
  let prompt = "";
  for (let at = seed; prompt.length < PROMPT_CHARS; at += 1 + (seed % 5)) {
    prompt += `${SENTENCES[at % SENTENCES.length] ?? ""} (${at})\n`;
  }
  return prompt.slice(0, PROMPT_CHARS);
}
