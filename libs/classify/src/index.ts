export { classify } from "./classify.ts";
export { canRun, CLASSIFIER_DOCUMENT, type ClassifierDocument } from "./classifier-document.ts";
export { warmUp } from "./warm-up.ts";
