import { CAPABILITIES, type Endpoint } from "@signalbox/proto";
import { declaredQuality } from "./declared-quality.ts";
import { microUsd } from "./micro-usd.ts";
import type { ModelFacts, ProviderFile } from "./provider-file.ts";

export const SIMULATOR_PROVIDER = "simulator";

/** Prices and qualities of the simulator are as made up as its answers; they differ so that strategies can be seen to choose. */
const SIMULATED = [
  { id: "simulator-small", quality: 0.45, inputUsd: 0.01, outputUsd: 0.02, context: 131_072 },
  { id: "simulator-large", quality: 0.75, inputUsd: 0.1, outputUsd: 0.3, context: 262_144 },
  { id: "simulator-reasoning", quality: 0.95, inputUsd: 0.3, outputUsd: 1.2, context: 1_048_576 },
] as const;

/** What embeds texts at the simulator. */
const SIMULATED_EMBEDDING = "simulator-embedding";

/** The simulator as a provider of the catalogue. */
export function simulatorProvider(date: string): ProviderFile {
  return {
    provider: SIMULATOR_PROVIDER,
    name: "Simulator",
    dialect: "openai-chat",
    baseUrl: null,
    openaiCompatibleBaseUrl: null,
    openaiCompatibleLacks: [],
    apiKeyEnv: [],
    deploymentsOnly: false,
    docs: null,
    date,
    models: [...SIMULATED.map(chatModel), EMBEDDING],
  };
}

function chatModel({ id, inputUsd, outputUsd, context }: (typeof SIMULATED)[number]): ModelFacts {
  return {
    id,
    name: `${id} (simulated answers, simulated price)`,
    family: id,
    openWeights: false,
    limits: { context, input: null, output: 32_768 },
    capabilities: [...CAPABILITIES].toSorted(),
    inputs: ["audio", "file", "image", "text"],
    price: priceOf(inputUsd, outputUsd),
    released: null,
    deprecated: false,
  };
}

const EMBEDDING: ModelFacts = {
  id: SIMULATED_EMBEDDING,
  name: `${SIMULATED_EMBEDDING} (simulated vectors, simulated price)`,
  family: SIMULATED_EMBEDDING,
  operations: ["embeddings"],
  openWeights: false,
  limits: { context: 8_192, input: null, output: null },
  capabilities: [],
  inputs: ["text"],
  price: priceOf(0.01, 0),
  released: null,
  deprecated: false,
};

function priceOf(inputUsd: number, outputUsd: number): ModelFacts["price"] {
  const [input, output] = [microUsd(inputUsd), microUsd(outputUsd)];
  return [{ aboveInputTokens: 0, input, output, cacheRead: null, cacheWrite: null }];
}

/** The declared quality of a simulated model; empty for any other family. */
export function simulatedQuality(family: string): Endpoint["quality"] {
  const found = SIMULATED.find(({ id }) => id === family);
  return found === undefined ? {} : declaredQuality(found.quality);
}
