import { SignalboxError } from "@signalbox/proto";

/** Reads what a caller sent. JSON that nests too deep to be walked is the caller's fault, and no failure of ours. */
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
