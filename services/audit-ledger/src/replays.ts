export type { Replayed } from "./replays/replay-messages.ts";
export { ReplayThread } from "./replays/replay-thread.ts";
export { StalledEngines } from "./replays/stalled-engines.ts";
