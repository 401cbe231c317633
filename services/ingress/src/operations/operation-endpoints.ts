import type { PlainOperation } from "@signalbox/proto";

/** A URL at which requests for an operation come in. */
export type OperationEndpoint = {
  readonly path: string;
  readonly operation: PlainOperation;
  readonly bodyType: "application/json" | "multipart/form-data";
};

/** Every URL for an operation beside chat, in OpenAI's format; for rerank, which OpenAI lacks, in the one that hosts share. */
export const OPERATION_ENDPOINTS: readonly OperationEndpoint[] = [
  { path: "/v1/embeddings", operation: "embeddings", bodyType: "application/json" },
  { path: "/v1/images/generations", operation: "images", bodyType: "application/json" },
  { path: "/v1/audio/speech", operation: "speech", bodyType: "application/json" },
  { path: "/v1/audio/transcriptions", operation: "transcriptions", bodyType: "multipart/form-data" },
  { path: "/v1/moderations", operation: "moderations", bodyType: "application/json" },
  { path: "/v1/rerank", operation: "rerank", bodyType: "application/json" },
];
