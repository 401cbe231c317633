import type { Attempt } from "@signalbox/proto";

/** What is known of one endpoint from its outcomes. */
export type Circuit = {
  /** 0: closed. Later than now: open. Else half-open: it may be probed, and the next outcome decides. */
  readonly openUntilMs: number;
  readonly failuresInRow: number;
  /** How often it opened since it last closed. */
  readonly openings: number;
  /** Exponentially weighted share of failures, in millionths. */
  readonly errorShare: number;
  /** Exponentially weighted time to the first byte; null until one is measured. */
  readonly latencyUs: number | null;
  readonly samples: number;
  /** Why no request can succeed until an operator acts; null while nothing says so. */
  readonly unusable: Unusable | null;
};

/** The provider does not accept the key, or does not know the model. */
type Unusable = "upstream-auth" | "upstream-not-found";

export const UNKNOWN: Circuit = {
  openUntilMs: 0,
  failuresInRow: 0,
  openings: 0,
  errorShare: 0,
  latencyUs: null,
  samples: 0,
  unusable: null,
};

/** What one attempt says about its endpoint. */
export type Signal =
  | { readonly kind: "success"; readonly latencyUs: number | null }
  | { readonly kind: "failure" }
  /** The endpoint says itself when to come back. */
  | { readonly kind: "rate-limited"; readonly retryAfterMs: number }
  /** The key is not accepted or the model does not exist: no request can succeed until an operator acts. */
  | { readonly kind: "unusable"; readonly error: Unusable }
  /** Caused by the caller or by Signalbox, so it says nothing of the endpoint. */
  | { readonly kind: "silent" };

const FAILURES_TO_OPEN = 5;
const COOLDOWN_MIN_MS = 5_000;
/** How long a request without another endpoint may be refused after its provider is back. */
const COOLDOWN_MAX_MS = 15_000;
/** Envoy's defaults (`base_ejection_time`, `max_ejection_time`); an operator corrects a key within minutes. */
const UNUSABLE_COOLDOWN_MIN_MS = 30_000;
const UNUSABLE_COOLDOWN_MAX_MS = 300_000;
const RETRY_AFTER_MAX_MS = 3_600_000;
/** The weight of a new sample is one in so many. */
const SMOOTHING = 8;
const SAMPLES_MAX = 1_000;
const ALL_MICRO = 1_000_000;

export function signalOf(attempt: Attempt): Signal {
  if (attempt.result === "completed") return { kind: "success", latencyUs: attempt.firstByteUs };
  if (attempt.result === "aborted") return { kind: "silent" };
  switch (attempt.error) {
    case "upstream-auth":
    case "upstream-not-found":
      return { kind: "unusable", error: attempt.error };
    case "upstream-rate-limited":
      // A time that is over when it is told keeps nobody away.
      if (attempt.retryAfterMs === null || attempt.retryAfterMs === 0) return { kind: "failure" };
      return { kind: "rate-limited", retryAfterMs: attempt.retryAfterMs };
    case "upstream-error":
    case "upstream-timeout":
    case "upstream-unreachable":
      return { kind: "failure" };
    default:
      return { kind: "silent" };
  }
}

/** The circuit after an outcome of `atMs`. An open circuit's deadline only ever moves later, whatever arrives late. */
export function advance(circuit: Circuit, signal: Signal, atMs: number): Circuit {
  if (signal.kind === "silent") return circuit;
  const learned = learn(circuit, signal);
  switch (signal.kind) {
    case "success":
      return succeed(learned, atMs);
    case "failure":
      return fail(learned, atMs);
    case "rate-limited":
      return holdOff(learned, atMs + Math.min(signal.retryAfterMs, RETRY_AFTER_MAX_MS));
    default:
      return giveUp(learned, signal.error, atMs);
  }
}

function succeed(circuit: Circuit, atMs: number): Circuit {
  // A success of an open circuit began before it opened; one of a half-open circuit is the probe's.
  if (circuit.openUntilMs > atMs) return circuit;
  return { ...circuit, openUntilMs: 0, failuresInRow: 0, openings: 0, unusable: null };
}

/** Opens at once, because no retry helps, and for longer with every probe that finds the same. */
function giveUp(circuit: Circuit, unusable: Unusable, atMs: number): Circuit {
  if (circuit.openUntilMs > atMs) return { ...circuit, unusable };
  const cooldownMs = Math.min(UNUSABLE_COOLDOWN_MIN_MS * 2 ** circuit.openings, UNUSABLE_COOLDOWN_MAX_MS);
  return holdOff({ ...circuit, openings: circuit.openings + 1, unusable }, atMs + cooldownMs);
}

/** Forgets that no request could succeed: an operator has acted. */
export function reopen(circuit: Circuit): Circuit {
  return circuit.unusable === null ? circuit : { ...circuit, openUntilMs: 0, openings: 0, unusable: null };
}

function fail(circuit: Circuit, atMs: number): Circuit {
  // What fails while the circuit is open was under way when it opened: a burst must not count as many openings.
  if (circuit.openUntilMs > atMs) return circuit;
  const halfOpen = circuit.openUntilMs > 0;
  if (!halfOpen && circuit.failuresInRow < FAILURES_TO_OPEN) return circuit;
  const cooldownMs = Math.min(COOLDOWN_MIN_MS * 2 ** circuit.openings, COOLDOWN_MAX_MS);
  return holdOff({ ...circuit, openings: circuit.openings + 1 }, atMs + cooldownMs);
}

function holdOff(circuit: Circuit, untilMs: number): Circuit {
  return { ...circuit, openUntilMs: Math.max(circuit.openUntilMs, untilMs) };
}

function learn(circuit: Circuit, signal: Signal): Circuit {
  const failed = signal.kind !== "success";
  const latencyUs = signal.kind === "success" ? signal.latencyUs : null;
  return {
    ...circuit,
    failuresInRow: failed ? circuit.failuresInRow + 1 : circuit.failuresInRow,
    errorShare: smooth(circuit.errorShare, failed ? ALL_MICRO : 0),
    latencyUs: latencyUs === null ? circuit.latencyUs : smooth(circuit.latencyUs ?? latencyUs, latencyUs),
    samples: Math.min(circuit.samples + 1, SAMPLES_MAX),
  };
}

function smooth(value: number, sample: number): number {
  return Math.floor((value * (SMOOTHING - 1) + sample) / SMOOTHING);
}
