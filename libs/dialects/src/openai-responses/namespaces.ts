import { plainText } from "../check/plain-value.ts";
import { isObject } from "../check/check-value.ts";
import { objectsOf } from "../check/field-value.ts";
import type { JsonObject } from "../neutral/source.ts";

/**
 * Groups of tools: `{type: "namespace", name, description, tools}`, whose calls name the group beside the tool. The other forms have one
 * list of tools, in which a tool of a group goes by both names.
 */
type ToolPlace = { readonly name: string; readonly namespace?: string; readonly custom?: true };

/** The name of a group's tool in a list without groups. */
export function joinedName(namespace: unknown, name: string): string {
  if (typeof namespace !== "string" || namespace === "") return name;
  return namespace.endsWith("__") ? namespace + name : `${namespace}__${name}`;
}

/** The group's tools; what is said of the group is said with its first. */
export function toolsOfNamespace({ description: purpose, tools }: JsonObject): JsonObject[] {
  if (!Array.isArray(tools)) return [];
  return tools.filter(isObject).map((tool, index) => {
    const { description } = tool;
    const said =
      index === 0 ? [purpose, description].filter((text) => typeof text === "string").join("\n") : description;
    return said === undefined || said === "" ? tool : { ...tool, description: said };
  });
}

/** The name in a list without groups of a tool that the caller names alone; the same where no group has it. `tools`: of the caller's request. */
export function listedName(tools: unknown, name: string): string {
  const groups = Array.isArray(tools) ? tools.filter(isObject).filter(({ type }) => type === "namespace") : [];
  const group = groups.find(({ tools: members }) => {
    return Array.isArray(members) && members.some((member) => isObject(member) && member["name"] === name);
  });
  return joinedName(group?.["name"], name);
}

/** What the caller knows the tool as that a model of another wire calls by this name. `tools`: of the caller's request. */
export function placeOfTool(tools: unknown, called: string): ToolPlace {
  const known = objectsOf(tools);
  for (const { type, name, tools: members } of known) {
    if (type === "custom" && name === called) return { name: called, custom: true };
    if (type !== "namespace" || typeof name !== "string" || !Array.isArray(members)) continue;
    const member = members.find((tool) => isObject(tool) && joinedName(name, plainText(tool["name"])) === called) as
      | JsonObject
      | undefined;
    if (member === undefined) continue;
    return {
      name: plainText(member["name"]),
      namespace: name,
      ...(member["type"] === "custom" ? { custom: true } : {}),
    };
  }
  return { name: called };
}
