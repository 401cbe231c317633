import { json } from "../../../kit/upstream.ts";
import { type Answer, INPUT_TOKENS, OUTPUT_TOKENS } from "../cases.ts";
import { membersOf, SIGNATURE, sse, type WireFake } from "./wire-fake.ts";

const USAGE = {
  usageMetadata: {
    promptTokenCount: INPUT_TOKENS,
    candidatesTokenCount: OUTPUT_TOKENS,
    totalTokenCount: INPUT_TOKENS + OUTPUT_TOKENS,
  },
};

function partsOf({ text, calls = [], reasoning }: Answer): object[] {
  const signed = reasoning === undefined ? {} : { thoughtSignature: SIGNATURE };
  return [
    ...(reasoning === undefined ? [] : [{ text: reasoning, thought: true }]),
    ...(text === undefined ? [] : [{ text }]),
    // Of calls in parallel the first is signed.
    ...calls.map(({ name, arguments: args }, at) => ({ functionCall: { name, args }, ...(at === 0 ? signed : {}) })),
  ];
}

/** Each answer of a conversation has an id of its own. */
function headOf({ calls }: Answer): object {
  return { modelVersion: "m", responseId: `resp-${calls?.[0]?.id ?? "up"}` };
}

function candidate(parts: readonly object[], finish: string | null): object {
  const content = { role: "model", parts };
  return { candidates: [{ index: 0, content, ...(finish === null ? {} : { finishReason: finish }) }] };
}

const finishOf = ({ refused }: Answer): string => (refused ? "SAFETY" : "STOP");

export const geminiFake: WireFake = {
  whole: (answer) => json(200, { ...headOf(answer), ...candidate(partsOf(answer), finishOf(answer)), ...USAGE }),
  streamed(answer) {
    const head = headOf(answer);
    const pieces = partsOf(answer).map((part) => ({ ...head, ...candidate([part], null) }));
    return { steps: sse([...pieces, { ...head, ...candidate([], finishOf(answer)), ...USAGE }]) };
  },
  failure: () => json(429, { error: { code: 429, message: "slow down", status: "RESOURCE_EXHAUSTED" } }),
  brokenStream: (answer) => ({
    steps: sse([
      { ...headOf(answer), ...candidate([{ text: answer.text }], null) },
      { error: { code: 503, message: "overloaded", status: "UNAVAILABLE" } },
    ]),
  }),
  seen({ path, body }) {
    const stream = path.includes(":streamGenerateContent");
    if (!/\/models\/[\w-]+:(?:streamG|g)enerateContent/.test(path) || !Array.isArray(body["contents"])) {
      throw new Error(`not gemini: ${path}`);
    }
    const parts = (body["contents"] as { parts: Record<string, unknown>[] }[]).flatMap((content) => content.parts);
    const config = body["generationConfig"] ?? {};
    return {
      texts: parts.flatMap(({ text }) => (text === undefined ? [] : [text as string])),
      tools: membersOf(body["tools"], "functionDeclarations").flatMap((each) => membersOf(each, "name") as string[]),
      results: parts.flatMap(({ functionResponse }) =>
        functionResponse === undefined ? [] : [JSON.stringify(functionResponse)],
      ),
      images: parts.flatMap(({ inlineData }) => membersOf(inlineData, "data") as string[]),
      schema: Object.keys(membersOf(config, "properties")[0] ?? {}),
      stream,
    };
  },
};
