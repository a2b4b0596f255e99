import type { Call, Lead } from "@offhook/core";

/** JSON with a line for each member. What is unknown, and which event said what, is left out. */
export function recordText(title: string, record: Call | Lead): string {
  const members = Object.entries(record)
    .filter(([name, value]) => name !== "provenance" && isKnown(value))
    .map(
      ([name, value]) => `    ${JSON.stringify(name)}: ${JSON.stringify(value, (_key, inner) => inner ?? undefined)}`,
    );
  return `  ${title} {\n${members.join(",\n")}\n  }`;
}

function isKnown(value: unknown): boolean {
  if (value === null || value === undefined) return false;
  return typeof value !== "object" || Object.keys(value).length > 0;
}
