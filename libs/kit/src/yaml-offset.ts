import { isMap, isNode, isScalar, type Document } from "yaml";

/**
 * Where a field's name stands in a document; of a field that is missing, where the one around it does. In characters
 * from 0.
 */
export function offsetOf(path: readonly PropertyKey[], document: Document): number {
  for (let depth = path.length; depth > 0; depth -= 1) {
    const parent = depth === 1 ? document.contents : document.getIn(path.slice(0, depth - 1), true);
    const name = path[depth - 1];
    if (isMap(parent)) {
      const pair = parent.items.find(({ key }) => isScalar(key) && key.value === name);
      if (pair !== undefined && isScalar(pair.key) && pair.key.range) return pair.key.range[0];
    }
    const value = document.getIn(path.slice(0, depth), true);
    if (isNode(value) && value.range) return value.range[0];
  }
  return 0;
}
