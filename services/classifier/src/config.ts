import { serviceFields } from "@signalbox/kit";
import { z } from "zod";

export const Config = z.strictObject({ ...serviceFields });
export type Config = z.infer<typeof Config>;
