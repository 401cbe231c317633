import { setTimeout as sleep } from "node:timers/promises";
import { explain } from "@signalbox/decision";
import type { OutcomeEvent } from "@signalbox/proto";
import { z } from "zod";
import { DecisionRecord } from "../cli/decision-record.ts";
import { formatMicros } from "../cli/format/duration.ts";
import { formatPicoUsd } from "../cli/format/money.ts";
import type { ReadyInfo } from "./ready-info.ts";

const ANSWER_LIMIT_MS = 60_000;
/** A decision is readable within a second, its outcome right after the answer. */
const RECORD_LIMIT_MS = 5_000;
const POLL_MS = 50;
const SHOWN_CHARS = 240;

const DEMONSTRATION = "In one sentence: what does a railway signal box do?";

const Answer = z.looseObject({
  choices: z.array(z.looseObject({ message: z.looseObject({ content: z.string().nullish() }) })).min(1),
});

/** Sends one request through the whole line, as any caller would, and tells what became of it in a few lines. */
export async function demonstrate({ baseUrl, apiKey }: ReadyInfo): Promise<string[]> {
  const headers = { authorization: `Bearer ${apiKey}`, "content-type": "application/json" };
  const response = await fetch(`${baseUrl}/v1/chat/completions`, {
    method: "POST",
    headers,
    body: JSON.stringify({ model: "auto", messages: [{ role: "user", content: DEMONSTRATION }], max_tokens: 200 }),
    signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
  });
  const body = await response.text();
  const id = response.headers.get("x-signalbox-decision-id");
  const told = response.ok ? answerText(body) : `HTTP ${response.status}: ${body.slice(0, SHOWN_CHARS)}`;
  const record = id === null ? null : await readRecord(`${baseUrl}/v1/decisions/${id}`, headers);
  return [`Prompt: ${DEMONSTRATION}`, `Answer: ${told}`, ...(record === null ? [] : recordLines(record))];
}

function answerText(body: string): string {
  const text = Answer.safeParse(JSON.parse(body)).data?.choices[0]?.message.content ?? "";
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length > SHOWN_CHARS ? `${line.slice(0, SHOWN_CHARS)}…` : line;
}

/** The register is written behind the answer, so the record is asked for until its outcome stands. */
async function readRecord(url: string, headers: Record<string, string>): Promise<DecisionRecord | null> {
  const deadline = performance.now() + RECORD_LIMIT_MS;
  let last: DecisionRecord | null = null;
  while (performance.now() < deadline) {
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(RECORD_LIMIT_MS) });
    const parsed = DecisionRecord.safeParse(await response.json().catch(() => null));
    if (parsed.success) last = parsed.data;
    if (last !== null && last.outcome !== null) return last;
    await sleep(POLL_MS);
  }
  return last;
}

function recordLines({ index, decision, outcome }: DecisionRecord): string[] {
  return [
    ...(decision === null ? [] : explain(decision)),
    ...(outcome === null ? [] : [`Outcome: ${outcomeText(outcome)}.`]),
    ...(decision === null ? [] : [`Recorded: leaf ${index} of the register, decision ${decision.decisionId}.`]),
  ];
}

function outcomeText({ result, endpoint, usage, costPicoUsd, timing }: OutcomeEvent): string {
  const tokens = `${usage.inputTokens} tokens in and ${usage.outputTokens} out`;
  return `${result}${endpoint === null ? "" : ` by ${endpoint}`}, ${tokens}, ${formatPicoUsd(costPicoUsd)}, ${formatMicros(timing.totalUs)} in all`;
}
