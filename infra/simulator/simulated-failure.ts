/** A way to fail on purpose. */
export type SimulatedFailure =
  /** An error answer with this status; 429 and 503 carry `Retry-After`. */
  | { readonly kind: "status"; readonly status: number }
  /** Nothing is ever answered. */
  | { readonly kind: "stall" }
  /** The answer stops after its first words and the connection stays open. */
  | { readonly kind: "stall-midway" }
  /** The connection is cut after the first words. */
  | { readonly kind: "cut" }
  /** An error event after the first words, inside a 200. */
  | { readonly kind: "error-frame" };

const MODEL_PREFIX = "simulator-";

/**
 * Reads a failure's name: `fail-500` (any status from 400 to 599), `stall`, `stall-midway`, `cut` or `error-frame`.
 * Null when the name is none of these.
 */
export function parseFailure(name: string): SimulatedFailure | null {
  const status = Number(/^fail-([45]\d\d)$/.exec(name)?.[1]);
  if (!Number.isNaN(status)) return { kind: "status", status };
  switch (name) {
    case "stall":
    case "stall-midway":
    case "cut":
    case "error-frame":
      return { kind: name };
    default:
      return null;
  }
}

/** The failure that a model's name asks for, e.g. `simulator-fail-429`. */
export function failureOfModel(model: string): SimulatedFailure | null {
  return model.startsWith(MODEL_PREFIX) ? parseFailure(model.slice(MODEL_PREFIX.length)) : null;
}
