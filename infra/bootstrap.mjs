// What every npm script goes through: it needs nothing but a Node of 20 or later, makes sure that the pinned packages are
// installed, and hands over to a TypeScript entry that runs on the Node 24 among them.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const NODE_MIN_MAJOR = 20;
const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const NODE_24 = join(ROOT, "node_modules", "node", "bin", process.platform === "win32" ? "node.exe" : "node");
/** Node's cache of compiled code; the supervisor names the same folder to the services. */
const COMPILE_CACHE = join(ROOT, "node_modules", ".cache", "signalbox", "compile");
const STAMP = join(ROOT, "node_modules", ".signalbox-install");
const PARENT_POLL_MS = 500;
const OUTPUT_KEPT_CHARS = 20_000;

/** Command → the entry that it runs, and the words that go before the caller's own. */
const ENTRIES = {
  start: ["infra/main.ts"],
  cli: ["infra/cli/main.ts"],
  test: ["infra/checks/main.ts", "test"],
  check: ["infra/checks/main.ts", "check"],
  gen: ["infra/checks/main.ts", "gen"],
  bench: ["test/bench/main.ts"],
  "bench:ledger": ["test/bench/ledger/main.ts"],
  "bench:micro": ["test/bench/micro/main.ts"],
  "eval:guardrails": ["test/eval/guardrails/main.ts"],
};

const NETWORK_ERRORS =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_PNPM_META_FETCH_FAIL|ERR_SOCKET_TIMEOUT/;

process.exitCode = await main(process.argv[2] ?? "", process.argv.slice(3));

async function main(command, args) {
  const entry = ENTRIES[command];
  if (entry === undefined) {
    say(`Usage: node infra/bootstrap.mjs ${Object.keys(ENTRIES).join("|")}`);
    return 2;
  }
  if (Number(process.versions.node.split(".")[0]) < NODE_MIN_MAJOR) {
    say(
      `Signalbox needs Node ${NODE_MIN_MAJOR} or later; this is Node ${process.versions.node}. See https://nodejs.org/en/download.`,
    );
    return 1;
  }
  if (!(await ensureInstalled())) return 1;
  const [file, ...words] = entry;
  return runEntry([join(ROOT, file), ...words, ...args]);
}

/** Installs when the lockfile or a manifest is another than at the last install. */
async function ensureInstalled() {
  const wanted = installDigest();
  if (existsSync(NODE_24) && existsSync(STAMP) && readFileSync(STAMP, "utf8") === wanted) return true;
  const first = !existsSync(STAMP);
  const startedAt = Date.now();
  say(
    first
      ? "Installing the pinned packages; the first time takes a minute or so."
      : "The pinned packages changed; installing them.",
  );
  const { code, output } = await install();
  if (code === 0 && existsSync(NODE_24)) {
    // What is compiled now need not be compiled at each start; a failure costs time alone, so nothing is made of it.
    await runEntry([join(ROOT, "infra/warm-compile-cache.ts")]);
    writeFileSync(STAMP, wanted);
    say(`Installed in ${((Date.now() - startedAt) / 1000).toFixed(1)} s.`);
    return true;
  }
  say("");
  say(
    NETWORK_ERRORS.test(output) ? unreachable() : `The install failed (exit code ${code}); what it said stands above.`,
  );
  return false;
}

function unreachable() {
  const registry = process.env["npm_config_registry"] ?? "https://registry.npmjs.org/";
  return (
    `The packages could not be fetched: the npm registry ${registry} cannot be reached from here.\n` +
    "Check the network or the proxy (HTTPS_PROXY), or name another registry with\n" +
    "  npm config set registry <url>\nand run the same command again; what was fetched is kept."
  );
}

/** pnpm's output goes to stderr, because stdout belongs to the command's own answer. */
async function install() {
  const { packageManager } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  // pnpm runs in the very version that package.json names, so its own check of that field has nothing to add.
  const flags = ["--frozen-lockfile", "--prefer-offline", "--pm-on-fail=ignore", "--reporter=append-only"];
  const args = ["-y", packageManager, "install", ...flags];
  const child = spawn(process.platform === "win32" ? "npx.cmd" : "npx", args, {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "pipe"],
    // The project's own .npmrc makes npm silent; here its errors are wanted.
    env: { ...process.env, npm_config_loglevel: "error", CI: "true" },
    shell: process.platform === "win32",
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk) => {
      output = (output + chunk).slice(-OUTPUT_KEPT_CHARS);
      process.stderr.write(chunk);
    });
  }
  return new Promise((resolve) => {
    child.once("error", (error) => resolve({ code: 1, output: String(error) }));
    child.once("close", (code) => resolve({ code, output }));
  });
}

function installDigest() {
  const manifests = ["libs", "services"].flatMap((folder) =>
    readdirSync(join(ROOT, folder))
      .toSorted((a, b) => (a < b ? -1 : 1))
      .map((name) => join(folder, name, "package.json")),
  );
  const files = [
    "pnpm-lock.yaml",
    "pnpm-workspace.yaml",
    "package.json",
    "proto/package.json",
    "infra/package.json",
    "test/package.json",
  ];
  const hash = createHash("sha256").update(`${process.platform} ${process.arch} ${ROOT}\n`);
  for (const file of [...files, ...manifests]) {
    if (existsSync(join(ROOT, file))) hash.update(file).update(readFileSync(join(ROOT, file)));
  }
  return hash.digest("hex");
}

/** Signals reach the child through here as well as from the terminal; it takes those that come at once for one. */
function runEntry(args) {
  const child = spawn(NODE_24, args, {
    cwd: process.cwd(),
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    env: {
      ...process.env,
      ...proxyEnv(process.env),
      NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"] ?? COMPILE_CACHE,
    },
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  const watch = watchNpm(() => child.kill("SIGTERM"));
  return new Promise((resolve) => {
    child.once("error", (error) => {
      say(`${NODE_24} cannot be started: ${error.message}`);
      resolve(1);
    });
    child.once("exit", (code, signal) => {
      clearInterval(watch);
      resolve(code ?? (signal === "SIGINT" ? 130 : signal === "SIGTERM" ? 143 : 1));
    });
  });
}

/** Node asks for a proxy by itself when it is told to; what runs on this machine is reached without one. */
function proxyEnv(env) {
  const read = (name) => env[name.toLowerCase()] ?? env[name];
  if (read("HTTP_PROXY") === undefined && read("HTTPS_PROXY") === undefined) return {};
  const exempt = [read("NO_PROXY"), "localhost,127.0.0.1,::1"].filter(Boolean).join(",");
  return { NODE_USE_ENV_PROXY: env["NODE_USE_ENV_PROXY"] ?? "1", NO_PROXY: exempt, no_proxy: exempt };
}

/** An npm that was killed outright cannot pass a signal on; what it had started must not outlive it. */
function watchNpm(onGone) {
  if (process.env["npm_lifecycle_event"] === undefined) return undefined;
  const parent = process.ppid;
  return setInterval(() => {
    if (process.ppid !== parent) onGone();
  }, PARENT_POLL_MS);
}

function say(line) {
  process.stderr.write(`${line}\n`);
}
