/** The largest answer that is put together from a stream, in UTF-16 units. */
export const COLLECT_MAX_CHARS = 4 * 1024 * 1024;
