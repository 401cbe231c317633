import { isFree } from "../../process/free-port.ts";
import { ok, warn, type Check } from "./check.ts";

/** Whether the port that `npm start` takes by default is free; a line that runs already holds it itself. */
export function portCheck(port: number, lineRuns: boolean): Check {
  return {
    name: "port",
    look: async () => {
      if (lineRuns) return ok("held by the running line");
      return (await isFree(port))
        ? ok(`${port} is free`)
        : warn(`another program listens on ${port}`, "End it, or take another port: `npm start -- --port 0`.");
    },
  };
}
