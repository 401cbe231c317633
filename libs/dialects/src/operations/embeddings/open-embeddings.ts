import type { WireName } from "@signalbox/proto";
import { notSpoken } from "../not-spoken.ts";
import { OPENAI_FORM } from "../openai-form.ts";
import type { OperationAnswer, OperationCall, ReadOperationOptions, RenderedOperation } from "../operation-call.ts";
import { readBedrock, renderBedrock } from "./bedrock.ts";
import { parseEmbeddings, type EmbeddingsRequest } from "./embeddings-request.ts";
import { readOpenai, renderMistral, renderOpenai } from "./openai-form.ts";
import { readCohere, readGemini, renderCohere, renderGemini } from "./other-forms.ts";

/** Characters that a token of the caller's stands for in an estimate. */
const CHARS_PER_TOKEN = 4;

type Wire = {
  render(request: EmbeddingsRequest, model: string): RenderedOperation;
  read(answer: unknown, request: EmbeddingsRequest, options: ReadOperationOptions): OperationAnswer;
};

const OPENAI: Wire = { render: renderOpenai, read: readOpenai };

const WIRES: Partial<Record<WireName, Wire>> = {
  ...Object.fromEntries(OPENAI_FORM.map((wire) => [wire, OPENAI])),
  mistral: { render: renderMistral, read: readOpenai },
  "cohere-v2": { render: renderCohere, read: readCohere },
  gemini: { render: renderGemini, read: readGemini },
  "bedrock-converse": { render: renderBedrock, read: readBedrock },
};

export function openEmbeddings(value: unknown): OperationCall {
  const request = parseEmbeddings(value);
  const texts = request.inputs.filter((input) => typeof input === "string");
  const textChars = request.inputs.reduce((sum, input) => sum + charsOf(input), 0);
  // Who asks does not change the vectors.
  const { user: _, ...cacheFields } = request.body;
  return {
    shape: { model: request.model, textChars },
    text: texts.join("\n"),
    user: request.user,
    canonical: request.body,
    cacheFields: { encoding_format: "float", ...cacheFields },
    isMeasurable: true,
    takesText: false,
    renderFor: (wire, model) => wireOf(wire).render(request, model),
    readAnswer: (wire, answer, options) => wireOf(wire).read(answer, request, options),
  };
}

function wireOf(wire: WireName): Wire {
  const found = WIRES[wire];
  if (found === undefined) throw notSpoken("embeddings", wire);
  return found;
}

function charsOf(input: string | readonly number[]): number {
  return typeof input === "string" ? input.length : input.length * CHARS_PER_TOKEN;
}
