import type { RequestShape } from "../neutral/facts.ts";

/** What differs between requests for the operations beside chat. */
export type OperationShape = Pick<RequestShape, "model" | "textChars"> &
  Partial<Pick<RequestShape, "stream" | "choices" | "maxOutputTokens" | "images" | "audios">>;

/** The whole of what is recorded of such a request's body. Nothing is generated in tokens unless the shape says so. */
export function factsOfOperation(shape: OperationShape): RequestShape {
  return {
    stream: false,
    choices: 1,
    maxOutputTokens: 0,
    images: 0,
    audios: 0,
    ...shape,
    messages: 0,
    toolChars: 0,
    files: 0,
    tools: 0,
    toolTurns: false,
    parallelTools: false,
    responseFormat: "text",
    logprobs: false,
    seed: false,
    reasoningEffort: null,
    temperatureMicro: null,
  };
}
