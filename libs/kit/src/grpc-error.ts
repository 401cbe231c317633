import { ERROR_CODES, SignalboxError } from "@signalbox/proto";

/** A typed error as gRPC carries it: the status by the code's table, the error itself as JSON in `details`. */
export function toGrpcError(error: unknown): { code: number; details: string } {
  const known = SignalboxError.from(error);
  return { code: ERROR_CODES[known.code].grpc, details: JSON.stringify(known.toJSON()) };
}
