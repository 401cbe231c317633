import { expect, test } from "vitest";
import { natsInstallCommand } from "./install-command.ts";

const DEBIAN = 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\n';
const MINT = 'NAME="Linux Mint"\nID=linuxmint\nID_LIKE="ubuntu debian"\n';
const FEDORA = "NAME=Fedora\nID=fedora\n";
const CURL = "curl -fsSL https://binaries.nats.dev/nats-io/nats-server/v2@latest | PREFIX='/home/me/x/nats' sh";

test.each([
  ["linux", DEBIAN, "sudo apt-get update && sudo apt-get install --yes nats-server"],
  ["linux", MINT, "sudo apt-get update && sudo apt-get install --yes nats-server"],
  ["linux", "ID=alpine\n", "sudo apk add nats-server"],
  ["linux", "ID=endeavouros\nID_LIKE=arch\n", "sudo pacman -S --noconfirm nats-server"],
  ["linux", FEDORA, CURL],
  ["linux", "", CURL],
  ["freebsd", "", CURL],
  ["darwin", "", "brew install nats-server"],
  ["win32", "", "choco install nats-server"],
] as const)("on %s with %j it is %s", (platform, osRelease, command) => {
  expect(natsInstallCommand("/home/me/x/nats", { platform, osRelease, isRoot: false })).toBe(command);
});

test("root needs no sudo, which an image may not have", () => {
  const command = natsInstallCommand("/x", { platform: "linux", osRelease: DEBIAN, isRoot: true });
  expect(command).toBe("apt-get update && apt-get install --yes nats-server");
});
