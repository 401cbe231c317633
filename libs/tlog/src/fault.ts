/** Something was changed, removed or replaced. */
type Tampered = { readonly kind: "tampered"; readonly index: number | null; readonly reason: string };

/** Nothing is said about the log: something is missing, or the policy does not cover it. */
type Unverifiable = { readonly kind: "unverifiable"; readonly index: number | null; readonly reason: string };

/** `index` is the first bad one, null where no one leaf can be named. Reasons are sentences for people. */
export type Fault = Tampered | Unverifiable;

export function tampered(index: number | null, reason: string): Tampered {
  return { kind: "tampered", index, reason };
}

export function unverifiable(index: number | null, reason: string): Unverifiable {
  return { kind: "unverifiable", index, reason };
}
