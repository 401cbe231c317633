import type { Metadata } from "@grpc/grpc-js";
import type { Logger, Recorder } from "@signalbox/kit";
import type { GrpcClients } from "@signalbox/kit/grpc";
import type { CacheClient } from "@signalbox/proto/grpc/cache";
import type { DispatcherClient } from "@signalbox/proto/grpc/dispatcher";
import type { Config } from "../config.ts";
import type { RequestGuard } from "../guard/request-guard.ts";
import type { Exchanges } from "./exchange.ts";
import type { Pipeline } from "./pipeline.ts";

/** Everything that answering a request needs; one for the whole service. */
export type ChatLine = {
  readonly pipeline: Pipeline;
  readonly recorder: Recorder;
  readonly dispatchers: GrpcClients<DispatcherClient>;
  readonly exchanges: Exchanges;
  readonly caches: GrpcClients<CacheClient>;
  readonly metadata: Metadata;
  /** Null when there are no guardrails. */
  readonly guard: RequestGuard | null;
  /** The region of this ingress, for a policy's rules; null when the configuration names none. */
  readonly region: string | null;
  readonly deadlines: Config["deadlines"];
  readonly log: Logger;
};
