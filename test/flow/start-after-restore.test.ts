import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, expect, test } from "vitest";
import { startLine } from "../kit/start-line.ts";

/*
 * Goal: who puts an old backup of the database under a home folder is told so at the start, in seconds and with what to do, and the
 * command that mends it needs no running line.
 */

const dir = mkdtempSync(join(tmpdir(), "signalbox-restore-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const home = join(dir, "home");
mkdirSync(home);
const CLI = join(import.meta.dirname, "../../infra/cli/main.ts");

async function cli(...words: string[]): Promise<{ code: number | null; said: string }> {
  const child = spawn(process.execPath, [CLI, ...words, "--home", home, "--json"], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [[code], out, err] = await Promise.all([once(child, "exit"), text(child.stdout), text(child.stderr)]);
  return { code: code as number | null, said: out + err };
}

async function ask(line: Awaited<ReturnType<typeof startLine>>): Promise<number> {
  const body = JSON.stringify({ model: "auto", messages: [{ role: "user", content: "Hello" }] });
  const headers = { "content-type": "application/json" };
  const answer = await line.api("/v1/chat/completions", { method: "POST", headers, body });
  await answer.text();
  return answer.status;
}

test(
  "an old database is refused, brought back from a copy without a line, and served again",
  { timeout: 180_000 },
  async () => {
    const first = await startLine({ home });
    await ask(first);
    await first.stop();
    cpSync(join(home, "postgres"), join(dir, "backup"), { recursive: true });
    const second = await startLine({ home });
    expect(await ask(second)).toBe(200);
    expect(await cli("export", join(dir, "copy"))).toMatchObject({ code: 0 });
    await second.stop();
    rmSync(join(home, "postgres"), { recursive: true });
    cpSync(join(dir, "backup"), join(home, "postgres"), { recursive: true });

    const startedAt = performance.now();
    const refused = await startLine({ home }).catch((error: Error) => error.message);
    expect(refused).toMatch(/The log has \d+ leaves, but \d+ were signed: it was put back.*signalbox -- recover DIR/);
    expect(performance.now() - startedAt).toBeLessThan(30_000);
    expect(await cli("fsck")).toMatchObject({ code: 1, said: expect.stringContaining("it was put back") });
    expect(await cli("recover", join(dir, "copy"))).toMatchObject({ code: 0 });
    expect(await cli("fsck")).toMatchObject({ code: 0 });

    const third = await startLine({ home });
    expect(await ask(third)).toBe(200);
    expect(await cli("verify")).toMatchObject({ code: 0 });
    await third.stop();
  },
);

test("another name for the log is refused with the line that says it", async () => {
  const config = { register: { origin: "example.org/another" } };
  await expect(startLine({ home, config })).rejects.toThrow(
    /test-config\.json:1: register\.origin: the log in this home folder is named signalbox\.local\/register/,
  );
});
