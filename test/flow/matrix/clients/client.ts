import type { MatrixCase, Read } from "../cases.ts";

/** A caller with a vendor's own SDK, unmodified. */
export type Client = {
  /** Asks as the case says. Rejects with the SDK's own error. */
  ask(each: MatrixCase, model: string): Promise<Read>;
  /** The HTTP status in the SDK's own error, or null for one that came within a stream. */
  statusOf(error: unknown): number | null;
};

export type Access = { readonly baseUrl: string; readonly apiKey: string };
