import { SignalboxError } from "@signalbox/proto";
import { isObject, object, optionalString, string } from "../check/check-value.ts";
import { invalid, missing } from "../check/invalid.ts";
import { type NeutralRequest, NO_SERVICE } from "../neutral/request.ts";
import type { JsonObject, RequestEnvelope } from "../neutral/source.ts";
import { withinDepth } from "./depth.ts";
import { parseGenerationConfig } from "./generation-config.ts";
import { parseMessages } from "./parse-contents.ts";
import { parseTools, parseToolChoice } from "./parse-tools.ts";
import { camelBody } from "./proto-names.ts";

const MODEL_MAX_CHARS = 256;
const LABELS_MAX = 64;

/**
 * Reads the body of `:generateContent` and `:streamGenerateContent` (https://ai.google.dev/api/generate-content); the model and the
 * streaming stand in the path, and so in the envelope. Strict for what the format defines; fields that it does not define are accepted
 * and kept in `source.body`, in which the names that the format knows are in camel case, however the caller wrote them.
 * Throws `invalid-request` with `details.param` set to the path of the field at fault, e.g. `contents[0].parts[1].text`.
 */
export function parseRequest(value: unknown, envelope?: RequestEnvelope): NeutralRequest {
  if (!isObject(value)) throw new SignalboxError("invalid-request", "Invalid request body: expected a JSON object.");
  return withinDepth(() => readBody(camelBody(value), envelope), tooDeep);
}

function tooDeep(): SignalboxError {
  return new SignalboxError("invalid-request", "Invalid request body: it is nested too deeply.");
}

function readBody(body: JsonObject, envelope: RequestEnvelope | undefined): NeutralRequest {
  const tools = parseTools(body["tools"]);
  return {
    source: { dialect: "gemini", body, ...(envelope === undefined ? {} : { envelope }) },
    model: modelOf(envelope?.model ?? body["model"]),
    messages: parseMessages(body),
    tools,
    toolChoice: parseToolChoice(body["toolConfig"]),
    parallelTools: null,
    stream: envelope?.stream === true,
    includeUsage: true,
    ...parseGenerationConfig(body["generationConfig"]),
    verbosity: null,
    service: { ...NO_SERVICE, tier: optionalString(body["serviceTier"], "serviceTier") },
    user: null,
    metadata: labelsOf(body["labels"]),
  };
}

/** A model is named with or without its collection. */
function modelOf(value: unknown): string {
  if (value === undefined || value === null) throw missing("model");
  const model = string(value, "model").replace(/^models\//, "");
  if (model === "" || model.length > MODEL_MAX_CHARS) {
    throw invalid("model", `Invalid 'model': expected a name of 1 to ${MODEL_MAX_CHARS} characters.`);
  }
  return model;
}

function labelsOf(value: unknown): NeutralRequest["metadata"] {
  if (value === undefined || value === null) return null;
  const labels: JsonObject = object(value, "labels");
  const entries = Object.entries(labels);
  if (entries.length > LABELS_MAX) throw invalid("labels", `Invalid 'labels': expected at most ${LABELS_MAX} pairs.`);
  for (const [key, label] of entries) string(label, `labels.${key}`);
  return labels as Readonly<Record<string, string>>;
}
