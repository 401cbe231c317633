/** A model that names no version, such as `gemini-flash-latest`, is one of the newest. */
const NEWEST = 99;

/** The version that a model's name says, e.g. 2.5: what the API takes of thinking, signatures and tools' results differs by it. */
export function versionOf(model: string): number {
  const version = /gemini-(\d+(?:\.\d+)?)/.exec(model)?.[1];
  if (version !== undefined) return Number(version);
  return /gemma|learnlm|palm/.test(model) ? 0 : NEWEST;
}
