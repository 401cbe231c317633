/**
 * What is asked of a target: a whole answer, a streamed one, or a whole one that the cache is asked for and never has
 * (a seed makes it deterministic, its text makes it new).
 */
export const SCENARIOS = ["whole", "stream", "lookup"] as const;
export type Scenario = (typeof SCENARIOS)[number];

const SYSTEM = "You are the assistant of a railway museum. Answer in at most three sentences, and name your source.";
const QUESTION =
  "A visitor stands before the lever frame of 1898 and asks why the signalman could not clear two conflicting routes " +
  "at once. Explain the locking bars in words that a child of ten understands, and say where in the hall they are.";

/** The request's body; `unique` sets requests apart where the scenario wants it. */
export function requestBody(scenario: Scenario, unique = ""): string {
  return JSON.stringify({
    model: "auto",
    messages: [
      { role: "system", content: SYSTEM },
      { role: "user", content: scenario === "lookup" ? `${QUESTION} (${unique})` : QUESTION },
    ],
    ...(scenario === "lookup" ? { temperature: 0, seed: 7 } : {}),
    ...(scenario === "stream" ? { stream: true } : {}),
  });
}

/** Whether an answer is complete and of the kind that was asked for. */
export function isComplete(scenario: Scenario, body: string): boolean {
  if (scenario === "stream") return body.trimEnd().endsWith("data: [DONE]") && body.includes('"finish_reason":"stop"');
  return body.includes('"chat.completion"') && body.includes('"finish_reason":"stop"');
}
