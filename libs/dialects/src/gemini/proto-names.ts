import { isObject } from "../check/check-value.ts";
import type { JsonObject } from "../neutral/source.ts";

/** The fields that callers may also write in snake case, because the API reads the JSON form of Protocol Buffers, which takes both. */
const NAMES = new Map(
  `systemInstruction generationConfig safetySettings toolConfig cachedContent serviceTier generateContentRequest
   inlineData fileData functionCall functionResponse executableCode codeExecutionResult thoughtSignature
   videoMetadata mediaResolution partMetadata toolCall toolResponse mimeType fileUri displayName willContinue
   partialArgs numTokens functionDeclarations googleSearch googleSearchRetrieval codeExecution urlContext
   computerUse fileSearch googleMaps enterpriseWebSearch parametersJsonSchema responseJsonSchema
   functionCallingConfig allowedFunctionNames streamFunctionCallArguments retrievalConfig candidateCount
   stopSequences maxOutputTokens topP topK responseMimeType responseSchema presencePenalty frequencyPenalty
   responseLogprobs responseModalities speechConfig thinkingConfig includeThoughts thinkingBudget thinkingLevel
   imageConfig audioTimestamp audioTranscriptionConfig enableEnhancedCivicAnswers modelConfig routingConfig
   continuationToken modelArmorConfig outputConfig includeServerSideToolInvocations mediaProcessing speechMetadata
   audioTranscription anyOf maxItems minItems maxLength minLength maxProperties
   minProperties propertyOrdering startOffset endOffset`
    .split(/\s+/)
    .map((name) => [name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), name]),
);

/** Fields that hold JSON of the caller's own, or of JSON Schema: nothing in them is a field of the API. */
const FREE = new Set(
  "args response parametersJsonSchema responseJsonSchema labels partMetadata example default".split(" "),
);

/** Lists of which the API also takes the one item as it stands, which Google's own examples use. */
const LISTS = new Set("contents parts tools functionDeclarations safetySettings".split(" "));

/** What is nested deeper is left as it stands. */
const DEPTH_MAX = 48;

/** A body with the fields that the API defines in camel case, and with lists where they are lists; all else is left as it is, and so is a body that needs no change. */
export function camelBody(body: JsonObject): JsonObject {
  return camelObject(body, 0);
}

function camelObject(value: JsonObject, depth: number): JsonObject {
  if (depth > DEPTH_MAX) return value;
  let changed = false;
  const fields: [string, unknown][] = [];
  for (const [field, inner] of Object.entries(value)) {
    const name = NAMES.get(field) ?? field;
    const read = readField(name, inner, depth + 1);
    changed ||= name !== field || read !== inner;
    fields.push([name, read]);
  }
  return changed ? Object.fromEntries(fields) : value;
}

function readField(name: string, value: unknown, depth: number): unknown {
  if (FREE.has(name)) return value;
  if (name === "properties") return camelValues(value, depth);
  const read = camelValue(value, depth);
  return LISTS.has(name) && isObject(read) ? [read] : read;
}

function camelValue(value: unknown, depth: number): unknown {
  if (isObject(value)) return camelObject(value, depth);
  if (!Array.isArray(value) || depth > DEPTH_MAX) return value;
  const list = value as readonly unknown[];
  const read = list.map((item) => camelValue(item, depth + 1));
  return read.some((item, index) => item !== list[index]) ? read : value;
}

/** The keys of `properties` are the caller's names. */
function camelValues(value: unknown, depth: number): unknown {
  if (!isObject(value) || depth > DEPTH_MAX) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, camelValue(inner, depth + 1)] as const);
  return entries.some(([key, inner]) => inner !== value[key]) ? Object.fromEntries(entries) : value;
}
