/** A server-sent event. `event` is empty where the stream names none. */
export type SseEvent = { readonly event: string; readonly data: string };
