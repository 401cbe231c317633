import { factsOf, type JsonObject, type NeutralRequest, type NeutralTool } from "@signalbox/dialects";
import { schemaValue } from "./schema-value.ts";

/** What every answer says, wherever it has words of its own. */
export const SIMULATOR_NOTICE = "This answer comes from the Signalbox simulator: no language model was called.";

const CHARS_PER_TOKEN = 4;
const PARALLEL_CALLS_MAX = 3;

type SimulatedCall = { readonly id: string; readonly name: string; readonly arguments: string };

/** One choice of a simulated answer, before it is given the form of the wire. */
export type SimulatedChoice = {
  readonly text: string | null;
  readonly calls: readonly SimulatedCall[];
  readonly finish: "stop" | "length" | "tool_calls";
};

/** The same request always gets the same answer. */
export function simulateChoice(request: NeutralRequest, index: number): SimulatedChoice {
  const calls = simulateCalls(request, index);
  if (calls.length > 0) return { text: null, calls, finish: "tool_calls" };
  const text = textFor(request);
  const maxChars = (request.maxOutputTokens ?? Infinity) * CHARS_PER_TOKEN;
  return text.length > maxChars
    ? { text: text.slice(0, maxChars), calls, finish: "length" }
    : { text, calls, finish: "stop" };
}

export function simulateUsage(request: NeutralRequest, choices: readonly SimulatedChoice[]): JsonObject {
  const facts = factsOf(request);
  const chars = choices.reduce(
    (sum, { text, calls }) => sum + (text?.length ?? 0) + JSON.stringify(calls).length - 2,
    0,
  );
  const prompt_tokens = Math.ceil((facts.textChars + facts.toolChars) / CHARS_PER_TOKEN) + 4 * facts.messages;
  const completion_tokens = Math.max(1, Math.ceil(chars / CHARS_PER_TOKEN));
  return {
    prompt_tokens,
    completion_tokens,
    total_tokens: prompt_tokens + completion_tokens,
    prompt_tokens_details: { cached_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: 0 },
  };
}

function textFor(request: NeutralRequest): string {
  const format = request.responseFormat;
  if (format.kind === "json-schema") return JSON.stringify(schemaValue(format.schema ?? {}));
  if (format.kind === "json-object") return JSON.stringify({ simulator: true, message: SIMULATOR_NOTICE });
  const facts = factsOf(request);
  const seen = [
    `${facts.messages} message${facts.messages === 1 ? "" : "s"}`,
    `${facts.textChars} characters of text`,
    ...(facts.images > 0 ? [`${facts.images} image${facts.images === 1 ? "" : "s"}`] : []),
    ...(facts.tools > 0 ? [`${facts.tools} tool${facts.tools === 1 ? "" : "s"}`] : []),
  ];
  return `${SIMULATOR_NOTICE} The request named the model ${request.model} and held ${seen.join(", ")}.`;
}

/** Calls the tools that the request offers, until their results are in the conversation. */
function simulateCalls(request: NeutralRequest, index: number): SimulatedCall[] {
  const last = request.messages.at(-1);
  const choice = request.source.body["tool_choice"];
  if (last?.role === "tool" || choice === "none") return [];
  const forced = nameOf(choice);
  const functions = request.tools.filter(
    (tool) => tool.kind === "function" && (forced === null || tool.name === forced),
  );
  const most = request.parallelTools === false ? 1 : PARALLEL_CALLS_MAX;
  return functions.slice(0, most).map((tool, place) => call(tool, `call_simulated_${index}_${place}`));
}

function call(tool: NeutralTool, id: string): SimulatedCall {
  return {
    id,
    name: tool.name ?? "",
    arguments: JSON.stringify(tool.parameters === null ? {} : schemaValue(tool.parameters)),
  };
}

function nameOf(choice: unknown): string | null {
  if (typeof choice !== "object" || choice === null) return null;
  const { function: called } = choice as { function?: { name?: string } };
  return called?.name ?? null;
}
