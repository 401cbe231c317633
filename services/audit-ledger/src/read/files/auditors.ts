/** The callers that may read entries of all tenants as they stand in the log. */
export const AUDITORS: ReadonlySet<string> = new Set(["operator", "auditor"]);
