import { percentile } from "../percentile.ts";

/** `p99Us`: of each input the quietest round, because the machine does other things too. `rawP99Us`: of all calls. */
export type Times = { readonly p50Us: number; readonly p99Us: number; readonly rawP99Us: number };

const US_PER_MS = 1_000;

/** Times each call, over all inputs and several rounds. */
export function quietest<Input>(inputs: readonly Input[], run: (input: Input) => unknown, rounds: number): Times {
  for (const input of inputs) run(input);
  const all: number[] = [];
  const best = inputs.map(() => Infinity);
  for (let round = 0; round < rounds; round += 1) {
    for (const [at, input] of inputs.entries()) {
      const startedMs = performance.now();
      run(input);
      const us = (performance.now() - startedMs) * US_PER_MS;
      best[at] = Math.min(best[at] ?? Infinity, us);
      all.push(us);
    }
  }
  return { p50Us: percentile(best, 0.5), p99Us: percentile(best, 0.99), rawP99Us: percentile(all, 0.99) };
}
