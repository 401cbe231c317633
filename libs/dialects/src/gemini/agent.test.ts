import { WIRES } from "@signalbox/proto";
import { describe, expect, test } from "vitest";
import { egressOf, ingressOf, renderFor } from "../codecs.ts";
import { factsOf } from "../neutral/facts.ts";
import type { NeutralRequest } from "../neutral/request.ts";
import { agentRequest, SIGNATURE } from "./agent.test-kit.ts";

const parsed = (): NeutralRequest => {
  const body = JSON.parse(JSON.stringify(agentRequest())) as object;
  return ingressOf("gemini").parseRequest(body, { model: "auto", stream: true, sse: true });
};
const wires = WIRES.filter((wire) => {
  try {
    return egressOf(wire) !== undefined;
  } catch {
    return false;
  }
});

describe("B8 a coding agent's session in this dialect", () => {
  test("is read whole", () => {
    const { messages, tools, source } = parsed();
    expect(tools).toHaveLength(41);
    expect(messages.filter(({ role }) => role === "tool")).toHaveLength(60);
    expect(source.body).toEqual(agentRequest());
  });

  test("B9 goes back to its own wire byte for byte, signatures included", () => {
    const { body, losses } = renderFor("gemini", parsed(), { model: "gemini-3-pro", maxOutputTokens: null });
    expect(JSON.stringify(body)).toBe(JSON.stringify(agentRequest()));
    expect(losses).toEqual([]);
  });

  test.each(wires.filter((wire) => wire !== "gemini"))(
    "reaches %s with its texts, tools and results, and what is lost has a name",
    (wire) => {
      const { body, losses } = renderFor(wire, parsed(), { model: "some-model", maxOutputTokens: 32_000 });
      const text = JSON.stringify(body);
      for (const words of ["You are an agent", "Read file 7", "contents of file 29", "tool_40"]) {
        expect(text).toContain(words);
      }
      const lost = losses.map(({ what }) => what);
      expect(lost).toEqual(expect.arrayContaining(["googleSearch", "safetySettings"]));
      // OpenAI's Chat has a place for the signature, which a router behind it may know; nobody else is sent it.
      const isCarried = text.includes(`"thought_signature":"${SIGNATURE}0=="`);
      expect(text.includes(SIGNATURE)).toBe(isCarried);
      expect(losses.some(({ path, why }) => /parts\[\d+\]\.state$/.test(path) && why === "foreign")).toBe(!isCarried);
    },
  );
});

test.each(["skip_thought_signature_validator", "context_engineering_is_the_way_to_go"])(
  "B9 %s, which agents write in place of a signature, binds a session to nobody",
  (thoughtSignature) => {
    const contents = [
      { role: "user", parts: [{ text: "Read." }] },
      { role: "model", parts: [{ functionCall: { id: "a", name: "read", args: {} }, thoughtSignature }] },
      { role: "user", parts: [{ functionResponse: { id: "a", name: "read", response: { output: "x" } } }] },
    ];
    const request = ingressOf("gemini").parseRequest({ contents }, { model: "auto", stream: true });
    expect(factsOf(request).signedState).toBeUndefined();
    const own = egressOf("gemini").renderRequest(request, { model: "m", maxOutputTokens: null });
    expect(own.body["contents"]).toEqual(contents);
  },
);
