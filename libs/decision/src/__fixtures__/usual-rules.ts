import type { PolicyRule } from "@signalbox/proto";

/** So many rules as policies have them: most compare a name and a number, few hold. */
export function usualRules(count: number): PolicyRule[] {
  return Array.from({ length: count }, (_, at) => usualRule(at));
}

function usualRule(at: number): PolicyRule {
  const conditions = [
    `team == "team-${at}" && inputTokens > ${at}`,
    `model.like("gpt-${at}*") || ("tag-${at}" in tags && stream)`,
    `signal("tier") == "t${at}" && between("09:00", "17:30")`,
    `task == "code" && difficulty > ${at / 101} && weekday < 6`,
  ];
  const when = conditions[at % conditions.length] ?? "true";
  return { name: `rule-${at}`, when, final: false, effects: { exclude: [`provider-${at}/*`], tag: [`tag-${at}`] } };
}
