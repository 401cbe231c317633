import { EventEmitter } from "node:events";
import type { DispatcherServer } from "@signalbox/proto/grpc/dispatcher";

type Dispatch = DispatcherServer["dispatch"];

/** Lets a played `Dispatch` answer in a shared call too; the death of one of its calls is the death of the shared one. */
export function playExchange(dispatch: Dispatch): DispatcherServer["exchange"] {
  return (shared) => {
    const calls = new Map<number, EventEmitter>();
    shared.on("data", ({ requests }) => {
      for (const { id, step } of requests) {
        if (step?.$case === "cancel") calls.get(id)?.emit("cancelled");
        if (step?.$case !== "start") continue;
        const call = Object.assign(new EventEmitter(), {
          request: step.value.request,
          metadata: shared.metadata,
          write: (frame: unknown) =>
            shared.write({ frames: [{ id, step: { $case: "frame", value: frame as never } }] }),
          end() {},
        });
        call.on("error", (error) => shared.emit("error", error));
        calls.set(id, call);
        dispatch(call as unknown as Parameters<Dispatch>[0]);
      }
    });
    shared.on("end", () => shared.end());
  };
}
