/** Longer names than providers give. */
const NAME_MAX_CHARS = 128;
const NAME = /^[\w~][\w.:/@+~-]*$/;
/** Without one of these, a name has none of the marks below: most have not, and are looked at no further. */
const SUSPECT = /\w{13}|@|[\da-f]-[\da-f]{4}-[\da-f]{4}-/i;
/**
 * What names of models have not and secrets have: a long run that mixes letters and digits, or is longer than words are; a
 * number as long as a card's; a UUID; an address.
 */
const SECRETIVE =
  /(?=[A-Za-z_]*\d)(?=\d*[A-Za-z])\w{16}|\w{40}|\d{13}|[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}|@[\w-]*\.[a-z]/i;

/**
 * The model that a request asks for, as it is recorded: a name as it was written. What is none, such as a key that was
 * pasted into the wrong field, stands in no record but as its digest, and is refused by it.
 */
export function recordedModel(model: string, digest: (text: string) => string): string {
  const isName = model.length <= NAME_MAX_CHARS && NAME.test(model) && !(SUSPECT.test(model) && SECRETIVE.test(model));
  return isName ? model : digest(model);
}
