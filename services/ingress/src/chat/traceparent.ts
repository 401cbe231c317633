/** Version 00 of https://www.w3.org/TR/trace-context-2/#traceparent-header; ids of zeros alone are invalid. */
const TRACEPARENT = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** The caller's trace context; when it is absent or malformed, a new one with ids made from the request's id. */
export function traceparentOf(header: string | string[] | undefined, requestId: string): string {
  if (typeof header === "string" && TRACEPARENT.test(header)) return header;
  const traceId = requestId.replaceAll("-", "");
  return `00-${traceId}-${traceId.slice(-16)}-01`;
}
