import { EventEmitter } from "node:events";
import type { DispatchFrame, DispatcherServer } from "@signalbox/proto/grpc/dispatcher";
import { ExchangeWriter } from "../../services/dispatcher/src/exchange-writer.ts";

type Dispatch = DispatcherServer["dispatch"];

/** Lets a played `Dispatch` answer in a shared call too; the death of one of its calls is the death of the shared one. */
export function playExchange(dispatch: Dispatch): DispatcherServer["exchange"] {
  return (shared) => {
    const calls = new Map<number, { readonly call: EventEmitter; readonly writer: ExchangeWriter }>();
    shared.on("data", ({ requests }) => {
      for (const { id, step } of requests) {
        if (step?.$case === "cancel") calls.get(id)?.call.emit("cancelled");
        if (step?.$case === "credit") calls.get(id)?.writer.credit(step.value.bytes);
        if (step?.$case !== "start") continue;
        const writer = new ExchangeWriter({
          send: (frame) => void shared.write({ frames: [{ id, step: { $case: "frame", value: frame } }] }),
          windowBytes: step.value.windowBytes,
          onEnd() {},
        });
        const call = Object.assign(new EventEmitter(), {
          request: step.value.request,
          metadata: shared.metadata,
          write(frame: DispatchFrame) {
            const hasRoom = writer.write(frame);
            if (!hasRoom) writer.onDrain(() => call.emit("drain"));
            return hasRoom;
          },
          end() {},
        });
        call.on("error", (error) => shared.emit("error", error));
        calls.set(id, { call, writer });
        dispatch(call as unknown as Parameters<Dispatch>[0]);
      }
    });
    shared.on("end", () => shared.end());
  };
}
