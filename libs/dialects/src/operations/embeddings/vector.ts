import { isObject } from "../../check/check-value.ts";

/** A vector as a caller gets it: numbers, or its 32-bit floats, least significant byte first, in base64. */
type EncodedVector = readonly number[] | string;

const FLOAT_BYTES = 4;

/** The vector in the encoding that was asked for, whichever it came in. Null when it is no vector. */
export function encodeVector(vector: unknown, encoding: "float" | "base64"): EncodedVector | null {
  if (typeof vector === "string") return encoding === "base64" ? vector : decode(vector);
  if (!isVector(vector)) return null;
  return encoding === "float" ? vector : encode(vector);
}

/** `{embedding}`, as most hosts say it. */
export function vectorOf(item: unknown): unknown {
  return isObject(item) ? item["embedding"] : undefined;
}

function isVector(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === "number");
}

function encode(vector: readonly number[]): string {
  const bytes = Buffer.alloc(vector.length * FLOAT_BYTES);
  for (let index = 0; index < vector.length; index += 1) bytes.writeFloatLE(vector[index]!, index * FLOAT_BYTES);
  return bytes.toString("base64");
}

function decode(text: string): readonly number[] | null {
  const bytes = Buffer.from(text, "base64");
  if (bytes.length === 0 || bytes.length % FLOAT_BYTES !== 0) return null;
  return Array.from({ length: bytes.length / FLOAT_BYTES }, (_, index) => bytes.readFloatLE(index * FLOAT_BYTES));
}
