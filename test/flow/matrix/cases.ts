/** What a client asks for; the same thing in each dialect's words. */
type Ask = "text" | "tools" | "tool-result" | "image" | "schema" | "reasoning";

/** What the provider answers; the same thing in each wire's words. */
export type Answer = {
  readonly text?: string;
  readonly calls?: readonly { readonly id: string; readonly name: string; readonly arguments: object }[];
  readonly reasoning?: string;
  /** The provider declines to answer. */
  readonly refused?: true;
};

export type MatrixCase = {
  readonly name: string;
  readonly stream: boolean;
  readonly ask: Ask;
  readonly answer: Answer;
  /** before: an HTTP error. within: an error after the stream's first content. */
  readonly fails?: "before" | "within";
};

/** What a client's SDK made of the answer. */
export type Read = {
  readonly text: string;
  readonly calls: readonly { readonly name: string; readonly arguments: unknown }[];
  readonly reasoning: string;
  readonly finish: "stop" | "tools" | "refused" | "other";
  readonly outputTokens: number;
};

/** A request as the provider got it, in no wire's words. */
export type Seen = {
  readonly texts: readonly string[];
  readonly tools: readonly string[];
  readonly results: readonly string[];
  /** The base64 of images. */
  readonly images: readonly string[];
  /** Names of the properties that the answer must have. */
  readonly schema: readonly string[];
  readonly stream: boolean;
};

const PARIS = { id: "call_000000001", name: "get_weather", arguments: { city: "Paris" } };
const ROME = { id: "call_000000002", name: "get_weather", arguments: { city: "Rome" } };

const ANSWERED: readonly Omit<MatrixCase, "stream">[] = [
  { name: "text", ask: "text", answer: { text: "Hello from afar 🚦" } },
  { name: "one tool", ask: "tools", answer: { calls: [PARIS] } },
  { name: "parallel tools", ask: "tools", answer: { calls: [PARIS, ROME] } },
  { name: "tool result turn", ask: "tool-result", answer: { text: "It is 18 degrees." } },
  { name: "image", ask: "image", answer: { text: "A red square." } },
  { name: "JSON schema", ask: "schema", answer: { text: '{"city":"Paris"}' } },
  { name: "reasoning", ask: "reasoning", answer: { reasoning: "Let me think.", text: "Four." } },
  { name: "refusal", ask: "text", answer: { refused: true } },
];

/** Every case, whole and streamed. */
export const CASES: readonly MatrixCase[] = [
  ...ANSWERED.flatMap((each) => [
    { ...each, stream: false },
    { ...each, name: `${each.name}, streamed`, stream: true },
  ]),
  { name: "error", ask: "text", answer: {}, stream: false, fails: "before" },
  { name: "error in stream", ask: "text", answer: { text: "Half an " }, stream: true, fails: "within" },
];

export const PROMPT = "What is the weather?";
export const RESULT = "18 degrees";
export const TOOL = {
  name: "get_weather",
  description: "The weather in a city.",
  parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
};
export const SCHEMA = {
  type: "object",
  properties: { city: { type: "string" } },
  required: ["city"],
  additionalProperties: false,
};
/** A PNG of one red pixel. */
export const PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4z8DwHwAFAAH/iZk9HQAAAABJRU5ErkJggg==";
export const OUTPUT_TOKENS = 12;
export const INPUT_TOKENS = 9;
