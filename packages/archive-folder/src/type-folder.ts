import { ConfigurationError } from "@offhook/core";

/** `audio/mpeg`, with parameters as vendors write them. */
const contentTypes = /^[a-z0-9.+_-]{1,60}\/[a-z0-9.+_-]{1,60}(?:; ?[\w.+-]{1,30}="?[\w.,+ -]{1,40}"?)?$/;

/**
 * The name of the folder that recordings of a content type lie in. Parameters that are not as usual are dropped.
 * @throws ConfigurationError `option_invalid` for what is no content type.
 */
export function folderOfType(contentType: string): string {
  const [essence = "", ...parameters] = contentType.split(";");
  const plain = essence.trim().toLowerCase();
  const whole = [plain, ...parameters].join(";");
  const kept = contentTypes.test(whole) ? whole : plain;
  if (contentTypes.test(kept)) return encodeURIComponent(kept);
  throw new ConfigurationError(
    "option_invalid",
    'Archive: expected a content type such as "audio/mpeg", got something else',
  );
}

/** The content type that a folder stands for; undefined: it is none of ours. */
export function typeOfFolder(name: string): string | undefined {
  try {
    const contentType = decodeURIComponent(name);
    return contentTypes.test(contentType) && encodeURIComponent(contentType) === name ? contentType : undefined;
  } catch {
    return undefined;
  }
}
