import type { Script } from "../../../kit/upstream.ts";
import type { Answer, Seen } from "../cases.ts";

/** A provider that speaks one wire, as far as the matrix needs it. */
export type WireFake = {
  /** Fields of the provider's config beside dialect, URL, key and models. */
  readonly config?: Readonly<Record<string, unknown>>;
  whole(answer: Answer): Script;
  streamed(answer: Answer): Script;
  /** A rate limit, as an HTTP error. */
  failure(): Script;
  /** A stream that says the answer's text and then reports an overload. */
  brokenStream(answer: Answer): Script;
  /** Throws when the body is not this wire's. */
  seen(request: { path: string; body: Record<string, unknown> }): Seen;
};

/** What the provider signs its reasoning with, and nobody else can read. */
export const SIGNATURE = "c2lnbmVk";

type Fields = Record<string, unknown>;

/** Every value under a member of this name, at any depth. */
export function membersOf(value: unknown, name: string): unknown[] {
  if (Array.isArray(value)) return value.flatMap((each) => membersOf(each, name));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value as Fields).flatMap(([key, each]) => [
    ...(key === name ? [each] : []),
    ...membersOf(each, name),
  ]);
}

export function sse(events: readonly object[], named = false): Script["steps"] {
  return events.map((event) => ({
    send: `${named ? `event: ${(event as { type: string }).type}\n` : ""}data: ${JSON.stringify(event)}\n\n`,
  }));
}

/** A text as a model's tokens would cut it. */
export function piecesOf(text: string | undefined): string[] {
  return text?.match(/.{1,3}/gsu) ?? [];
}
