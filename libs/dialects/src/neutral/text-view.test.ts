import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseRequest } from "../openai-chat/parse-request.ts";
import { textViewOf, type TextView } from "./text-view.ts";

const view = (messages: { role: string; content: unknown }[], maxBytes: number): TextView => {
  return textViewOf(parseRequest({ model: "auto", messages }), maxBytes);
};
const bytes = (text: string): number => new TextEncoder().encode(text).length;

describe("the text view", () => {
  test("holds system text, the last user text and the user text before it", () => {
    const messages = [
      { role: "system", content: "Be brief." },
      { role: "user", content: "One" },
      { role: "assistant", content: "Uno" },
      { role: "user", content: "Two" },
      { role: "developer", content: "Be kind." },
      {
        role: "user",
        content: [
          { type: "text", text: "Three" },
          { type: "text", text: "now" },
        ],
      },
    ];
    expect(view(messages, 65_536)).toEqual({
      system: "Be brief.\n\nBe kind.",
      conversation: "One\n\nTwo",
      lastUser: "Three\nnow",
      truncated: false,
    });
  });

  test("keeps the newest text and the start of the system text when it must cut", () => {
    const messages = [
      { role: "system", content: "S".repeat(100) },
      { role: "user", content: `${"a".repeat(90)}${"b".repeat(10)}` },
      { role: "user", content: "last" },
    ];
    expect(view(messages, 40)).toEqual({
      system: "S".repeat(10),
      conversation: "a".repeat(16) + "b".repeat(10),
      lastUser: "last",
      truncated: true,
    });
  });

  test("never passes its limit and never cuts a character in two", () => {
    const text = fc
      .array(fc.constantFrom("a", "ü", "線", "🚦"), { minLength: 1, maxLength: 60 })
      .map((all) => all.join(""));
    fc.assert(
      fc.property(fc.tuple(text, text, text), fc.nat(200), ([system, before, last], maxBytes) => {
        const found = view(
          [
            { role: "system", content: system },
            { role: "user", content: before },
            { role: "user", content: last },
          ],
          maxBytes,
        );
        const all = [found.system, found.conversation, found.lastUser];
        const whole = bytes(system) + bytes(before) + bytes(last) <= maxBytes;
        expect(bytes(all.join(""))).toBeLessThanOrEqual(maxBytes);
        expect(all.every((each) => each.isWellFormed())).toBe(true);
        expect([
          system.startsWith(found.system),
          before.endsWith(found.conversation),
          last.endsWith(found.lastUser),
        ]).toEqual([true, true, true]);
        expect(found.truncated).toBe(!whole);
      }),
    );
  });
});
