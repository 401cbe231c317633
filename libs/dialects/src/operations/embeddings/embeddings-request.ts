import { arrayOf, type Check, integer, oneOf, string, stringUpTo } from "../../check/check-value.ts";
import { invalid, wrongType } from "../../check/invalid.ts";
import type { JsonObject } from "../../neutral/source.ts";
import { checkedBody, type FieldChecks } from "../operation-fields.ts";

/** A text, or its tokens in the vocabulary of one model. */
type EmbeddingInput = string | readonly number[];

/** Texts that are searched for, and texts that are searched, are embedded differently by some models. */
const INPUT_TYPES = [
  "search_document",
  "search_query",
  "classification",
  "clustering",
  "document",
  "passage",
  "query",
] as const;

export type EmbeddingsRequest = {
  readonly body: JsonObject;
  readonly model: string;
  readonly inputs: readonly EmbeddingInput[];
  /** Null: the model's own. */
  readonly dimensions: number | null;
  readonly encoding: "float" | "base64";
  /** No field of OpenAI's: hosts of models that tell the kinds apart take it. */
  readonly inputType: (typeof INPUT_TYPES)[number] | null;
  readonly user: string | null;
};

const INPUTS_MAX = 2_048;
const TOKEN_MAX = 10_000_000;
const DIMENSIONS_MAX = 65_536;

const FIELDS: FieldChecks = {
  model: stringUpTo(256),
  input: checkInput,
  encoding_format: oneOf(["float", "base64"]),
  dimensions: integer(1, DIMENSIONS_MAX),
  user: string,
};

/**
 * Reads the body of `POST /v1/embeddings` (https://platform.openai.com/docs/api-reference/embeddings/create): one text, several, or
 * tokens. Throws `invalid-request` naming the field.
 */
export function parseEmbeddings(value: unknown): EmbeddingsRequest {
  const body = checkedBody(value, FIELDS, ["model", "input"]);
  const model = body["model"] as string;
  if (model === "") throw invalid("model", "Invalid 'model': it is empty.");
  const type = body["input_type"];
  return {
    body,
    model,
    inputs: inputsOf(body["input"]),
    dimensions: (body["dimensions"] ?? null) as number | null,
    encoding: (body["encoding_format"] ?? "float") as "float" | "base64",
    inputType: INPUT_TYPES.find((known) => known === type) ?? null,
    user: (body["user"] ?? null) as string | null,
  };
}

const checkTokens = arrayOf(integer(0, TOKEN_MAX), { min: 1, max: 1_000_000 });
const checkTexts: Check = arrayOf(
  (value, param) => {
    if (string(value, param) === "") throw invalid(param, `Invalid '${param}': it is an empty string.`);
  },
  { min: 1, max: INPUTS_MAX },
);
const checkTokenLists: Check = arrayOf(checkTokens, { min: 1, max: INPUTS_MAX });

function checkInput(value: unknown, param: string): void {
  if (typeof value === "string") {
    if (value === "") throw invalid(param, `Invalid '${param}': it is an empty string.`);
    return;
  }
  if (!Array.isArray(value)) throw wrongType(param, "a string or an array", value);
  const [first] = value as unknown[];
  if (typeof first === "number") checkTokens(value, param);
  else if (Array.isArray(first)) checkTokenLists(value, param);
  else checkTexts(value, param);
}

function inputsOf(input: unknown): readonly EmbeddingInput[] {
  if (typeof input === "string") return [input];
  const list = input as readonly unknown[];
  return typeof list[0] === "number" ? [list as readonly number[]] : (list as readonly EmbeddingInput[]);
}
