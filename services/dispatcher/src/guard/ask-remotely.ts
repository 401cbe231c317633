import { builtFor, type NeutralChunk, type NeutralPart, type NeutralResponse } from "@signalbox/dialects";
import { type Finding, maskText } from "@signalbox/guard";
import type { RemoteGuards } from "@signalbox/kit/remote-guards";
import { type DialectName, SignalboxError } from "@signalbox/proto";
import type { AnswerVerdict } from "./answer-verdict.ts";

/** The texts of an answer that are shown to a remote guardrail. */
function textOf(part: NeutralPart): string {
  if (part.kind === "text" || part.kind === "refusal" || part.kind === "reasoning") return part.text;
  return part.kind === "tool-call" ? part.arguments : "";
}

/**
 * A whole answer as remote guardrails leave it: the very same one where they find nothing that is to be taken out. Throws
 * `content-blocked` for what a rule blocks.
 */
export async function askAboutResponse(
  response: NeutralResponse,
  { remote, verdict, dialect }: { remote: RemoteGuards; verdict: AnswerVerdict; dialect: DialectName },
): Promise<NeutralResponse> {
  const parts = response.choices.flatMap((choice) => choice.parts);
  const found = await remote.check(parts.map(textOf));
  const taken = Map.groupBy(verdict.judge(found), ({ text }) => text);
  if (taken.size === 0) return response;
  let at = -1;
  const choices = response.choices.map(({ index, parts: own, finish, stop }) => ({
    index,
    parts: own.map((part) => {
      at += 1;
      return masked(part, taken.get(at) ?? []);
    }),
    finish,
    ...(stop === undefined ? {} : { stop }),
  }));
  return { ...response, source: builtFor(dialect), choices };
}

/**
 * A stream that was held back as a whole. Places in it are those of texts that came in pieces, so what is to be taken out of it
 * keeps it from being given out at all.
 */
export async function askAboutStream(
  chunks: readonly NeutralChunk[],
  { remote, verdict }: { remote: RemoteGuards; verdict: AnswerVerdict },
): Promise<boolean> {
  const texts = new Map<string, string>();
  const add = (key: string, text: string | null): void => {
    if (text !== null && text !== "") texts.set(key, (texts.get(key) ?? "") + text);
  };
  for (const { choice, text, refusal, reasoning, toolCalls } of chunks.flatMap(({ deltas }) => deltas)) {
    add(`${choice} text`, text);
    add(`${choice} refusal`, refusal);
    add(`${choice} reasoning`, reasoning);
    for (const call of toolCalls) add(`${choice} ${call.index}`, call.arguments);
  }
  return verdict.judge(await remote.check([...texts.values()])).length === 0;
}

function masked(part: NeutralPart, findings: readonly Finding[]): NeutralPart {
  if (findings.length === 0) return part;
  if (part.kind === "text" || part.kind === "refusal" || part.kind === "reasoning") {
    return { ...part, text: maskText(part.text, findings) };
  }
  return part.kind === "tool-call" ? { ...part, arguments: maskText(part.arguments, findings) } : part;
}

/** An answer that is no chat: where something would be taken out of it, it is not given out. */
export async function askAboutTexts(
  value: unknown,
  { remote, verdict }: { remote: RemoteGuards; verdict: AnswerVerdict },
): Promise<void> {
  const found = await remote.check(stringsIn(value));
  if (verdict.judge(found).length > 0) {
    throw new SignalboxError("content-blocked", "The answer holds what may not be given out.");
  }
}

function stringsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(stringsIn);
}
