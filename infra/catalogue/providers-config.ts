import { WIRES } from "@signalbox/proto";
import { z } from "zod";
import { section } from "../config/section.ts";
import { ModelConfig, termsFields } from "./model-config.ts";

const timeout = z.int().min(1).max(3_600_000).optional();

/** One provider. */
export const ProviderConfig = section({
  dialect: z
    .enum(WIRES)
    .optional()
    .describe(
      "The wire format that is spoken with it. A known provider's own unless given; `openai-chat` where a `baseUrl` is given.",
    ),
  baseUrl: z
    .url({ protocol: /^https?$/ })
    .max(512)
    .optional()
    .describe(
      "As far as the version, e.g. `https://api.example.com/v1`: the dialect adds its own path. A provider that the catalogue knows needs none.",
    ),
  apiVersion: z
    .string()
    .regex(/^[0-9A-Za-z.-]{1,64}$/)
    .optional()
    .describe(
      "`api-version` of azure-openai, with the resource's root as `baseUrl`: models are then the names of deployments. Not for its v1 API.",
    ),
  apiKey: z.string().min(1).max(4096).optional().describe("The key itself; better name a variable with `apiKeyEnv`."),
  apiKeyEnv: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "a variable's name holds letters, digits and underscores")
    .optional()
    .describe("The environment variable that holds the key."),
  models: z
    .union([
      z.literal("auto"),
      z
        .array(z.union([z.string().min(1).max(190), ModelConfig]))
        .min(1)
        .max(2_000),
    ])
    .default("auto")
    .describe("`auto` takes the catalogue's models of a known provider, and asks any other one for its list."),
  ...termsFields,
  headers: z
    .record(z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/), z.string().max(4096))
    .default({})
    .describe("Sent with every request."),
  betas: z
    .array(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.-]{0,63}$/, "a beta's name holds letters, digits, dots and dashes"))
    .max(256)
    .optional()
    .describe(
      "The names in a caller's `anthropic-beta` that are sent on to this provider; all of them unless given. Only `anthropic-messages` has them.",
    ),
  quirks: section({
    maxTokensField: z
      .enum(["max_tokens", "max_completion_tokens"])
      .nullable()
      .optional()
      .describe("How the bound on output is spelled; null where both spellings are taken."),
    streamOptions: z.boolean().optional().describe("Whether `stream_options` is taken; else usage comes unasked."),
    developerRole: z
      .boolean()
      .optional()
      .describe("Whether the role `developer` is known; else it is sent as `system`."),
    reasoningField: z
      .enum(["reasoning_content", "reasoning", "reasoning_details", "thinking_blocks"])
      .nullable()
      .optional()
      .describe("The field of a message in which earlier reasoning is wanted back; null where none is taken."),
    thinkTags: z
      .enum(["leading", "implied"])
      .nullable()
      .optional()
      .describe(
        "Where answers begin with reasoning between `<think>` and `</think>`: `leading` where both tags stand in the text, `implied` where it begins inside and has the closing tag alone; null where text is text.",
      ),
  })
    .optional()
    .describe(
      "What of openai-chat the provider takes and gives; for hosts that are known it overrules, field by field.",
    ),
  timeouts: section({
    connectMs: timeout.describe(
      "Until the connection stands, 5000 unless given; providers at one host and port share the longest.",
    ),
    firstByteMs: timeout.describe("The longest silence before the answer's content begins; 120000 unless given."),
    idleMs: timeout.describe("The longest silence after that; 60000 unless given."),
    totalMs: timeout.describe(
      "For one attempt up to its last byte: then the next endpoint is tried, or an answer that has begun ends in an error. `limits.answerTimeoutMs` bounds it anyhow.",
    ),
  })
    .default({})
    .describe("Deadlines for each attempt at this provider."),
}).refine(({ apiKey, apiKeyEnv }) => apiKey === undefined || apiKeyEnv === undefined, {
  path: ["apiKeyEnv"],
  message: "give `apiKey` or `apiKeyEnv`, not both",
});
export type ProviderConfig = z.infer<typeof ProviderConfig>;

/**
 * The `providers` section. A provider named here replaces the automatic registration of all others, unless
 * `autoProviders: true` stands beside the section.
 */
export const ProvidersConfig = z.record(
  z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, "a provider's name holds lower-case letters, digits and dashes"),
  ProviderConfig,
);
export type ProvidersConfig = z.infer<typeof ProvidersConfig>;
