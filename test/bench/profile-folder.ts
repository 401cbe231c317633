import { join } from "node:path";

/** Where the processes write their profiles; a service gets no variable of ours that could name another one. */
export const PROFILE_FOLDER = join(import.meta.dirname, "../../.bench/profiles");
