import type { Metadata } from "@grpc/grpc-js";
import { callerOf } from "@signalbox/kit/grpc";
import { SignalboxError } from "@signalbox/proto";
import type { Config } from "./config.ts";

/** Throws `invalid-api-key` or `forbidden` unless the caller is ingress. */
export function admitIngress(metadata: Metadata, config: Config): void {
  if (callerOf(metadata, config.grpc.callers) !== "ingress") {
    throw new SignalboxError("forbidden", "Only ingress sends bodies to a dispatcher.");
  }
}
