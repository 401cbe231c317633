import { hash } from "node:crypto";
import { isObject } from "../check/check-value.ts";
import { invalid, missing, notOneOf } from "../check/invalid.ts";
import { NO_LOSSES } from "../neutral/loss.ts";
import { type FormPart, parseMultipart } from "./multipart/parse-multipart.ts";
import { renderMultipart } from "./multipart/render-multipart.ts";
import { noAnswer, notSpoken } from "./not-spoken.ts";
import { OPENAI_FORM } from "./openai-form.ts";
import { ownAnswer } from "./openai-wire.ts";
import type { OperationAnswer, OperationCall, OperationEnvelope, ReadOperationOptions } from "./operation-call.ts";

const FORMATS = ["json", "text", "srt", "verbose_json", "vtt", "diarized_json"];
/** What is asked for as a text and comes as one. */
const TEXTS = new Set(["text", "srt", "vtt"]);
const FIELD_MAX_BYTES = 64 * 1024;
const MODEL_MAX_CHARS = 256;

/**
 * Reads the form of `POST /v1/audio/transcriptions` (https://platform.openai.com/docs/api-reference/audio/createTranscription). Its
 * parts travel on as they came, but for the model's name.
 */
export function openTranscriptions(form: Buffer, { contentType = "" }: OperationEnvelope): OperationCall {
  const parts = parseMultipart(form, contentType);
  const files = parts.filter(({ name }) => name === "file");
  if (files.length !== 1) throw missing("file");
  const model = fieldOf(parts, "model") ?? "";
  if (model === "" || model.length > MODEL_MAX_CHARS) throw missing("model");
  const format = fieldOf(parts, "response_format") ?? "json";
  if (!FORMATS.includes(format)) throw notOneOf("response_format", FORMATS);
  const prompt = fieldOf(parts, "prompt") ?? "";
  return {
    shape: { model, textChars: prompt.length, stream: fieldOf(parts, "stream") === "true", audios: 1 },
    text: prompt,
    user: null,
    canonical: { parts: parts.map(canonicalPart) },
    cacheFields: null,
    isMeasurable: false,
    takesText: TEXTS.has(format),
    renderFor: (wire, upstreamModel) => {
      if (!OPENAI_FORM.includes(wire) && wire !== "mistral") throw notSpoken("transcriptions", wire);
      const named = parts.map((part) => (part.name === "model" ? { ...part, body: Buffer.from(upstreamModel) } : part));
      return {
        path: "/audio/transcriptions",
        headers: { accept: "*/*" },
        ...renderMultipart(named),
        losses: NO_LOSSES,
      };
    },
    readAnswer: (_wire, answer, options) => readTranscription(answer, options),
  };
}

function readTranscription(answer: unknown, options: ReadOperationOptions): OperationAnswer {
  if (typeof answer === "string") return { body: answer, usage: null, outputChars: answer.length };
  const read = ownAnswer("transcriptions", answer, options);
  const text = isObject(read.body) ? read.body["text"] : undefined;
  if (typeof text !== "string") throw noAnswer("transcriptions", options.provider);
  return { ...read, outputChars: text.length };
}

function fieldOf(parts: readonly FormPart[], name: string): string | null {
  const found = parts.find((part) => part.name === name && part.filename === null);
  if (found === undefined) return null;
  if (found.body.length > FIELD_MAX_BYTES) throw invalid(name, `Invalid '${name}': it is too long.`);
  return found.body.toString("utf8");
}

/** A recording stands in it as its digest: the boundary, which differs each time, does not. */
function canonicalPart({ name, filename, contentType, body }: FormPart): object {
  return { name, filename, contentType, bytes: hash("sha256", body, "hex") };
}
