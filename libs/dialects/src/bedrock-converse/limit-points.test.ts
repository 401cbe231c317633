import { expect, test } from "vitest";
import { renderFor } from "../codecs.ts";
import { parseRequest } from "../openai-chat/parse-request.ts";

const mark = { cache_control: { type: "ephemeral" } };
const marked = (text: string): object => ({ type: "text", text, ...mark });

function pointsOf(marks: number): { after: string[]; losses: string[] } {
  const turns = Array.from({ length: marks - 2 }, (_, index) => {
    return { role: index % 2 === 0 ? "user" : "assistant", content: [marked(`turn ${index}`)] };
  });
  const tools = [{ type: "function", function: { name: "look", parameters: { type: "object" } }, ...mark }];
  const asked = { model: "auto", tools, messages: [{ role: "system", content: [marked("system")] }, ...turns] };
  const { body, losses } = renderFor("bedrock-converse", parseRequest(asked), {
    model: "anthropic.claude-sonnet-4-5-20250929-v1:0",
    maxOutputTokens: null,
  });
  const { toolConfig, system, messages } = body as {
    toolConfig: { tools: object[] };
    system: object[];
    messages: { content: object[] }[];
  };
  const blocks = [...toolConfig.tools, ...system, ...messages.flatMap(({ content }) => content)];
  const after = blocks.flatMap((block, index) => {
    const before: { text?: string } | undefined = blocks[index - 1];
    return "cachePoint" in block ? [before?.text ?? "tools"] : [];
  });
  return { after, losses: losses.map(({ path, what, why }) => `${path} ${what} ${why}`) };
}

test("four cache points are all kept", () => {
  expect(pointsOf(4)).toEqual({ after: ["tools", "system", "turn 0", "turn 1"], losses: [] });
});

test("of more the first and the last three are kept, and the loss is named", () => {
  const losses = ["messages cache-mark out-of-range"];
  expect(pointsOf(7)).toEqual({ after: ["tools", "turn 2", "turn 3", "turn 4"], losses });
});
