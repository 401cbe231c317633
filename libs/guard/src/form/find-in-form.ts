import { matchPattern } from "@signalbox/decision/match-pattern";
import type { GuardDocument } from "@signalbox/proto";
import type { FindingType } from "../finding.ts";
import type { ToolRules } from "../tools/tool-rules.ts";
import type { Attachment, RequestForm } from "./request-form.ts";

type FormLimits = NonNullable<GuardDocument["form"]>;

/** Checks a request's form, tools and calls; a type is listed once for each violation. These findings have no place in a text. */
export function findInForm(
  { messages, tools, calls, attachments }: RequestForm,
  { form, toolRules }: { readonly form: FormLimits | undefined; readonly toolRules: ToolRules | null },
): FindingType[] {
  const found: FindingType[] = [];
  if (form !== undefined) {
    const { messagesMax, toolsMax, attachmentsMax } = form;
    if (messagesMax !== undefined && messages > messagesMax) found.push("size.messages");
    if (toolsMax !== undefined && tools.length > toolsMax) found.push("size.tools");
    if (attachmentsMax !== undefined && attachments.length > attachmentsMax) found.push("attachment.count");
    for (const each of attachments) found.push(...findInAttachment(each, form));
  }
  if (toolRules !== null) {
    for (const name of tools) if (!toolRules.allows(name)) found.push("tool.forbidden");
    for (const call of calls) {
      const wrong = toolRules.wrongIn(call);
      if (wrong !== null) found.push(wrong);
    }
  }
  return found;
}

function findInAttachment({ mime, where, bytes }: Attachment, form: FormLimits): FindingType[] {
  const { attachmentTypes, attachmentMaxBytes, attachmentsInlineOnly } = form;
  const found: FindingType[] = [];
  const type = (mime.split(";", 1)[0] ?? "").trim().toLowerCase();
  if (attachmentTypes !== undefined && !attachmentTypes.some((pattern) => matchPattern(pattern, type))) {
    found.push("attachment.type");
  }
  if (attachmentMaxBytes !== undefined && bytes !== null && bytes > attachmentMaxBytes) found.push("attachment.size");
  // Checked apart from its size, which is unknown for an attachment that is not inline.
  if (attachmentsInlineOnly === true && where !== "inline") found.push("attachment.elsewhere");
  return found;
}
