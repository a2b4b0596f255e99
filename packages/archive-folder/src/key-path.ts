import { ConfigurationError } from "@offhook/core";

/** The beginning of what is too long for a name: file systems allow 255 bytes. */
const longBeginning = /.{200}(?=.)/g;

/**
 * The names of the folders, and of the file in the last of them, that a key stands for.
 * @throws ConfigurationError `option_invalid` for what is no key; nothing that a key is made of leads elsewhere.
 */
export function namesOf(key: string): readonly string[] {
  const parts = key.length <= 500 ? key.split("/") : [];
  if (parts.length === 0 || !parts.every((part) => /^[\w.-]+$/.test(part) && !/^\.+$/.test(part))) {
    throw new ConfigurationError(
      "option_invalid",
      'Archive, key: expected letters, digits, "_", "-", "." and single "/" between them, at most 500 characters, got something else',
    );
  }
  // No key holds a plus, so that the pieces of a long name are no other key's.
  return parts.flatMap((part) => part.replaceAll(longBeginning, "$&+/").split("/"));
}
