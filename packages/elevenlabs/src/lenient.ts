import { payloadReaders } from "@offhook/core";

// A member of the wrong type counts as null: it must not lose the record.
export const { text, number, textOrNumber, flag, anything, list, object, members, identified } = payloadReaders(null);
