import { inBandErrorOf, readOperationUsage, SseParser, type WireEvent } from "@signalbox/dialects";
import type { Usage } from "@signalbox/proto";
import type { Provider } from "../providers.ts";

/** Reads along with a stream that is passed on as it is: its usage, and the error that it may end in. */
type EventWatch = {
  readonly usage: Usage | null;
  /** Throws the error that the stream reports. */
  push(bytes: Uint8Array): void;
  end(): void;
};

export function watchEvents({ name, secrets }: Pick<Provider, "name" | "secrets">): EventWatch {
  const parser = new SseParser();
  let usage: Usage | null = null;
  const take = (events: readonly WireEvent[]): void => {
    for (const { data } of events) {
      const value = parse(data);
      if (value === null) continue;
      const error = inBandErrorOf(value, { provider: name, secrets });
      if (error !== null) throw error;
      usage = readOperationUsage(value["usage"]) ?? usage;
    }
  };
  return {
    get usage() {
      return usage;
    },
    push(bytes) {
      take(parser.push(bytes));
    },
    end() {
      take(parser.end());
    },
  };
}

function parse(data: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(data);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    // `[DONE]`, or words of a host's own: they say nothing of usage or failure.
    return null;
  }
}
