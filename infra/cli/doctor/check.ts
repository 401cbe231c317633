/** How long what is asked may take to answer. */
export const PROBE_TIMEOUT_MS = 2_000;

/** What a look at one thing gave: `warn` works today and may not tomorrow; `fail` does not work. */
export type Finding = {
  readonly status: "ok" | "warn" | "fail";
  readonly detail: string;
  /** The one thing to do about it; null when there is nothing to do. */
  readonly todo: string | null;
};

/** One thing that doctor looks at. `look` never throws for what it looks at being broken. */
export type Check = { readonly name: string; readonly look: () => Promise<Finding> };

export function ok(detail: string): Finding {
  return { status: "ok", detail, todo: null };
}

export function warn(detail: string, todo: string): Finding {
  return { status: "warn", detail, todo };
}

export function fail(detail: string, todo: string): Finding {
  return { status: "fail", detail, todo };
}
