import { writeFileSync } from "node:fs";
import { Session } from "node:inspector/promises";
import { join } from "node:path";
import { isMainThread } from "node:worker_threads";
import { PROFILE_FOLDER } from "./profile-folder.ts";

/** Loaded into every process of the line by NODE_OPTIONS: SIGUSR2 starts a CPU profile, the next one writes it. */
const SAMPLE_EVERY_US = 500;

if (isMainThread) {
  let session: Session | undefined;
  process.on("SIGUSR2", () => {
    const running = session;
    session = undefined;
    if (running === undefined) session = start();
    else void finish(running);
  });
}

function start(): Session {
  const session = new Session();
  session.connect();
  void session
    .post("Profiler.enable")
    .then(() => session.post("Profiler.setSamplingInterval", { interval: SAMPLE_EVERY_US }))
    .then(() => session.post("Profiler.start"));
  return session;
}

async function finish(session: Session): Promise<void> {
  const { profile } = await session.post("Profiler.stop");
  session.disconnect();
  writeFileSync(join(PROFILE_FOLDER, `${process.pid}.cpuprofile`), JSON.stringify(profile));
}
