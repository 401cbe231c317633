/** A document by the part that it plays in a decision. */
export type DocumentName = { readonly kind: string; readonly digest: string };

/**
 * The documents that a decision event names by digest: those of `input.documents` under their own names, and the
 * classifier's of `input.classification.classifier`. Nothing for any other event.
 */
export function namedDocuments(event: Record<string, unknown>): DocumentName[] {
  const input = memberOf(event, "input");
  const named = Object.entries(memberOf(input, "documents"));
  const { classifier } = memberOf(input, "classification");
  if (classifier !== undefined) named.push(["classifier", classifier]);
  return named.flatMap(([kind, digest]) => (typeof digest === "string" ? [{ kind, digest }] : []));
}

function memberOf(json: Record<string, unknown>, name: string): Record<string, unknown> {
  const member = json[name];
  return typeof member === "object" && member !== null ? (member as Record<string, unknown>) : {};
}
