/**
 * The bound on a stream whose caller sets none: more than agents let a model write at a time, and less than the largest
 * models allow, because some hosts count the bound against their rate limits.
 */
export const STREAM_MAX_OUTPUT_TOKENS = 32_768;
