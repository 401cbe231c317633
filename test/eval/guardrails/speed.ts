import { scan, scanJson, ScanStream, type Guard } from "@signalbox/guard";
import { percentile } from "../../bench/percentile.ts";

const PROMPT_CHARS = 4_096;
const SCANS = 2_000;
/** The machine does other things too, so the quietest of some rounds is reported. */
const ROUNDS = 5;
const WARM_UP = 500;
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
  for (let at = 0; at < WARM_UP; at += 1) run(inputs[at % inputs.length]!);
  const rounds = Array.from({ length: ROUNDS }, () => timesOf(inputs, run));
  const p50Us = Math.min(...rounds.map((us) => percentile(us, 0.5)));
  return { name, p50Us, p99Us: Math.min(...rounds.map((us) => percentile(us, 0.99))) };
}

function timesOf(inputs: readonly string[], run: (input: string) => unknown): number[] {
  return Array.from({ length: SCANS }, (_, at) => {
    const input = inputs[at % inputs.length]!;
    const startedMs = performance.now();
    run(input);
    return (performance.now() - startedMs) * 1_000;
  });
}

function stream(text: string, guard: Guard): void {
  const scanned = new ScanStream(guard);
  for (let at = 0; at < text.length; at += PIECE_CHARS) scanned.push(text.slice(at, at + PIECE_CHARS));
  scanned.end();
}
