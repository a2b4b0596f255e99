import * as z from "zod/mini";

// A member of the wrong type counts as missing: it must not lose the record. Members that are not read are not copied.
export const lenient = <Schema extends z.core.$ZodType>(schema: Schema) =>
  // oxlint-disable-next-line promise/valid-params -- zod's, not a promise's
  z.catch(z.nullish(schema), null);
export const text = lenient(z.string());
export const number = lenient(z.number());
export const flag = lenient(z.boolean());
