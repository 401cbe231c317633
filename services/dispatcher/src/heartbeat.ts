import type { Bus } from "@signalbox/kit";
import { HEARTBEAT_EVERY_MS, type Heartbeat, heartbeatSubject } from "@signalbox/proto";

const IDS_MAX = 2_000;

/** Says at once and then regularly that this instance lives and which requests it holds, so that the ledger can close what a dead one left. */
export function startHeartbeat(bus: Bus, requestIds: () => string[]): Disposable {
  const subject = heartbeatSubject("dispatcher", bus.instance);
  const beat = (): void => {
    if (!bus.isConnected()) return;
    const ids = requestIds();
    for (let at = 0; at === 0 || at < ids.length; at += IDS_MAX) {
      const message: Heartbeat = { instance: bus.instance, requestIds: ids.slice(at, at + IDS_MAX) };
      bus.connection.publish(subject, JSON.stringify(message));
    }
  };
  beat();
  const timer = setInterval(beat, HEARTBEAT_EVERY_MS);
  timer.unref();
  return {
    [Symbol.dispose]() {
      clearInterval(timer);
    },
  };
}
