import type { SignalboxError } from "@signalbox/proto";

/** Runs a reader of JSON: a value that is nested so deeply that it cannot be written again becomes the error that `refused` makes. */
export function withinDepth<T>(read: () => T, refused: () => SignalboxError): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) throw refused();
    throw error;
  }
}
