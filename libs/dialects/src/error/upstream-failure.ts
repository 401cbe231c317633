import type { HeaderReader } from "./retry-after.ts";

/** A provider's answer that is no success. */
export type UpstreamFailure = {
  readonly status: number;
  /** By lower-case name. */
  readonly header: HeaderReader;
  readonly bodyText: string;
  readonly provider: string;
  readonly nowMs: number;
  /** What must never be shown, such as the provider's key. */
  readonly secrets: readonly string[];
};
