import type { TranslationLoss } from "@signalbox/proto";

const LOSSY = /^lossy; count=(\d+)/;

/** The header that says what a translation lost, with further losses in it. */
export function withLosses(header: string, losses: readonly TranslationLoss[]): string {
  if (losses.length === 0) return header;
  const count = Number(LOSSY.exec(header)?.[1] ?? 0) + losses.length;
  const named = losses.map(({ path, what, why }) => `; ${path} ${what} ${why}`).join("");
  return `lossy; count=${count}${named}${header.startsWith("lossy") ? header.replace(LOSSY, "") : ""}`;
}
