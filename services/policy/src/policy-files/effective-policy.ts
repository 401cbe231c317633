import { PolicyDocument, type PolicyVersion } from "@signalbox/proto";

/**
 * What is in force: the version's fields over those of the configuration. Denials of both hold, because whoever
 * configured the line has forbidden something that no later file may allow.
 */
export function effectivePolicy(base: PolicyDocument, version: PolicyVersion | null): PolicyDocument {
  if (version === null) return base;
  const { schema: _schema, deny = [], ...fields } = version;
  return PolicyDocument.parse({ ...base, ...fields, deny: [...new Set([...base.deny, ...deny])] });
}
