import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { serverCommand } from "./server-command.ts";

const linux = process.platform === "linux";

describe("the command that runs a server", () => {
  it.runIf(linux)("becomes the program itself, with a millisecond of slack for its timers", () => {
    const { command, args } = serverCommand("/bin/cat", ["/proc/self/timerslack_ns", "/proc/self/comm"]);
    expect(execFileSync(command, args, { encoding: "utf8" })).toBe("1000000\ncat\n");
  });

  it.runIf(linux)("leaves the slack of who starts it alone", () => {
    const before = readFileSync("/proc/self/timerslack_ns", "utf8");
    const { command, args } = serverCommand("/bin/true", []);
    execFileSync(command, args);
    expect(readFileSync("/proc/self/timerslack_ns", "utf8")).toBe(before);
  });

  it("hands over arguments with spaces and quotes as they are", () => {
    const { command, args } = serverCommand("/bin/echo", ["a b", `"c"`, "$HOME"]);
    expect(execFileSync(command, args, { encoding: "utf8" })).toBe(`a b "c" $HOME\n`);
  });

  it("gives the server's Go code at least one core", () => {
    expect(Number(serverCommand("nats-server", []).env["GOMAXPROCS"])).toBeGreaterThanOrEqual(1);
  });
});
