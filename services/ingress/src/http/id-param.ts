import { SignalboxError, Uuid } from "@signalbox/proto";

/** The `:id` in a route's path, as the caller wrote it. */
export function idParam(params: unknown): string {
  return (params as { id: string }).id;
}

/** The `:id` in a route's path as a UUID in lower case. Throws `not-found` with `missing` where it is none. */
export function uuidParam(params: unknown, missing: string): string {
  const id = Uuid.safeParse(idParam(params).toLowerCase());
  if (!id.success) throw new SignalboxError("not-found", missing);
  return id.data;
}
