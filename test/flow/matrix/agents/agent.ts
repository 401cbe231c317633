import type { DialectName } from "@signalbox/proto";
import type { Read } from "../cases.ts";
import type { Access } from "../clients/client.ts";

/** A coding agent in the middle of a long session. */
export type Agent = {
  readonly name: string;
  readonly dialect: DialectName;
  /** Tools that it offers in a group, which only its own dialect has, by their names at other providers. */
  readonly grouped?: readonly string[];
  /** What else of its request the dialect's own provider gets. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body of its request; with the line's bound on the answer where the agent names none. */
  bodyFor(model: string, boundTokens?: number): Record<string, unknown>;
  /** Sends it, streamed, as the agent does: with the vendor's SDK, the agent's way to give its key, and its headers. */
  send(access: Access, model: string): Promise<Read>;
};
