import type { ServerResponse } from "node:http";
import { metricsRegister } from "@signalbox/kit";
import type { ErrorCode } from "@signalbox/proto";
import { Counter, Gauge, Histogram, Registry } from "prom-client";

/** The metrics of this process. Labels are routes, codes and booleans: a caller cannot create new values. */
export type Metrics = {
  /** Counts and times an answer from now until its connection is done with it. */
  observe(route: string, response: ServerResponse): void;
  countError(code: ErrorCode): void;
  /** Seconds from a chat request to its answer's first byte. */
  observeFirstByte(stream: boolean, seconds: number): void;
  readonly contentType: string;
  /** The text of all metrics of this process. */
  render(): Promise<string>;
};

const BUCKETS_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];
/** The client left before its answer was whole; nginx' number for it. */
const CLIENT_CLOSED = 499;

export function createMetrics(inFlight: () => number): Metrics {
  // A registry of its own lets several instances run in one process, as tests do.
  const registry = new Registry();
  const registers = [registry];
  const requests = new Counter({
    name: "signalbox_ingress_requests_total",
    help: "Answered requests.",
    labelNames: ["route", "status"],
    registers,
  });
  const latency = new Histogram({
    name: "signalbox_ingress_request_seconds",
    help: "From the request's head to the last byte of its answer.",
    labelNames: ["route"],
    buckets: BUCKETS_S,
    registers,
  });
  const firstByte = new Histogram({
    name: "signalbox_ingress_first_byte_seconds",
    help: "From a chat request's head to the first byte of its answer.",
    labelNames: ["stream"],
    buckets: BUCKETS_S,
    registers,
  });
  const errors = new Counter({
    name: "signalbox_ingress_errors_total",
    help: "Errors given to callers.",
    labelNames: ["code"],
    registers,
  });
  const gauge = new Gauge({
    name: "signalbox_ingress_in_flight",
    help: "Chat requests in work.",
    registers,
    collect() {
      gauge.set(inFlight());
    },
  });
  return {
    observe(route, response) {
      const startedMs = performance.now();
      response.once("close", () => {
        const status = response.writableFinished ? response.statusCode : CLIENT_CLOSED;
        requests.inc({ route, status });
        latency.observe({ route }, (performance.now() - startedMs) / 1_000);
      });
    },
    countError: (code) => {
      errors.inc({ code });
    },
    observeFirstByte: (stream, seconds) => {
      firstByte.observe({ stream: String(stream) }, seconds);
    },
    contentType: registry.contentType,
    render: () => Registry.merge([registry, metricsRegister]).metrics(),
  };
}
