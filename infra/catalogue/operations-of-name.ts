import type { Modality, Operation } from "@signalbox/proto";

/** What names say of models that nobody described. The first that fits holds; a name that says nothing is taken to converse. */
const BY_NAME: readonly (readonly [RegExp, Operation])[] = [
  [/rerank/i, "rerank"],
  [/embed|(?:^|[-/])(?:bge|e5|gte)-/i, "embeddings"],
  [/whisper|transcribe|(?:^|[-/])asr(?:[-/]|$)/i, "transcriptions"],
  [/(?:^|[-/])tts(?:[-/]|$)/i, "speech"],
  [/moderation/i, "moderations"],
  [/dall-e|gpt-image|stable-diffusion/i, "images"],
];

export function operationsOfName(id: string): readonly Operation[] {
  return [BY_NAME.find(([pattern]) => pattern.test(id))?.[1] ?? "chat"];
}

/** What a model must be able to read to do this, where nobody described it. */
export function assumedInputs(operations: readonly Operation[]): readonly Modality[] {
  if (operations.includes("chat")) return ["image", "text"];
  return operations.includes("transcriptions") ? ["audio", "text"] : ["text"];
}
