import { plainRequestFacts, type ClassifyItem } from "@signalbox/proto";

/** A request of one user turn, with what is special about it. */
export function itemOf(
  lastUser: string,
  special: { facts?: Partial<ClassifyItem["facts"]>; view?: Partial<ClassifyItem["view"]> } = {},
): Pick<ClassifyItem, "facts" | "view"> {
  const view = { system: "", conversation: "", lastUser, truncated: false, ...special.view };
  const textChars = view.system.length + view.conversation.length + view.lastUser.length;
  return { facts: plainRequestFacts({ textChars, ...special.facts }), view };
}
