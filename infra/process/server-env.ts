/** What PostgreSQL and NATS need of their surroundings. A provider's key is none of it. */
const KEPT = ["PATH", "HOME", "TMPDIR", "TMP", "TEMP", "LD_LIBRARY_PATH", "SystemRoot"];
/** How Go's runtime is tuned, for who wants nats-server's otherwise. */
const TUNING = /^GO[A-Z]+$/;

/** The environment of a server that is no service: one language, so that what it says can be read, and one time zone. */
export function serverEnv(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const kept = Object.entries(env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && (KEPT.includes(entry[0]) || TUNING.test(entry[0])),
  );
  return { ...Object.fromEntries(kept), LC_ALL: "C", TZ: "UTC" };
}
