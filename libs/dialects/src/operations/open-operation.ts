import { type PlainOperation, SignalboxError } from "@signalbox/proto";
import { openGeminiEmbeddings } from "./embeddings/gemini-caller.ts";
import { openEmbeddings } from "./embeddings/open-embeddings.ts";
import { openModerations } from "./moderations/open-moderations.ts";
import { openImages } from "./open-images.ts";
import { openSpeech } from "./open-speech.ts";
import { openTranscriptions } from "./open-transcriptions.ts";
import type { OperationCall, OperationEnvelope } from "./operation-call.ts";
import { openRerank } from "./rerank/open-rerank.ts";

type Open = (body: Buffer, envelope: OperationEnvelope) => OperationCall;

/** How each operation's request is read. A new one is a file and a line here. */
const OPENERS: Readonly<Record<PlainOperation, Open>> = {
  embeddings: (body, { model }) =>
    model === undefined ? openEmbeddings(parseJson(body)) : openGeminiEmbeddings(parseJson(body), model),
  images: (body) => openImages(parseJson(body)),
  speech: (body) => openSpeech(parseJson(body)),
  transcriptions: openTranscriptions,
  moderations: (body) => openModerations(parseJson(body)),
  rerank: (body) => openRerank(parseJson(body)),
};

/** Reads a request for an operation beside chat. Throws `invalid-request` naming the field at fault, never repeating a value. */
export function openOperation(
  operation: PlainOperation,
  body: Buffer,
  envelope: OperationEnvelope = {},
): OperationCall {
  return OPENERS[operation](body, envelope);
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    throw new SignalboxError("invalid-request", "The request's body is not valid JSON.");
  }
}
