export { readCatalogue, readPolicy } from "../read-documents.ts";
export { utcOffsetMinutes } from "../utc-offset.ts";
export { checkPolicy } from "./check-policy.ts";
export { collectPolicyFiles } from "./collect-policy-files.ts";
export { effectivePolicy } from "./effective-policy.ts";
export { parsePolicyFiles } from "./parse-policy-files.ts";
