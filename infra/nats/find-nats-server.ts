import { execFile } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { chmod, mkdir, readdir, rename, rm } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { natsInstallCommand } from "./install-command.ts";

const run = promisify(execFile);
const DOWNLOAD_LIMIT_MS = 180_000;

/** Where packages put the server although an ordinary user's PATH leaves the folder out. */
const MORE_FOLDERS = ["/usr/sbin", "/usr/local/bin", "/usr/local/sbin", "/opt/homebrew/bin"];

type FindOptions = {
  readonly say?: (line: string) => void;
  /** Breaks a download off. */
  readonly signal?: AbortSignal;
};

/**
 * The path of a `nats-server`: from PATH, else from `dir`, else from Debian's package unpacked into `dir`, which needs no
 * root and starts no system service. Throws an error that names the one command for this platform.
 */
export async function findNatsServer(dir: string, options: FindOptions = {}): Promise<string> {
  const found = installedNatsServer(dir);
  if (found !== undefined) return found;
  if (!hasDebianTools()) throw new Error(howToInstall(dir));
  options.say?.("Fetching nats-server from Debian's package (no root, no system service)");
  try {
    return await unpackDebianPackage(dir, options.signal);
  } catch (error) {
    options.signal?.throwIfAborted();
    const why = (error as { stderr?: string }).stderr?.trim() || String(error);
    throw new Error(`${howToInstall(dir)}\nFetching Debian's package failed: ${why}`, { cause: error });
  }
}

/** The path of a `nats-server` that can be run as it is: on `path`, where packages put it, or in `dir`. */
export function installedNatsServer(dir: string, path: string = process.env["PATH"] ?? ""): string | undefined {
  const name = process.platform === "win32" ? "nats-server.exe" : "nats-server";
  return [...path.split(delimiter), ...MORE_FOLDERS, dir]
    .filter(Boolean)
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Whether Debian's package can be fetched and unpacked here. */
export function hasDebianTools(): boolean {
  return existsSync("/usr/bin/apt-get") && existsSync("/usr/bin/dpkg-deb");
}

async function unpackDebianPackage(dir: string, signal: AbortSignal | undefined): Promise<string> {
  const work = join(dir, "unpack");
  await rm(work, { recursive: true, force: true });
  await mkdir(join(work, "root"), { recursive: true });
  await download(work, signal);
  const deb = (await readdir(work)).find((file) => file.endsWith(".deb"));
  if (deb === undefined) throw new Error("apt-get left no package behind");
  await run("dpkg-deb", ["-x", join(work, deb), join(work, "root")], { timeout: DOWNLOAD_LIMIT_MS });
  const file = join(dir, "nats-server");
  const binary = ["usr/sbin", "usr/bin"]
    .map((folder) => join(work, "root", folder, "nats-server"))
    .find((path) => existsSync(path));
  if (binary === undefined) throw new Error("the package holds no nats-server");
  await chmod(binary, 0o755);
  // In one step: half a server would be found by every start after this one.
  await rename(binary, file);
  await rm(work, { recursive: true, force: true });
  return file;
}

/** Images often come without package lists; then they are fetched into a folder of ours, because the system's needs root. */
async function download(work: string, signal: AbortSignal | undefined): Promise<void> {
  const options = { cwd: work, timeout: DOWNLOAD_LIMIT_MS, signal };
  // As root, apt would drop to an account that may not write here.
  const asIs = ["-o", "APT::Sandbox::User=root"];
  try {
    await run("apt-get", [...asIs, "download", "nats-server"], options);
  } catch {
    signal?.throwIfAborted();
    const lists = join(work, "lists");
    const cache = join(work, "cache");
    await mkdir(join(lists, "partial"), { recursive: true });
    await mkdir(join(cache, "archives", "partial"), { recursive: true });
    const own = [
      ...asIs,
      "-o",
      `Dir::State::lists=${lists}`,
      "-o",
      `Dir::Cache=${cache}`,
      "-o",
      "Debug::NoLocking=true",
    ];
    await run("apt-get", [...own, "update"], options);
    await run("apt-get", [...own, "download", "nats-server"], options);
  }
}

function howToInstall(dir: string): string {
  return `There is no nats-server on this machine. Install it with:\n  ${natsInstallCommand(dir)}\nand start again.`;
}
