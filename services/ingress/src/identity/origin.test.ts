import { assert as fcAssert, ipV4, ipV6, property, string as anyText } from "fast-check";
import { describe, expect, test } from "vitest";
import { Network, networksOf, originOf } from "./origin.ts";

const from = (ip: string, forwarded: string | undefined, proxies: readonly string[] = []): string | null =>
  originOf(
    { ip, headers: forwarded === undefined ? {} : { "x-forwarded-for": forwarded } },
    proxies.length === 0 ? null : networksOf(proxies),
  );

describe("networks", () => {
  test.each([
    ["192.0.2.0/24", "192.0.2.255", true],
    ["192.0.2.0/24", "192.0.3.0", false],
    ["192.0.2.7", "192.0.2.7", true],
    ["192.0.2.7", "192.0.2.8", false],
    ["2001:db8::/32", "2001:db8:ffff::1", true],
    ["2001:db8::/32", "2001:db9::1", false],
    ["::1", "::1", true],
    ["0.0.0.0/0", "203.0.113.9", true],
    ["0.0.0.0/0", "2001:db8::1", false],
  ])("%s, asked for %s: %s", (network, address, expected) => {
    expect(networksOf([network]).has(address)).toBe(expected);
  });

  test.each([
    "",
    "192.0.2.0/33",
    "192.0.2/24",
    "2001:db8::/129",
    "example.org",
    "::ffff:192.0.2.0/120",
    "10.0.0.0/8/8",
    "10.0.0.0/-1",
    "fe80::1%eth0",
  ])("%j is none", (text) => {
    expect(Network.safeParse(text).success).toBe(false);
  });
});

describe("where a request comes from", () => {
  test.each([
    ["the peer, whatever it forwards, when nobody is trusted", from("192.0.2.1", "10.0.0.1"), "192.0.2.1"],
    ["the peer, when it is no trusted proxy", from("192.0.2.1", "10.0.0.1", ["198.51.100.0/24"]), "192.0.2.1"],
    ["whom the trusted proxy names", from("198.51.100.2", "192.0.2.1", ["198.51.100.0/24"]), "192.0.2.1"],
    [
      "the last one that no proxy of ours wrote",
      from("198.51.100.2", "10.9.9.9, 192.0.2.1, 198.51.100.3", ["198.51.100.0/24"]),
      "192.0.2.1",
    ],
    ["the proxy itself, when it names nobody", from("198.51.100.2", undefined, ["198.51.100.0/24"]), "198.51.100.2"],
    ["an IPv4 peer on an IPv6 socket", from("::ffff:192.0.2.1", undefined), "192.0.2.1"],
    ["an entry with a port", from("198.51.100.2", "192.0.2.1:4711", ["198.51.100.2"]), "192.0.2.1"],
    ["an IPv6 entry in brackets", from("198.51.100.2", "[2001:db8::7]:4711", ["198.51.100.2"]), "2001:db8::7"],
    ["nobody, when the entry is no address", from("198.51.100.2", "192.0.2.1, unknown", ["198.51.100.2"]), null],
  ])("is %s", (_what, origin, expected) => {
    expect(origin).toBe(expected);
  });

  test("a caller's own entries change nothing", () => {
    fcAssert(
      property(anyText(), ipV4(), (written, address) => {
        const forwarded = `${written.replaceAll(",", "")}, ${address}`;
        expect(from("::1", forwarded, ["::1"])).toBe(address);
      }),
    );
  });

  test("any address is found again, and any text is an address or none", () => {
    fcAssert(
      property(ipV6(), (address) => {
        expect(from(address, undefined)).not.toBeNull();
      }),
    );
    fcAssert(
      property(anyText(), (text) => {
        from(text, text, ["0.0.0.0/0", "::/0"]);
      }),
    );
  });
});
