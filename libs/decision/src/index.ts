export { decide, decidePrepared } from "./decide.ts";
export { type DecisionDocuments, type PreparedDocuments, prepareDocuments } from "./prepare-documents.ts";
export { estimateCost, type Money, tierOf, type Tokens } from "./estimate-cost.ts";
export { parseIndexRanges } from "./index-ranges.ts";
export { explain } from "./explain.ts";
export type { EngineGlobal } from "./engine.ts";
