/** Short and in capitals, as platforms write codes; what is longer or has other letters may be a text. */
const plainCode = /^[A-Z][A-Z0-9_]{1,39}$/;

/** Deeper than any platform wraps, and an end for causes that lead back to themselves. */
const mostCauses = 8;

/** Such as `ECONNRESET`: of the error, or of what lies below it, where `fetch` has it. */
export function codeOf(error: unknown): string | undefined {
  let each = error;
  for (let depth = 0; depth < mostCauses && typeof each === "object" && each !== null; depth += 1) {
    const code = "code" in each ? each.code : undefined;
    if (typeof code === "string" && plainCode.test(code)) return code;
    each = "cause" in each ? each.cause : undefined;
  }
  return undefined;
}

/** The code in brackets, for the end of a message. Never a text of the error's, which may hold an address. */
export function reasonOf(error: unknown): string {
  const code = codeOf(error);
  return code === undefined ? "" : ` (${code})`;
}
