/** What a caller can ask a model to do, named after the API path of each. */
export const OPERATIONS = [
  "chat",
  "embeddings",
  "images",
  "speech",
  "transcriptions",
  "moderations",
  "rerank",
] as const;
export type Operation = (typeof OPERATIONS)[number];

/** The operations beside chat. */
export type PlainOperation = Exclude<Operation, "chat">;
