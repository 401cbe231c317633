import type { Modality, Operation } from "@signalbox/proto";
import { familyOf } from "./family.ts";
import { microUsd } from "./micro-usd.ts";
import { assumedInputs } from "./operations-of-name.ts";
import type { ModelFacts } from "./provider-file.ts";

type Row = {
  readonly id: string;
  readonly name: string;
  /** The most tokens of one input. */
  readonly context?: number;
  readonly inputs?: readonly Modality[];
  /** USD per million tokens. Absent where the provider bills otherwise: by the image, the minute, the character or the search. */
  readonly usd?: { readonly input: number; readonly output: number; readonly cacheRead?: number };
};

type Rows = Partial<Record<Exclude<Operation, "chat">, readonly Row[]>>;

/** What an embedding costs: nothing is generated. */
const embed = (input: number): NonNullable<Row["usd"]> => ({ input, output: 0 });

/**
 * Models of known providers for operations beside chat, from the providers' own pages, with models.dev's prices where these are by tokens.
 * Speech and transcription bill sound apart from text, so these models have no price here.
 */
const MODELS: Readonly<Record<string, Rows>> = {
  openai: {
    embeddings: [
      { id: "text-embedding-3-large", name: "Text Embedding 3 Large", context: 8_191, usd: embed(0.13) },
      { id: "text-embedding-3-small", name: "Text Embedding 3 Small", context: 8_191, usd: embed(0.02) },
      { id: "text-embedding-ada-002", name: "Text Embedding Ada 002", context: 8_192, usd: embed(0.1) },
    ],
    images: [
      { id: "gpt-image-1", name: "GPT Image 1" },
      { id: "gpt-image-1-mini", name: "GPT Image 1 Mini" },
      { id: "gpt-image-1.5", name: "GPT Image 1.5" },
      { id: "gpt-image-2", name: "GPT Image 2", usd: { input: 5, output: 30, cacheRead: 1.25 } },
    ],
    speech: [
      { id: "gpt-4o-mini-tts", name: "GPT-4o mini TTS" },
      { id: "tts-1", name: "TTS-1" },
      { id: "tts-1-hd", name: "TTS-1 HD" },
    ],
    transcriptions: [
      { id: "gpt-4o-mini-transcribe", name: "GPT-4o mini Transcribe" },
      { id: "gpt-4o-transcribe", name: "GPT-4o Transcribe" },
      { id: "whisper-1", name: "Whisper" },
    ],
    // https://platform.openai.com/docs/guides/moderation: free of charge.
    moderations: [
      {
        id: "omni-moderation-latest",
        name: "Omni Moderation",
        inputs: ["image", "text"],
        usd: { input: 0, output: 0 },
      },
    ],
  },
  azure: {
    embeddings: [
      { id: "text-embedding-3-large", name: "Text Embedding 3 Large", context: 8_191, usd: embed(0.13) },
      { id: "text-embedding-3-small", name: "Text Embedding 3 Small", context: 8_191, usd: embed(0.02) },
      { id: "text-embedding-ada-002", name: "Text Embedding Ada 002", context: 8_192, usd: embed(0.1) },
    ],
    images: [
      { id: "gpt-image-1", name: "GPT Image 1", usd: { input: 5, output: 40, cacheRead: 1.25 } },
      { id: "gpt-image-1.5", name: "GPT Image 1.5", usd: { input: 5, output: 32, cacheRead: 1.25 } },
      { id: "gpt-image-2", name: "GPT Image 2", usd: { input: 5, output: 30, cacheRead: 1.25 } },
    ],
  },
  google: {
    embeddings: [{ id: "gemini-embedding-001", name: "Gemini Embedding 001", context: 2_048, usd: embed(0.15) }],
  },
  mistral: {
    embeddings: [{ id: "mistral-embed", name: "Mistral Embed", context: 8_000, usd: embed(0.1) }],
    transcriptions: [{ id: "voxtral-mini-latest", name: "Voxtral Mini Transcribe" }],
    moderations: [{ id: "mistral-moderation-latest", name: "Mistral Moderation" }],
  },
  cohere: {
    embeddings: [
      { id: "embed-english-v3.0", name: "Embed English v3", context: 512 },
      { id: "embed-multilingual-v3.0", name: "Embed Multilingual v3", context: 512 },
      { id: "embed-v4.0", name: "Embed v4", context: 128_000 },
    ],
    rerank: [{ id: "rerank-v3.5", name: "Rerank v3.5", context: 4_096 }],
  },
  groq: {
    speech: [{ id: "canopylabs/orpheus-v1-english", name: "Orpheus v1 English", context: 4_000 }],
    transcriptions: [
      { id: "whisper-large-v3", name: "Whisper Large v3" },
      { id: "whisper-large-v3-turbo", name: "Whisper Large v3 Turbo" },
    ],
  },
  xai: { images: [{ id: "grok-imagine-image", name: "Grok Imagine Image" }] },
  alibaba: { embeddings: [{ id: "text-embedding-v4", name: "Text Embedding v4", context: 8_192 }] },
};

/** A provider's models for operations beside chat, sorted by id. */
export function operationModels(provider: string): ModelFacts[] {
  const rows = Object.entries(MODELS[provider] ?? {}) as [Operation, readonly Row[]][];
  return rows
    .flatMap(([operation, models]) => models.map((row) => factsOf(provider, operation, row)))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

function factsOf(provider: string, operation: Operation, row: Row): ModelFacts {
  const { id, name, context = null, inputs = assumedInputs([operation]), usd } = row;
  return {
    id,
    name,
    family: familyOf(provider, id),
    operations: [operation],
    openWeights: false,
    limits: { context, input: null, output: null },
    capabilities: [],
    inputs: [...inputs],
    price: usd === undefined ? null : [priceOf(usd)],
    released: null,
    deprecated: false,
  };
}

function priceOf({ input, output, cacheRead }: NonNullable<Row["usd"]>) {
  return {
    aboveInputTokens: 0,
    input: microUsd(input),
    output: microUsd(output),
    cacheRead: cacheRead === undefined ? null : microUsd(cacheRead),
    cacheWrite: null,
  };
}

/** By operation: the models that known providers serve it with, and the variable that registers them. */
export function offersOf(
  providers: Iterable<{ readonly provider: string; readonly apiKeyEnv: readonly string[] }>,
): Record<string, string[]> {
  const offers: Record<string, string[]> = {};
  for (const { provider, apiKeyEnv } of providers) {
    const key = apiKeyEnv[0] === undefined ? "" : ` (set ${apiKeyEnv[0]})`;
    for (const [operation, rows] of Object.entries(MODELS[provider] ?? {})) {
      (offers[operation] ??= []).push(...rows.map(({ id }) => `${provider}/${id}${key}`));
    }
  }
  return offers;
}
