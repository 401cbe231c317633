const LOOPBACK = /^(localhost|.*\.localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * The proxy that a request to `url` goes through by HTTPS_PROXY, HTTP_PROXY and NO_PROXY, in capitals or small letters;
 * null for none. As with Go and unlike with curl, this machine itself is never reached through a proxy, since model
 * servers run there. NO_PROXY names hosts, domains with all that is below them, `host:port`, or `*`.
 */
export function outgoingProxy(
  url: URL,
  env: Readonly<Record<string, string | undefined>> = process.env,
): string | null {
  const read = (name: string): string => (env[name.toLowerCase()] ?? env[name] ?? "").trim();
  const proxy = read(url.protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY");
  if (proxy === "" || LOOPBACK.test(url.hostname) || isExempt(url, read("NO_PROXY"))) return null;
  return proxy.includes("://") ? proxy : `http://${proxy}`;
}

function isExempt({ hostname, port, protocol }: URL, list: string): boolean {
  const usedPort = port === "" ? (protocol === "https:" ? "443" : "80") : port;
  return list.split(/[\s,]+/).some((entry) => {
    if (entry === "" || entry === "*") return entry === "*";
    const [, name = "", onlyPort] = /^(.*?)(?::(\d+))?$/.exec(entry.toLowerCase()) ?? [];
    if (onlyPort !== undefined && onlyPort !== usedPort) return false;
    const domain = name.replace(/^\*?\./, "");
    return hostname === domain || hostname.endsWith(`.${domain}`);
  });
}
