import { formOf, readsState, type StateKind, STATE_KINDS, type WireName, WIRES } from "@signalbox/proto";
import { describe, expect, test } from "vitest";
import { egressOf, renderFor } from "./codecs.ts";
import type { NeutralRequest } from "./neutral/request.ts";
import { parseRequest } from "./openai-chat/parse-request.ts";
import { quirksOfHost } from "./openai-chat/host-quirks.ts";

const plain = parseRequest({ model: "auto", messages: [{ role: "user", content: "Hello" }] });
const VALUE = "c2lnbmVk";

/** A conversation of a caller of no provider's form, in which `wire` has sealed the reasoning. */
function sealedBy(wire: WireName, kind: StateKind): NeutralRequest {
  const state = { wire, kind, value: VALUE };
  const text = kind === "redacted" ? "" : "Hm";
  const said = {
    role: "assistant",
    parts: [
      { kind: "reasoning", text, state },
      { kind: "text", text: "Yes." },
    ],
  } as const;
  const asked = { role: "user", parts: [{ kind: "text", text: "Why?" }] } as const;
  return { ...plain, source: { dialect: "openai-completions", body: {} }, messages: [asked, said, asked] };
}

const KINDS: Partial<Record<WireName, readonly StateKind[]>> = {
  "anthropic-messages": ["signature", "redacted"],
  gemini: ["signature"],
  "openai-responses": ["encrypted"],
  "bedrock-converse": ["signature", "redacted"],
};
const MODELS = ["anthropic/claude-x", "openai/gpt-x", "us.anthropic.claude-x-v1:0", "amazon.nova-pro"];
const PROVIDERS = ["openrouter", "litellm", "acme"];

const CELLS = Object.entries(KINDS).flatMap(([wire, kinds]) => kinds.map((kind) => [wire as WireName, kind] as const));

describe.each(CELLS)("B9 what %s sealed as %s", (wire, kind) => {
  test("reaches an endpoint byte for byte where decisions say that it reads it, and no other endpoint", () => {
    for (const dialect of WIRES) {
      for (const model of MODELS) {
        for (const provider of PROVIDERS) {
          if (provider !== "acme" && dialect !== "openai-chat") continue;
          const quirks = quirksOfHost("example.org", provider);
          const { body, losses } = renderFor(dialect, sealedBy(wire, kind), { model, maxOutputTokens: 100, quirks });
          const arrives = JSON.stringify(body).includes(VALUE);
          // OpenRouter is sent all of it, and hands on what it can.
          const isHandedOn = provider === "openrouter" && arrives;
          const reads = readsState({ provider, dialect, model }, { wire, kinds: [kind] });
          expect([dialect, model, provider, arrives]).toEqual([dialect, model, provider, reads || isHandedOn]);
          expect(losses.some(({ path, why }) => path.endsWith(".state") && why === "foreign")).toBe(!arrives);
        }
      }
    }
  });
});

test("decisions know the form of each wire's bodies", () => {
  expect(WIRES.map((wire) => [wire, formOf(wire)])).toEqual(WIRES.map((wire) => [wire, egressOf(wire).form]));
});

test("all kinds of state are looked at", () => {
  expect([...new Set(CELLS.map(([, kind]) => kind))].toSorted()).toEqual([...STATE_KINDS].toSorted());
});
