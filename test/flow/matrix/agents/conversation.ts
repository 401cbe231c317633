/** What a coding agent has said and done so far, in no dialect's words. */
export type Turn = {
  readonly thought: string;
  readonly text: string;
  /** The second fails. */
  readonly calls: readonly [ToolUse, ToolUse];
};

export type ToolUse = { readonly id: string; readonly name: string; readonly path: string; readonly result: string };

const TURNS = 20;
const TOOLS = 40;

export const SYSTEM = `You are a coding agent.\n${"Follow the rules of the house. ".repeat(2_000)}`;
export const TASK = "Make the tests green.";

/** Names as the agents and their MCP servers choose them, with descriptions and schemas of the usual length. */
export const TOOLS_OFFERED = Array.from({ length: TOOLS }, (_, index) => ({
  name: index < TOOLS / 2 ? `tool_${index}` : `mcp__github__tool-${index}`,
  description: `Tool ${index}. ${"It does one thing, and says how it is to be asked. ".repeat(20)}`,
  schema: {
    type: "object",
    properties: {
      path: { type: "string", description: "Where." },
      lines: { type: "array", items: { type: "integer" } },
      mode: { type: "string", enum: ["read", "write"] },
    },
    required: ["path"],
    additionalProperties: false,
  },
}));

const FILE = "const answer: number = 42; // “naïve” 🚦\n".repeat(150);

export const CONVERSATION: readonly Turn[] = Array.from({ length: TURNS }, (_, turn) => ({
  thought: `I think about file ${turn}.`,
  text: `Reading file ${turn}.`,
  calls: [
    { id: `call_A${turn}`, name: "tool_0", path: `/src/${turn}.ts`, result: `File ${turn}:\n${FILE}` },
    { id: `call_B${turn}`, name: "mcp__github__tool-39", path: `/test/${turn}.ts`, result: `No such file: ${turn}.` },
  ],
}));

/** The state that a model signed its thoughts of a turn with: a few hundred bytes of base64. */
export function signatureOf(turn: number): string {
  return Buffer.from(`signed ${turn} `.repeat(30)).toString("base64");
}
