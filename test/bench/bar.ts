import { ratioOf, type Figure, type Measurement } from "./measurement.ts";

/** What the line must reach against Portkey's gateway, for whole answers. */
const BAR = [
  { connections: 64, figure: "requestsPerSecond", atLeast: 0.7 },
  { connections: 64, figure: "p99Ms", atMost: 1.5 },
  { connections: 1, figure: "p50Ms", atMost: 3 },
] as const satisfies { connections: number; figure: Figure; atLeast?: number; atMost?: number }[];

type BarResult = {
  readonly connections: number;
  readonly figure: Figure;
  readonly limit: string;
  /** Signalbox over Portkey, or null when either was not measured. */
  readonly ratio: number | null;
  /** The bare sketch over Portkey: what no work in any stage would leave. Null when either was not measured. */
  readonly sketch: number | null;
  readonly passed: boolean | null;
};

export function checkBar(measurements: readonly Measurement[]): BarResult[] {
  return BAR.map((bar) => {
    const { connections, figure } = bar;
    const overPortkey = { scenario: "whole", connections, figure, over: "portkey" } as const;
    const ratio = numberOrNull(ratioOf(measurements, { ...overPortkey, of: "signalbox" }));
    const sketch = numberOrNull(ratioOf(measurements, { ...overPortkey, of: "sketch" }));
    const limit = "atLeast" in bar ? `≥ ${bar.atLeast} ×` : `≤ ${bar.atMost} ×`;
    if (ratio === null) return { connections, figure, limit, ratio, sketch, passed: null };
    const passed = "atLeast" in bar ? ratio >= bar.atLeast : ratio <= bar.atMost;
    return { connections, figure, limit, ratio, sketch, passed };
  });
}

function numberOrNull(ratio: number): number | null {
  return Number.isNaN(ratio) ? null : ratio;
}
