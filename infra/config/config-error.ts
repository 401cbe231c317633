/** A config that cannot be used as it stands; the message names the place and the fix. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}
