/**
 * More than agents let a model write at a time; hosts that count a bound against their rate limits are not asked for
 * their most.
 */
export const STREAM_MAX_OUTPUT_TOKENS = 32_768;
