import { join } from "node:path";

/**
 * Where Node keeps compiled code, which halves the time that a service takes to start. It belongs to the checkout, not
 * to a home: filling it takes seconds at a process's end, and the install has done that already (warm-compile-cache.ts).
 */
const COMPILE_CACHE = join(import.meta.dirname, "..", "..", "node_modules", ".cache", "signalbox", "compile");

/** Variables that every process gets. Providers' keys are not among them. */
const FOR_EVERYONE = ["PATH", "HOME", "TMPDIR", "TMP", "TEMP", "LANG", "LC_ALL", "TZ", "NODE_OPTIONS", "SystemRoot"];

/** Variables for processes that make outgoing connections. */
const FOR_OUTGOING = [
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "NO_PROXY",
  "http_proxy",
  "https_proxy",
  "no_proxy",
  "NODE_USE_ENV_PROXY",
  "NODE_EXTRA_CA_CERTS",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
];

type Env = Readonly<Record<string, string | undefined>>;

/** The environment of a service: the few variables that it needs, so that a provider's key reaches the dispatcher alone. */
export function serviceEnv(env: Env, options: { outgoing: boolean; also?: readonly string[] }): Record<string, string> {
  const names = [...FOR_EVERYONE, ...(options.outgoing ? FOR_OUTGOING : []), ...(options.also ?? [])];
  const present = names.flatMap((name) => {
    const value = env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(present), NODE_COMPILE_CACHE: COMPILE_CACHE };
}
