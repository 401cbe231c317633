import type { Metadata } from "@grpc/grpc-js";
import type { Logger, Recorder } from "@signalbox/kit";
import type { GrpcClients } from "@signalbox/kit/grpc";
import type { CacheClient } from "@signalbox/proto/grpc/cache";
import type { DispatcherClient } from "@signalbox/proto/grpc/dispatcher";
import type { Config } from "../config.ts";
import type { RequestGuard } from "../guard/request-guard.ts";
import type { Exchanges } from "./exchange.ts";
import type { Pipeline } from "./pipeline.ts";

/** What chat requests are answered with. */
export type ChatLine = {
  readonly pipeline: Pipeline;
  readonly recorder: Recorder;
  readonly dispatchers: GrpcClients<DispatcherClient>;
  readonly exchanges: Exchanges;
  readonly caches: GrpcClients<CacheClient>;
  readonly metadata: Metadata;
  /** Null when there are no guardrails. */
  readonly guard: RequestGuard | null;
  /** Where requests come in, for the rules of a policy; null when nobody has said it. */
  readonly region: string | null;
  readonly deadlines: Config["deadlines"];
  readonly log: Logger;
};
