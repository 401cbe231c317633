import { z } from "zod";
import { PolicyDocument } from "./policy.ts";

/**
 * What an operator has written: the fields of the policy document that they name, over those of the configuration.
 * Content-addressed by its canonical form, so that a version never changes.
 */
export const PolicyVersion = z.strictObject({
  ...PolicyDocument.partial().shape,
  schema: z.literal("signalbox.policy-version.v1"),
});
export type PolicyVersion = z.infer<typeof PolicyVersion>;
