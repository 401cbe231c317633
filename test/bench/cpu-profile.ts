import type { Profiler } from "node:inspector";

/** Time in a function itself, without what it calls. */
type SelfTime = { readonly name: string; readonly place: string; readonly share: number };

/** V8's name for waiting, and the module that takes the profile: neither is work of the process. */
const IDLE = "(idle)";
const PROFILER = "node:inspector";

/** The functions of a profile by their share of the time that the process was busy, the largest first. */
export function selfTimes(profile: Profiler.Profile, root: string): SelfTime[] {
  const timeOfNode = new Map<number, number>();
  profile.samples?.forEach((node, at) => {
    timeOfNode.set(node, (timeOfNode.get(node) ?? 0) + (profile.timeDeltas?.[at] ?? 0));
  });
  const byFunction = new Map<string, { name: string; place: string; timeUs: number }>();
  let busyUs = 0;
  for (const { id, callFrame } of profile.nodes) {
    const timeUs = timeOfNode.get(id) ?? 0;
    if (timeUs === 0 || callFrame.functionName === IDLE || callFrame.url === PROFILER) continue;
    busyUs += timeUs;
    const name = callFrame.functionName === "" ? "(anonymous)" : callFrame.functionName;
    const place = callFrame.url === "" ? "" : `${shortUrl(callFrame.url, root)}:${callFrame.lineNumber + 1}`;
    const key = `${name} ${place}`;
    const known = byFunction.get(key) ?? { name, place, timeUs: 0 };
    known.timeUs += timeUs;
    byFunction.set(key, known);
  }
  return [...byFunction.values()]
    .map(({ name, place, timeUs }) => ({ name, place, share: timeUs / busyUs }))
    .toSorted((a, b) => b.share - a.share);
}

/** The same by package, or by folder for code of this project. */
export function selfTimesByPackage(times: readonly SelfTime[]): SelfTime[] {
  const shares = new Map<string, number>();
  for (const { name, place, share } of times) {
    const from = place === "" ? name : packageOf(place);
    shares.set(from, (shares.get(from) ?? 0) + share);
  }
  return [...shares].map(([name, share]) => ({ name, place: "", share })).toSorted((a, b) => b.share - a.share);
}

function packageOf(place: string): string {
  if (place.startsWith("node:")) return place.split(/[:/]/).slice(0, 2).join(":");
  const dependency = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(place)?.[1];
  return dependency ?? place.split("/").slice(0, 2).join("/");
}

function shortUrl(url: string, root: string): string {
  const path = url.startsWith("file://") ? decodeURIComponent(url.slice("file://".length)) : url;
  const inside = path.startsWith(`${root}/`) ? path.slice(root.length + 1) : path;
  return inside.replace(/.*node_modules\/\.pnpm\/[^/]+\//, "");
}
