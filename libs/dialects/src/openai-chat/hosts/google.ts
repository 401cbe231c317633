import type { Host } from "./host.ts";

/** Calls carry the signature of the thought behind them. */
export const google: Host = {
  hosts: ["googleapis.com"],
  names: [],
  sources: [
    "https://ai.google.dev/gemini-api/docs/openai",
    "https://docs.cloud.google.com/vertex-ai/generative-ai/docs/thought-signatures",
  ],
  quirks: { callSignatures: true },
};
