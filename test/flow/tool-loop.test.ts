import { WIRES, type WireName } from "@signalbox/proto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ReceivedRequest, Script } from "../kit/upstream.ts";
import { type Answer, OUTPUT_TOKENS, TOOL } from "./matrix/cases.ts";
import { aiSdkClients, unconfiguredAiSdk } from "./matrix/loops/ai-sdk.ts";
import { langchainClients } from "./matrix/loops/langchain.ts";
import type { LoopClient } from "./matrix/loops/loop-client.ts";
import { type MatrixLine, modelAt, startMatrixLine } from "./matrix/matrix-line.ts";
import { toolExchangesOf } from "./matrix/tool-exchanges.ts";
import { SIGNATURE } from "./matrix/wires/wire-fake.ts";
import { WIRE_FAKES } from "./matrix/wires/wires.ts";

const PROMPT = "Where is it warmest: Paris, Rome or Oslo?";
const CITIES = ["Paris", "Rome", "Oslo"];
const weatherIn = (city: string): string => `${city.length} degrees in ${city}`;
const callOf = (city: string, at: number): NonNullable<Answer["calls"]>[number] => {
  return { id: `call_00000000${at}`, name: TOOL.name, arguments: { city } };
};

/** By how many results the provider has been told. */
const TURNS: Readonly<Record<number, Answer>> = {
  0: { reasoning: "One by one.", text: "I look.", calls: [callOf("Paris", 1)] },
  1: { calls: [callOf("Rome", 2), callOf("Oslo", 3)] },
  3: { text: "Paris, by a degree 🌡️." },
};

let rig: MatrixLine;
beforeAll(async () => {
  rig = await startMatrixLine();
});
afterAll(() => rig[Symbol.asyncDispose]());

const FRAMEWORKS = { "the AI SDK": aiSdkClients, "LangChain.js": langchainClients } as const;
const namesOf = (framework: keyof typeof FRAMEWORKS): string[] =>
  FRAMEWORKS[framework]({ baseUrl: "http://localhost", apiKey: "none" }).map(({ name }) => name);

describe.each(Object.keys(FRAMEWORKS) as (keyof typeof FRAMEWORKS)[])("B7 B9 %s", (framework) => {
  describe.each(namesOf(framework))("with %s", (name) => {
    test.each(WIRES)(
      "runs a loop of three turns and parallel calls, streamed, before a provider of %s",
      async (wire) => {
        const { upstream, line } = rig;
        upstream.always((request) => scriptOf(request, wire));
        const before = upstream.received.length;
        const client = FRAMEWORKS[framework](line).find((each) => each.name === name) as LoopClient;
        expect(await client.run(modelAt(wire), { prompt: PROMPT, weatherIn })).toEqual({
          text: TURNS[3]!.text,
          turns: 3,
          calls: CITIES.map((city) => ({ name: TOOL.name, arguments: { city } })),
          outputTokens: 3 * (OUTPUT_TOKENS + recounted(name, wire)),
        });
        expectSeen(upstream.received.slice(before), wire);
        // What a provider has signed goes back to it as it was, through dialects that have another place for it too.
        expect(upstream.received[before + 1]!.text.includes(SIGNATURE)).toBe(client.keeps.includes(wire));
      },
    );
  });
});

test("the AI SDK as it comes is told what to set before a provider that has kept nothing for it", async () => {
  const { upstream, line } = rig;
  upstream.always((request) => scriptOf(request, "anthropic-messages"));
  const asking = unconfiguredAiSdk(line).run(modelAt("anthropic-messages"), { prompt: PROMPT, weatherIn });
  await expect(asking).rejects.toThrow(/`providerOptions: { openai: { store: false } }`/);
  upstream.always((request) => scriptOf(request, "openai-responses"));
  const before = upstream.received.length;
  const read = await unconfiguredAiSdk(line).run(modelAt("openai-responses"), { prompt: PROMPT, weatherIn });
  expect(read).toMatchObject({ text: TURNS[3]!.text, turns: 3 });
  expect(upstream.received[before + 1]!.body["input"]).toContainEqual(
    expect.objectContaining({ type: "item_reference" }),
  );
});

/** LangChain adds the count at a message's start to the one at its end, of which it is a part. */
function recounted(name: string, wire: WireName): number {
  return name === "@langchain/anthropic" && wire === "anthropic-messages" ? 1 : 0;
}

function scriptOf(request: ReceivedRequest, wire: WireName): Script {
  const fake = WIRE_FAKES[wire];
  const { results } = fake.seen(request);
  const answer = TURNS[results.length];
  if (answer === undefined) throw new Error(`no turn after ${results.length} results`);
  return fake.streamed(answer);
}

/** Every turn reached the provider as a stream in its own words, with each result at its call. */
function expectSeen(requests: readonly ReceivedRequest[], wire: WireName): void {
  expect(requests).toHaveLength(3);
  for (const [turn, told] of [0, 1, 3].entries()) {
    const request = requests[turn]!;
    expect(request.path.startsWith(`/${wire}/`)).toBe(true);
    const seen = WIRE_FAKES[wire].seen(request);
    expect(seen.stream).toBe(true);
    expect(seen.tools).toEqual([TOOL.name]);
    expect(seen.texts).toContain(PROMPT);
    expect(seen.texts.includes(TURNS[0]!.text!)).toBe(turn > 0);
    expect(toolExchangesOf(wire, request.body)).toEqual(
      CITIES.slice(0, told).map((city) => ({
        name: TOOL.name,
        arguments: { city },
        result: expect.stringContaining(weatherIn(city)) as string,
      })),
    );
  }
}
