import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";

const RUN = new URL("./run.ts", import.meta.url).href;
const PACKAGE = new URL("..", import.meta.url);

/** A process that is a service; `start` is the body of its function, and `say` writes a line. */
function processOf(start: string): ChildProcess {
  const code =
    `import { z } from "zod";\nimport { runService } from ${JSON.stringify(RUN)};\n` +
    `const say = (word) => process.stdout.write(word + "\\n");\n` +
    `await runService({ name: "test", config: z.object({}), start: async () => { ${start} } });`;
  const words = ["--input-type=module", "--eval", code];
  return spawn(process.execPath, words, { cwd: PACKAGE, stdio: ["ignore", "pipe", "inherit"] });
}

async function endOf(child: ChildProcess): Promise<{ said: string; code: number | null }> {
  let said = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    said += text;
    if (text.includes("begun")) child.kill("SIGTERM");
  });
  const [code] = (await once(child, "close")) as [number | null];
  return { said, code };
}

test("a service that is stopped ends in good order before its process does", async () => {
  const child = processOf(`
    const held = setInterval(() => {}, 1_000);
    setTimeout(() => say("begun"), 50);
    return { ports: {}, async [Symbol.asyncDispose]() {
      await new Promise((resolve) => setTimeout(resolve, 100));
      clearInterval(held);
      say("disposed");
    } };`);
  expect(await endOf(child)).toEqual({ said: "begun\ndisposed\n", code: 0 });
});

test("a service that waits for something to start with ends at once", async () => {
  const child = processOf(`setInterval(() => {}, 1_000); say("begun"); return new Promise(() => {});`);
  expect(await endOf(child)).toEqual({ said: "begun\n", code: 0 });
});
