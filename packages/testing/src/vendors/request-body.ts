import { isRecord } from "@offhook/core";

/** A record of a vendor's, as JSON has it. */
export type Members = { readonly [name: string]: unknown };

/** What is no JSON object is an empty one. */
export async function readJson(request: Request): Promise<Members> {
  try {
    return membersOf(JSON.parse(await request.text()));
  } catch {
    return {};
  }
}

export async function readForm(request: Request): Promise<Readonly<Record<string, string>>> {
  return Object.fromEntries(new URLSearchParams(await request.text()));
}

export const membersOf = (value: unknown): Members => (isRecord(value) ? value : {});

/** A size of pages: as asked, as far as there is a number, and at most the smallest of these. */
export function pageSizeOf(asked: unknown, normal: number, ...most: readonly (number | undefined)[]): number {
  const size = asked === undefined || asked === null || asked === "" ? normal : Math.trunc(Number(asked));
  return Math.min(size >= 1 ? size : normal, ...most.filter((each) => each !== undefined));
}
