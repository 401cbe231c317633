export { LeafFollower } from "./append/leaf-follower.ts";
export { loadSequences } from "./append/load-sequences.ts";
export { keyOf, type Sequence } from "./append/sequences.ts";
export { storedColumns, type StoredColumns } from "./append/stored-columns.ts";
export { payloadFields } from "./events/leaf-event.ts";
export { descriptionsIn, type BlockDescription } from "./read/search/block-descriptions.ts";
export { BLOCK_LEAVES } from "./read/search/block-facets.ts";
