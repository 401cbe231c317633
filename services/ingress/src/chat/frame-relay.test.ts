import { expect, test } from "vitest";
import type { AnswerTarget } from "./answer-target.ts";
import { FrameRelay } from "./frame-relay.ts";

/** A client that reads when it is told to. */
class SlowClient implements AnswerTarget {
  readonly isGone = false;
  readonly waiting: (() => void)[] = [];
  written = 0;
  onGone(): () => void {
    return () => {};
  }
  holdTo(): void {}
  setContentType(): void {}
  setHeader(): void {}
  send(): void {}
  write(): boolean {
    this.written += 1;
    return false;
  }
  onDrain(callback: () => void): void {
    this.waiting.push(callback);
  }
  read(): void {
    for (const callback of this.waiting.splice(0)) callback();
  }
  end(): void {}
  fail(): void {}
}

test("B12 what still comes while a client is slow waits with the rest: one pause, one drain, one resume", () => {
  const said: string[] = [];
  const client = new SlowClient();
  const relay = new FrameRelay({ stream: true, writer: client, resolve: () => {} });
  relay.follow({ cancel() {}, pause: () => void said.push("pause"), resume: () => void said.push("resume") });
  const send = (): void => relay.take({ frame: { $case: "content", value: Buffer.from("word ") } });
  for (let frame = 0; frame < 1_000; frame += 1) send();
  expect([client.written, client.waiting.length, said]).toEqual([1_000, 1, ["pause"]]);
  client.read();
  send();
  expect([client.waiting.length, said]).toEqual([1, ["pause", "resume", "pause"]]);
});
