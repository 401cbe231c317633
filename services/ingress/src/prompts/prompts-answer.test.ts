import { encodeData } from "@signalbox/dialects";
import { SignalboxError } from "@signalbox/proto";
import { expect, test } from "vitest";
import type { AnswerTarget } from "../chat/answer-target.ts";
import { PromptsAnswer } from "./prompts-answer.ts";

/** A client's connection, as far as an answer sees it. */
class Client implements AnswerTarget {
  readonly said: string[] = [];
  readonly headers: Record<string, string> = {};
  isGone = false;
  leave = (): void => {};
  onGone(callback: () => void): () => void {
    this.leave = () => {
      this.isGone = true;
      callback();
    };
    return () => {};
  }
  holdTo(): void {}
  setContentType(): void {}
  setHeader(name: string, value: string): void {
    this.headers[name] = value;
  }
  send(body: Buffer): void {
    this.said.push(body.toString());
  }
  write(piece: Uint8Array): boolean {
    this.said.push(Buffer.from(piece).toString());
    return true;
  }
  onDrain(callback: () => void): void {
    callback();
  }
  end(): void {
    this.said.push("END");
  }
  fail(error: SignalboxError): void {
    this.said.push(`FAILED ${error.code}`);
  }
}

const HEAD = { object: "text_completion", created: 7, model: "m" };
const usage = { prompt_tokens: 1, signalbox: { decision_id: "d", cost_pico_usd: "1" } };
const chunk = (id: string, choices: object[], more: object = {}): Buffer =>
  Buffer.from(encodeData(JSON.stringify({ id, ...HEAD, choices, ...more })));
const piece = (text: string): object => ({ text, index: 0, logprobs: null, finish_reason: null });
const answer = (text: string): Buffer => Buffer.from(JSON.stringify({ id: text, choices: [piece(text)], usage }));
const DONE = Buffer.from(encodeData("[DONE]"));

test("a stream has the pieces of all prompts as they come, cut anywhere, and one end with one usage", () => {
  const client = new Client();
  const whole = new PromptsAnswer(client, { prompts: 2, choicesEach: 1 });
  const [first, second] = [whole.target(0, null), whole.target(1, null)];
  second.write(chunk("b", [piece("B")]));
  const cut = chunk("a", [piece("Ä")]);
  const middle = cut.indexOf(0x84);
  first.write(cut.subarray(0, middle));
  first.write(cut.subarray(middle));
  first.write(Buffer.concat([chunk("a", [], { usage }), DONE]));
  first.end();
  expect(client.said).not.toContain("END");
  second.write(Buffer.concat([chunk("b", [], { usage }), DONE]));
  second.end();
  expect(client.said.pop()).toBe("END");
  const events = client.said.join("").split("\n\n").slice(0, -1);
  expect(events.pop()).toBe("data: [DONE]");
  expect(events.map((event) => JSON.parse(event.slice("data: ".length)) as object)).toMatchObject([
    { id: "b", choices: [{ index: 1, text: "B" }] },
    { id: "b", choices: [{ index: 0, text: "Ä" }] },
    { id: "b", choices: [], usage: { prompt_tokens: 2, signalbox: { cost_pico_usd: "2" } } },
  ]);
});

test("a whole answer leaves when the last prompt's has come, in the prompts' order", () => {
  const client = new Client();
  const whole = new PromptsAnswer(client, { prompts: 2, choicesEach: 1 });
  whole.target(1, null).send(answer("b"));
  expect(client.said).toEqual([]);
  whole.target(0, null).send(answer("a"));
  expect(JSON.parse(client.said[0]!)).toMatchObject({
    choices: [
      { index: 0, text: "a" },
      { index: 1, text: "b" },
    ],
  });
});

test("the first prompt that fails ends the whole once, and gives the others up", () => {
  const client = new Client();
  const whole = new PromptsAnswer(client, { prompts: 2, choicesEach: 1 });
  const [first, second] = [whole.target(0, null), whole.target(1, null)];
  let left = 0;
  second.onGone(() => (left += 1));
  first.fail(new SignalboxError("overloaded", "Too many."));
  second.fail(new SignalboxError("internal", "Broken off."));
  second.send(Buffer.from("{}"));
  expect({ said: client.said, left, isGone: second.isGone }).toEqual({
    said: ["FAILED overloaded"],
    left: 1,
    isGone: true,
  });
});

test("a client that leaves is told to every prompt under way", () => {
  const client = new Client();
  const whole = new PromptsAnswer(client, { prompts: 2, choicesEach: 1 });
  let left = 0;
  const forget = whole.target(0, null).onGone(() => (left += 1));
  whole.target(1, null).onGone(() => (left += 1));
  forget();
  client.leave();
  expect(left).toBe(1);
  expect(whole.isOver).toBe(true);
});

test("headers of its own name what each prompt's answer says, once where it is the same", () => {
  const client = new Client();
  const whole = new PromptsAnswer(client, { prompts: 2, choicesEach: 1 });
  const [first, second] = [whole.target(0, null), whole.target(1, null)];
  second.setHeader("x-signalbox-decision-id", "d2");
  first.setHeader("x-signalbox-decision-id", "d1");
  first.setHeader("x-signalbox-model", "m");
  second.setHeader("x-signalbox-model", "m");
  first.setHeader("x-ratelimit-remaining-requests", "2");
  second.setHeader("x-ratelimit-remaining-requests", "1");
  expect(client.headers).toEqual({
    "x-signalbox-decision-id": "d1, d2",
    "x-signalbox-model": "m",
    "x-ratelimit-remaining-requests": "1",
  });
});
