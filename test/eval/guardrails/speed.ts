import { scan, scanJson, ScanStream, type Guard } from "@signalbox/guard";
import { quietest } from "../../bench/micro/quietest.ts";

const PROMPT_CHARS = 4_096;
/** The machine does other things too, so of each prompt the quietest of some rounds is reported. */
const ROUNDS = 20;
const PIECE_CHARS = 12;

export type Speed = { readonly name: string; readonly p50Us: number; readonly p99Us: number };

/** How long scans of prompts of 4 KB take, made of texts that hold findings among prose. */
export function measureSpeed(
  texts: readonly string[],
  { input: guard, output }: { input: Guard; output: Guard },
): Speed[] {
  const prompts = promptsOf(texts);
  const bodies = prompts.map((content) => JSON.stringify({ model: "auto", messages: [{ role: "user", content }] }));
  return [
    measure("scan of a prompt of 4 KB", prompts, (prompt) => scan(prompt, guard)),
    measure("scan of a request with it", bodies, (body) => scanJson(body, guard)),
    measure("an answer of 4 KB in pieces of 12 characters, data and secrets", prompts, (prompt) =>
      stream(prompt, output),
    ),
  ];
}

function promptsOf(texts: readonly string[]): string[] {
  const prompts: string[] = [];
  let prompt = "";
  for (const text of texts) {
    prompt += `${text}\n`;
    if (prompt.length < PROMPT_CHARS) continue;
    prompts.push(prompt.slice(0, PROMPT_CHARS));
    prompt = "";
  }
  return prompts;
}

function measure(name: string, inputs: readonly string[], run: (input: string) => unknown): Speed {
  const { p50Us, p99Us } = quietest(inputs, run, ROUNDS);
  return { name, p50Us, p99Us };
}

function stream(text: string, guard: Guard): void {
  const scanned = new ScanStream(guard);
  for (let at = 0; at < text.length; at += PIECE_CHARS) scanned.push(text.slice(at, at + PIECE_CHARS));
  scanned.end();
}
