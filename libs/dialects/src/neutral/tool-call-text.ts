/** An id for a call that its provider gave none: the same for the same answer and place. */
export function mintedCallId(seed: string, index: number): string {
  return `call_${seed.replaceAll(/[^A-Za-z0-9]/g, "").slice(-40)}_${index}`;
}

/** Arguments as text; some hosts send the object itself. */
export function argumentsText(value: unknown): string {
  if (typeof value === "string") return value;
  return value === undefined || value === null ? "" : JSON.stringify(value);
}
