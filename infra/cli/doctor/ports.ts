import { once } from "node:events";
import { createServer } from "node:net";
import { ok, warn, type Check } from "./check.ts";

const HOST = "127.0.0.1";

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

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, HOST);
    await once(server, "listening");
    server.close();
    await once(server, "close");
    return true;
  } catch {
    return false;
  }
}
