export const SIGNATURE = "EsgDCsUDAb4+9vtTHOUGHTSIGNATURE";

/** A request of the size and the shape that a coding agent sends: a long system text, dozens of tools, many turns, signed calls. */
export function agentRequest(): Record<string, unknown> {
  const turns = Array.from({ length: 30 }, (_, turn) => [
    {
      role: "model",
      parts: [
        { text: `I think about file ${turn}.`, thought: true },
        { text: `Read file ${turn}` },
        {
          functionCall: { id: `call-${turn}-a`, name: "tool_0", args: { path: `/src/${turn}.ts`, lines: [1, 200] } },
          thoughtSignature: `${SIGNATURE}${turn}==`,
        },
        { functionCall: { id: `call-${turn}-b`, name: "tool_1", args: {} } },
      ],
    },
    {
      role: "user",
      parts: [
        {
          functionResponse: {
            id: `call-${turn}-a`,
            name: "tool_0",
            response: { output: `contents of file ${turn}: ${"const x = 1;\n".repeat(200)}` },
          },
        },
        { functionResponse: { id: `call-${turn}-b`, name: "tool_1", response: { error: "not found" } } },
      ],
    },
  ]);
  return {
    contents: [{ role: "user", parts: [{ text: "Fix the tests." }] }, ...turns.flat()],
    systemInstruction: { role: "user", parts: [{ text: `You are an agent.\n${"Follow the rules.\n".repeat(2000)}` }] },
    tools: [
      { functionDeclarations: Array.from({ length: 40 }, (_, index) => declaration(index)) },
      { googleSearch: {} },
    ],
    generationConfig: { temperature: 1, topP: 0.95, thinkingConfig: { includeThoughts: true, thinkingBudget: 8192 } },
    safetySettings: [{ category: "HARM_CATEGORY_HATE_SPEECH", threshold: "BLOCK_NONE" }],
  };
}

function declaration(index: number): object {
  const properties = {
    path: { type: "string", description: "Where." },
    lines: { type: "array", items: { type: "integer" } },
  };
  return {
    name: index === 39 ? "tool_40" : `tool_${index}`,
    description: `Tool ${index}. ${"It does one thing. ".repeat(40)}`,
    parametersJsonSchema: { type: "object", properties, required: index === 0 ? ["path"] : [] },
  };
}
