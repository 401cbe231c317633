import { type PlainOperation, SignalboxError, type WireName } from "@signalbox/proto";

/** For a wire that does not speak the operation: another endpoint may. */
export function notSpoken(operation: PlainOperation, wire: WireName): SignalboxError {
  return new SignalboxError("unprocessable", `Providers that are spoken to in ${wire} do not take ${operation}.`);
}

/** An answer that is none: something else came with the status of success. */
export function noAnswer(operation: PlainOperation, provider: string): SignalboxError {
  return new SignalboxError(
    "upstream-error",
    `The provider sent an answer that is none to a request for ${operation}.`,
    {
      details: { provider },
    },
  );
}
