import type { JsonObject, NeutralRequest } from "@signalbox/dialects";
import { simulateChoice, type SimulatedChoice, simulateUsage } from "./simulated-answer.ts";

/** What both forms of an answer start with. `system_fingerprint` says what made it. */
type Head = {
  readonly id: string;
  readonly created: number;
  readonly model: string;
  readonly system_fingerprint: string;
};

type AnswerMark = { readonly id: string; readonly createdAtS: number };

/** A whole answer. */
export function simulateBody(request: NeutralRequest, mark: AnswerMark): JsonObject {
  const choices = simulateChoices(request);
  return {
    ...headOf(request, mark),
    object: "chat.completion",
    choices: choices.map((choice, index) => ({
      index,
      message: { role: "assistant", content: choice.text, refusal: null, ...callsField(choice) },
      logprobs: logprobsOf(request, choice.text),
      finish_reason: choice.finish,
    })),
    usage: simulateUsage(request, choices),
  };
}

/** The chunks of a streamed answer in order: text word by word, calls in pieces, choices by turns. */
export function simulateChunks(request: NeutralRequest, mark: AnswerMark): JsonObject[] {
  const choices = simulateChoices(request);
  const head = { ...headOf(request, mark), object: "chat.completion.chunk" };
  const chunk = (index: number, delta: JsonObject, finish: string | null): JsonObject => {
    const text = typeof delta["content"] === "string" ? delta["content"] : null;
    const choice = { index, delta, logprobs: logprobsOf(request, text || null), finish_reason: finish };
    return { ...head, choices: [choice], ...(request.includeUsage ? { usage: null } : {}) };
  };
  const deltas = choices.map(deltasOf);
  const longest = Math.max(...deltas.map((list) => list.length));
  const chunks: JsonObject[] = [];
  for (let turn = 0; turn < longest; turn++) {
    for (const [index, list] of deltas.entries()) {
      const delta = list[turn];
      if (delta !== undefined) chunks.push(chunk(index, delta, null));
    }
  }
  for (const [index, choice] of choices.entries()) chunks.push(chunk(index, {}, choice.finish));
  if (request.includeUsage) chunks.push({ ...head, choices: [], usage: simulateUsage(request, choices) });
  return chunks;
}

function simulateChoices(request: NeutralRequest): SimulatedChoice[] {
  return Array.from({ length: request.choices }, (_, index) => simulateChoice(request, index));
}

function deltasOf(choice: SimulatedChoice): JsonObject[] {
  const role = { role: "assistant", content: choice.text === null ? null : "" };
  const words = (choice.text?.match(/\S+\s*/g) ?? []).map((content) => ({ content }));
  const calls = choice.calls.flatMap((call, index) => [
    { tool_calls: [{ index, id: call.id, type: "function", function: { name: call.name, arguments: "" } }] },
    ...(call.arguments.match(/.{1,12}/gs) ?? []).map((piece) => {
      return { tool_calls: [{ index, function: { arguments: piece } }] };
    }),
  ]);
  return [role, ...words, ...calls];
}

function headOf(request: NeutralRequest, mark: AnswerMark): Head {
  return { id: mark.id, created: mark.createdAtS, model: request.model, system_fingerprint: "signalbox-simulator" };
}

function callsField(choice: SimulatedChoice): JsonObject {
  if (choice.calls.length === 0) return {};
  const calls = choice.calls.map(({ id, name, arguments: text }) => {
    return { id, type: "function", function: { name, arguments: text } };
  });
  return { tool_calls: calls };
}

function logprobsOf(request: NeutralRequest, text: string | null): JsonObject | null {
  if (!request.logprobs || text === null) return null;
  const content = (text.match(/\S+\s*/g) ?? []).map((token) => {
    return { token, logprob: 0, bytes: [...Buffer.from(token)], top_logprobs: [] };
  });
  return { content, refusal: null };
}
