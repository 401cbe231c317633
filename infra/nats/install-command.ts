import { readFileSync } from "node:fs";

/** What the command depends on. */
type Machine = {
  readonly platform: NodeJS.Platform;
  /** Linux' /etc/os-release; empty elsewhere. */
  readonly osRelease: string;
  readonly isRoot: boolean;
};

/** The one command that puts a `nats-server` where a start finds it: on PATH, or in `dir` where no package manager has one. */
export function natsInstallCommand(dir: string, machine: Machine = thisMachine()): string {
  const { platform, osRelease } = machine;
  if (platform === "darwin") return "brew install nats-server";
  if (platform === "win32") return "choco install nats-server";
  const sudo = machine.isRoot ? "" : "sudo ";
  if (isLike(osRelease, "debian|ubuntu")) return `${sudo}apt-get update && ${sudo}apt-get install --yes nats-server`;
  if (isLike(osRelease, "alpine")) return `${sudo}apk add nats-server`;
  if (isLike(osRelease, "arch")) return `${sudo}pacman -S --noconfirm nats-server`;
  // Where no package is known: the project's own builds, which https://docs.nats.io names for Linux.
  return `curl -fsSL https://binaries.nats.dev/nats-io/nats-server/v2@latest | PREFIX='${dir}' sh`;
}

function isLike(osRelease: string, names: string): boolean {
  return new RegExp(`^ID(_LIKE)?=.*\\b(${names})\\b`, "m").test(osRelease);
}

function thisMachine(): Machine {
  return { platform: process.platform, osRelease: readOsRelease(), isRoot: process.getuid?.() === 0 };
}

function readOsRelease(): string {
  try {
    return readFileSync("/etc/os-release", "utf8");
  } catch {
    return "";
  }
}
