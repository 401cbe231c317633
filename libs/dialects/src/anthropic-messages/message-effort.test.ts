import { expect, test } from "vitest";
import { renderFor } from "../codecs.ts";
import { unread } from "./known-fields.ts";
import { parseRequest } from "./parse-request.ts";

const user = (content: unknown): object => ({ role: "user", content });
const answer = { role: "assistant", content: "One." };
const called = { role: "assistant", content: [{ type: "tool_use", id: "a", name: "f", input: {} }] };
const result = user([{ type: "tool_result", tool_use_id: "a", content: "x" }]);
const effort = (level: unknown, content?: unknown): object => ({
  role: "system",
  ...(content === undefined ? {} : { content }),
  output_config: { effort: level },
});
const read = (...messages: object[]): ReturnType<typeof parseRequest> =>
  parseRequest({ model: "auto", max_tokens: 100, messages, output_config: { effort: "high" } });

test.each<[string, string, object[]]>([
  ["before the user's turn", "low", [user("1"), answer, effort("low"), user("2")]],
  ["behind the user's turn", "low", [user("1"), answer, user("2"), effort("low")]],
  ["of a turn before, which goes on", "low", [user("1"), effort("low"), answer, user("2")]],
  ["changed once more", "max", [user("1"), effort("low"), answer, effort("max"), user("2")]],
  ["in the midst of a turn", "high", [user("1"), called, effort("low"), result]],
  ["behind results alone", "high", [user("1"), called, result, effort("low")]],
  ["in words of the system's", "low", [user("1"), answer, effort("low", "Be quick."), user("2")]],
  ["an empty one", "high", [user("1"), answer, { role: "system", content: "x", output_config: {} }, user("2")]],
])("the effort that a message asks for, %s, is %s", (_, level, messages) => {
  const request = read(...messages);
  expect(request.reasoning).toMatchObject({ effort: level });
  expect(request.reasoningEffort).toBe(level);
});

test.each([[undefined], [null], [[]]])(
  "B8 a message of the effort alone, with %j, says nothing to anybody",
  (content) => {
    const silent = { role: "system", content, output_config: { effort: "low" } };
    const request = read(user("1"), answer, silent, user("2"));
    expect(request.messages.map(({ role }) => role)).toEqual(["user", "assistant", "user"]);
    expect(unread(request)).toEqual([]);
    const options = { model: "m", maxOutputTokens: null };
    const own = renderFor("anthropic-messages", request, options);
    expect(own.body["messages"]).toEqual([user("1"), answer, silent, user("2")]);
    const { body, losses } = renderFor("openai-chat", request, options);
    expect(body).toMatchObject({ reasoning_effort: "low", messages: [{}, {}, { role: "user" }] });
    expect(losses).toEqual([]);
  },
);

test("one that asks for nothing and says nothing is refused, and so is an effort that there is none of", () => {
  expect(() => read(user("1"), { role: "system", output_config: {} })).toThrow("messages[1].content");
  expect(() => read(user("1"), effort("enormous", []))).toThrow("messages[1].output_config.effort");
});
