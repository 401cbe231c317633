import * as fc from "fast-check";
import { expect, test } from "vitest";
import { arbitraryPart } from "../neutral/arbitrary.test-kit.ts";
import type { NeutralMessage } from "../neutral/message.ts";
import type { NeutralPart } from "../neutral/part.ts";
import { parseRequest } from "./parse-request.ts";
import { NEW, OLD, render } from "./request.test-kit.ts";

const filled = (part: NeutralPart): boolean => !("text" in part) || part.kind !== "text" || part.text.trim() !== "";
const parts = fc.array(arbitraryPart.filter(filled), { minLength: 1, maxLength: 4 });
const text = fc
  .string({ minLength: 1, maxLength: 8 })
  .map((said): NeutralPart => ({ kind: "text", text: `a${said}b` }));

const conversation: fc.Arbitrary<NeutralMessage[]> = fc
  .array(fc.tuple(text, parts), { minLength: 1, maxLength: 4 })
  .map((turns) => [
    ...turns.flatMap(([asked, answered]): NeutralMessage[] => [
      { role: "user", parts: [asked] },
      { role: "assistant", parts: answered },
      ...answered.flatMap((part): NeutralMessage[] => {
        return part.kind === "tool-call"
          ? [{ role: "tool", callId: part.id, parts: [{ kind: "text", text: "done" }] }]
          : [];
      }),
    ]),
    { role: "user", parts: [{ kind: "text", text: "Go on." }] },
  ]);

/** What was said, in order and in no message in particular, without what only another wire can read. */
function saidIn(messages: readonly NeutralMessage[]): unknown[] {
  return messages.flatMap((message): unknown[] => {
    if (message.role === "tool") return [`result ${message.callId}`];
    return message.parts.flatMap((part): unknown[] => {
      if (part.kind === "text") return [part.text];
      if (part.kind === "tool-call") return [`call ${part.id}`];
      const isOwn = part.kind === "reasoning" && part.state?.wire === "anthropic-messages";
      return isOwn ? [part.state] : [];
    });
  });
}

test.each([NEW, OLD])("B8 a conversation of another form comes to %s whole, but for what the losses name", (model) => {
  fc.assert(
    fc.property(conversation, (messages) => {
      const { body, lost } = render({ messages }, model);
      const read = parseRequest(body).messages;
      const added = lost.some((loss) => loss.includes("first-turn")) ? 1 : 0;
      expect(saidIn(read).slice(added)).toEqual(saidIn(messages));
      const roles = (body["messages"] as { role: string }[]).map(({ role }) => role);
      expect(roles).toEqual(roles.map((_, index) => (index % 2 === 0 ? "user" : "assistant")));
      for (const [index, { parts: all }] of messages.entries()) {
        for (const [at, part] of all.entries()) {
          if (part.kind !== "image" && part.kind !== "other") continue;
          expect(lost.some((loss) => loss.startsWith(`messages[${index}].parts[${at}] `))).toBe(true);
        }
      }
    }),
  );
});
