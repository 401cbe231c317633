import { SignalboxError } from "@signalbox/proto";

/** Of a parameter that fits its schema and not what else is known; `problem` is a clause without its full stop. */
export function invalidParam(param: string, problem: string): SignalboxError {
  return new SignalboxError("invalid-request", `Invalid '${param}': ${problem}.`, { details: { param } });
}
