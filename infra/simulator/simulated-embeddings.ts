import { hash } from "node:crypto";
import { encodeVector, type JsonObject, parseEmbeddings } from "@signalbox/dialects";
import { SIMULATOR_NOTICE } from "./simulated-answer.ts";

const DIMENSIONS = 256;
const CHARS_PER_TOKEN = 4;
const WORD_DIMENSIONS = 8;

/** Vectors of length one that are made of the words of each text: texts that share words are near each other, and nothing else is meant. */
export function simulateEmbeddings(body: unknown): JsonObject {
  const request = parseEmbeddings(body);
  const texts = request.inputs.map((input) => (typeof input === "string" ? input : input.join(" ")));
  const tokens = texts.reduce((sum, text) => sum + Math.ceil(text.length / CHARS_PER_TOKEN), 0);
  return {
    object: "list",
    model: request.model,
    // Said where a reader of the plain answer sees it; SDKs pass over what they do not know.
    simulator: SIMULATOR_NOTICE.replace("language model", "embedding model"),
    data: texts.map((text, index) => {
      const vector = vectorOf(text, request.dimensions ?? DIMENSIONS);
      return { object: "embedding", index, embedding: encodeVector(vector, request.encoding) };
    }),
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  };
}

function vectorOf(text: string, dimensions: number): number[] {
  const vector = Array.from({ length: dimensions }, () => 0);
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [text]) {
    const bytes = hash("sha256", word, "buffer");
    for (let at = 0; at < WORD_DIMENSIONS; at += 1) {
      const place = bytes.readUInt16LE(at * 2) % dimensions;
      vector[place] = vector[place]! + (bytes[16 + at]! < 128 ? -1 : 1);
    }
  }
  const length = Math.hypot(...vector);
  if (length === 0) return vector.with(0, 1);
  return vector.map((value) => value / length);
}
