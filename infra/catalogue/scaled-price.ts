import type { PriceTier, ServicePrice } from "@signalbox/proto";

/** All prices of tokens that a tier has, each changed in the same way. */
export function scaled(tier: PriceTier, by: (price: number) => number): ServicePrice {
  const { input, output, cacheRead, cacheWrite, cacheWriteHour, audioInput } = tier;
  return {
    input: by(input),
    output: by(output),
    cacheRead: cacheRead === null ? null : by(cacheRead),
    cacheWrite: cacheWrite === null ? null : by(cacheWrite),
    ...(cacheWriteHour === undefined ? {} : { cacheWriteHour: by(cacheWriteHour) }),
    ...(audioInput === undefined ? {} : { audioInput: by(audioInput) }),
  };
}
