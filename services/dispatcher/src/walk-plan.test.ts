import { NO_USAGE, type PlanEndpoint, SignalboxError } from "@signalbox/proto";
import { afterEach, expect, test, vi } from "vitest";
import type { Execution } from "./execute.ts";
import { FrameSink } from "./frame-sink.ts";
import type { Provider } from "./providers.ts";
import { type ReadyTurn, walkPlan } from "./walk-plan.ts";

afterEach(() => void vi.useRealTimers());

const endpoints = ["one/m", "two/m"].map((endpoint) => {
  return { endpoint, provider: endpoint.slice(0, 3), upstreamModel: "m" } as PlanEndpoint;
});

test("a clock that is set forward ends no request", async () => {
  const failed = new SignalboxError("upstream-error", "It fails.");
  const prepare = ({ endpoint }: { endpoint: PlanEndpoint }): ReadyTurn => ({
    serving: { endpoint, planIndex: 0, translation: "none", contentType: "" },
    translation: { record: undefined, header: "none" },
    costOf: () => "0",
    maxOutputTokens: null,
    run: () => {
      vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 3_600_000 });
      return Promise.resolve({
        kind: "failed",
        error: failed,
        isReset: false,
        httpStatus: 500,
        firstByteMs: 1,
        usage: NO_USAGE,
      });
    },
  });
  const sink = new FrameSink({ isGone: false, write: () => true, onDrain: () => () => {}, end: () => {} });
  const providers = new Map(["one", "two"].map((name) => [name, { name } as Provider]));
  const execution = { order: { plan: endpoints }, providers, sink, totalMs: 60_000 } as unknown as Execution;
  const { attempts } = await walkPlan(execution, prepare);
  expect(attempts.map(({ endpoint }) => endpoint)).toEqual(["one/m", "two/m"]);
});
