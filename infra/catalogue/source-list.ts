import { z } from "zod";

const UsdPrice = z.looseObject({
  input: z.number().nullish(),
  output: z.number().nullish(),
  reasoning: z.number().nullish(),
  cache_read: z.number().nullish(),
  cache_write: z.number().nullish(),
  cached_input: z.number().nullish(),
  cached_write: z.number().nullish(),
  input_audio: z.number().nullish(),
});
export type UsdPrice = z.infer<typeof UsdPrice>;

/** A model as models.dev lists it; fields that the import does not read may come and go. */
export const SourceModel = z.looseObject({
  name: z.string(),
  tool_call: z.boolean(),
  reasoning: z.boolean(),
  structured_output: z.boolean().nullish(),
  open_weights: z.boolean(),
  release_date: z.string().nullish(),
  status: z.string().nullish(),
  limit: z.looseObject({ context: z.number(), output: z.number(), input: z.number().nullish() }),
  modalities: z.looseObject({ input: z.array(z.string()), output: z.array(z.string()) }),
  cost: UsdPrice.extend({
    tiers: z.array(UsdPrice.extend({ tier: z.looseObject({ size: z.number() }) })).nullish(),
  }).nullish(),
  provider: z.looseObject({ npm: z.string().nullish(), shape: z.string().nullish() }).nullish(),
});
export type SourceModel = z.infer<typeof SourceModel>;

/** The list of models that the catalogue's data files are made from. */
export const SourceList = z.looseObject({
  date: z.iso.date(),
  providers: z.record(
    z.string(),
    z.looseObject({ name: z.string(), doc: z.url(), models: z.record(z.string(), SourceModel) }),
  ),
});
export type SourceList = z.infer<typeof SourceList>;
