import type { Endpoint } from "@signalbox/proto";

/** What a provider publishes of retention and training, by the terms that hold for its API without a contract. */
type ProviderTerms = Pick<Endpoint, "retention" | "training"> & {
  /** Absent: it holds for all models. */
  readonly onlyFor?: "open-weights";
  readonly source: string;
  /** The date of the page or of the copy that was read; null where neither has one. */
  readonly date: string | null;
};

/**
 * By provider; what is missing is unknown. Left out are providers whose terms depend on a plan, a setting or a third host, and regions,
 * which no provider names for its whole API.
 */
const TERMS: Readonly<Record<string, readonly ProviderTerms[]>> = {
  openai: [
    {
      // Logs for abuse monitoring are kept for up to 30 days; training takes an explicit opt-in.
      retention: "limited",
      training: "never",
      source: "https://platform.openai.com/docs/guides/your-data",
      date: "2026-04-07",
    },
  ],
  anthropic: [
    {
      // Inputs and outputs are deleted within 30 days.
      retention: "limited",
      source: "https://privacy.anthropic.com/en/articles/7996866-how-long-do-you-store-personal-data",
      date: null,
    },
    {
      training: "never",
      source: "https://privacy.claude.com/en/articles/7996875-can-you-delete-data-that-i-sent-via-api",
      date: null,
    },
  ],
  bedrock: [
    {
      retention: "zero",
      training: "never",
      source: "https://docs.aws.amazon.com/bedrock/latest/userguide/data-protection.html",
      date: null,
    },
  ],
  groq: [
    {
      // Not by default, but for troubleshooting and suspected abuse for up to 30 days.
      retention: "limited",
      source: "https://console.groq.com/docs/your-data",
      date: null,
    },
  ],
  fireworks: [
    {
      retention: "zero",
      onlyFor: "open-weights",
      source: "https://docs.fireworks.ai/guides/security_compliance/data_handling",
      date: null,
    },
  ],
};

/** What is known of a model at a provider's own address; empty where nothing is. */
export function documentedTerms(
  provider: string,
  { openWeights }: Pick<Endpoint, "openWeights">,
): Pick<Endpoint, "retention" | "training"> {
  const said = (TERMS[provider] ?? []).filter(({ onlyFor }) => onlyFor === undefined || openWeights);
  const retention = said.find((each) => each.retention !== undefined)?.retention;
  const training = said.find((each) => each.training !== undefined)?.training;
  return { ...(retention === undefined ? {} : { retention }), ...(training === undefined ? {} : { training }) };
}
