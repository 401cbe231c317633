/**
 * Stands in for what the CEL library takes from its host when the engine is bundled: a context without clocks has no
 * `Date`, and none of the functions that would use these can be called in a condition.
 */
function Unavailable(): never {
  throw new Error("a condition reads no clock and no bytes");
}

/** Made when the library is loaded, and used for bytes alone. */
class Utf8 {
  encode(): Uint8Array {
    return new Uint8Array();
  }

  decode(): string {
    return "";
  }
}

export { Unavailable as Date, Utf8 as TextDecoder, Utf8 as TextEncoder };
