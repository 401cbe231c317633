import { Count, Quality, TASKS } from "@signalbox/proto";
import { z } from "zod";

/** Measured quality: family → task → figure. A family or task that is absent is unknown. */
export const QualityFile = z.strictObject({
  /** The day on which the figures were computed from the published outcomes. */
  date: z.iso.date(),
  families: z.record(
    z.string(),
    z.partialRecord(z.enum([...TASKS, "default"]), Quality.extend({ value: Count.max(1_000_000) })),
  ),
});
export type QualityFile = z.infer<typeof QualityFile>;
