import { SignalboxError } from "@signalbox/proto";

/** Runs a reader of a caller's JSON; a stack overflow, from JSON that nests too deep, becomes `invalid-request`. */
export function readNested<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) throw nestsTooDeep();
    throw error;
  }
}

export function holdsTooMuch(): SignalboxError {
  return new SignalboxError("invalid-request", "Invalid request body: it holds more values than are taken.");
}

export function nestsTooDeep(): SignalboxError {
  return new SignalboxError("invalid-request", "Invalid request body: it nests too deep.");
}
