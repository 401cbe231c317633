/** Providers give no longer names. */
const NAME_MAX_CHARS = 128;
const NAME = /^[\w~][\w.:/@+~-]*$/;
/** A cheap test that most names fail: whatever matches SECRETIVE matches this as well. */
const SUSPECT = /\w{13}|@|[\da-f]-[\da-f]{4}-[\da-f]{4}-/i;
/**
 * Marks of a secret that names of models do not have: a run of 16 letters and digits, any run of 40, a number of 13 digits
 * (as a card's), a UUID, an e-mail address.
 */
const SECRETIVE =
  /(?=[A-Za-z_]*\d)(?=\d*[A-Za-z])\w{16}|\w{40}|\d{13}|[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}|@[\w-]*\.[a-z]/i;

/**
 * The model that a request asks for, as it is recorded: a name as the caller wrote it. Anything else, such as a key pasted
 * into the wrong field, is recorded as its digest alone, and refused as an unknown model.
 */
export function recordedModel(model: string, digest: (text: string) => string): string {
  const isName = model.length <= NAME_MAX_CHARS && NAME.test(model) && !(SUSPECT.test(model) && SECRETIVE.test(model));
  return isName ? model : digest(model);
}
