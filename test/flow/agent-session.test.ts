import { WIRES, type WireName } from "@signalbox/proto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ReceivedRequest } from "../kit/upstream.ts";
import type { Agent } from "./matrix/agents/agent.ts";
import { AGENTS } from "./matrix/agents/agents.ts";
import { CONVERSATION, signatureOf, SYSTEM, TASK, TOOLS_OFFERED } from "./matrix/agents/conversation.ts";
import { type Answer, OUTPUT_TOKENS } from "./matrix/cases.ts";
import { type MatrixLine, modelAt, startMatrixLine } from "./matrix/matrix-line.ts";
import { toolExchangesOf } from "./matrix/tool-exchanges.ts";
import { WIRE_FAKES } from "./matrix/wires/wires.ts";

const BODY_MIN_BYTES = 250_000;
/** The policy's own, for a request without one. */
const BOUND_TOKENS = 16_384;
const USES = [
  { name: "tool_1", arguments: { path: "/src/next.ts", lines: [1, 200] } },
  { name: "mcp__github__tool-20", arguments: { path: "“naïve” 🚦.md" } },
];
const ANSWER: Answer = {
  reasoning: "Two at once.",
  text: "I read on 🚦.",
  calls: USES.map((use, at) => ({ id: `call_00000009${at}`, ...use })),
};

let rig: MatrixLine;
beforeAll(async () => {
  rig = await startMatrixLine();
});
afterAll(() => rig[Symbol.asyncDispose]());

test.each(AGENTS.filter(isSigned))(
  "B9 a session of $name stays with who signed it when any may answer",
  async (agent) => {
    const { upstream, line } = rig;
    upstream.always((request) => WIRE_FAKES[wireOf(request)].streamed(ANSWER));
    const before = upstream.received.length;
    await agent.send(line, "auto");
    const [request] = upstream.received.slice(before);
    expect(wireOf(request!)).toBe(agent.dialect);
    expect(request!.text).toContain(signatureOf(0));
  },
);

describe.each(AGENTS)("B8 a session of $name", (agent) => {
  test.each(WIRES)("passes to a provider of %s, and its answer back", async (wire) => {
    const { upstream, line } = rig;
    upstream.always(WIRE_FAKES[wire].streamed(ANSWER));
    const before = upstream.received.length;
    expect(await agent.send(line, modelAt(wire))).toEqual({
      text: ANSWER.text,
      reasoning: ANSWER.reasoning,
      calls: USES,
      finish: "tools",
      outputTokens: OUTPUT_TOKENS,
    });
    expect(upstream.received).toHaveLength(before + 1);
    expectWhole(upstream.received[before]!, wire, agent);
  });

  test("B9 reaches a provider of its own dialect as it was, signatures and marks included", async () => {
    const { upstream, line } = rig;
    const wire = agent.dialect as WireName;
    upstream.always(WIRE_FAKES[wire].streamed(ANSWER));
    const before = upstream.received.length;
    await agent.send(line, modelAt(wire));
    const { body, headers } = upstream.received[before]!;
    expect(body).toEqual(agent.bodyFor("sound", BOUND_TOKENS));
    expect(headers).toMatchObject(agent.headers);
  });
});

function wireOf({ path }: ReceivedRequest): WireName {
  return WIRES.find((wire) => path.startsWith(`/${wire}/`))!;
}

/** Chat Completions has no field for it. */
function isSigned({ dialect }: Agent): boolean {
  return dialect !== "openai-chat";
}

/** Cohere takes no dash in a name. */
function nameAt(wire: WireName, name: string): unknown {
  if (wire !== "cohere-v2" || !name.includes("-")) return name;
  return expect.stringMatching(new RegExp(`^${name.replaceAll("-", "_")}_[0-9a-f]{16}$`));
}

function expectWhole(request: ReceivedRequest, wire: WireName, agent: Agent): void {
  const { body, text } = request;
  expect(text.length).toBeGreaterThan(BODY_MIN_BYTES);
  const seen = WIRE_FAKES[wire].seen(request);
  expect(seen.stream).toBe(true);
  expect(seen.tools.slice(0, TOOLS_OFFERED.length)).toEqual(TOOLS_OFFERED.map(({ name }) => nameAt(wire, name)));
  const grouped = agent.dialect === wire ? [] : (agent.grouped ?? []);
  expect(seen.tools).toEqual(expect.arrayContaining([...grouped]));
  expect(seen.texts).toEqual(expect.arrayContaining([TASK, ...CONVERSATION.map((turn) => turn.text)]));
  expect(text).toContain(JSON.stringify(SYSTEM).slice(1, -1));
  expect(toolExchangesOf(wire, body)).toEqual(
    CONVERSATION.flatMap(({ calls }) =>
      calls.map(({ name, path, result }) => ({
        name: nameAt(wire, name),
        arguments: { path },
        // A result is a text in some wires and JSON in others.
        result: expect.stringContaining(result.split("\n")[0]!) as string,
      })),
    ),
  );
  // What only its own provider can read goes to no other.
  expect(text.includes(signatureOf(0))).toBe(agent.dialect === wire && isSigned(agent));
}
