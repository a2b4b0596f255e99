import { ConfigurationError } from "@offhook/core";
import type { TwilioPhoneNumber } from "./api-records.ts";

/** Where the callbacks of calls are set. */
export interface WebhookPlace {
  readonly number: TwilioPhoneNumber;
  readonly name: string;
  /** The application that stands before the number, and in its place. */
  readonly applicationSid: string | null;
  /** How many numbers, beside those that are to be set up, the application stands before. */
  readonly sharedWith: number;
}

/**
 * A place for each number, and one for all numbers of an application.
 *
 * @param all of the account's numbers.
 * @param wanted only these; default: all that take calls.
 * @throws ConfigurationError `option_invalid` where some that are wanted are not among them.
 */
export function webhookPlaces(
  all: readonly TwilioPhoneNumber[],
  wanted: readonly string[] | undefined,
): readonly WebhookPlace[] {
  const names = wanted === undefined ? undefined : new Set(wanted);
  if (names !== undefined) requireKnown(all, names);
  const places = new Map<string, WebhookPlace>();
  for (const number of all) {
    const name = nameOf(number);
    if (names === undefined ? !takesCalls(number) : !names.has(name)) continue;
    const applicationSid = applicationOf(number);
    if (places.has(applicationSid ?? number.sid)) continue;
    const others = all.filter(
      (each) => applicationSid !== null && applicationOf(each) === applicationSid && names?.has(nameOf(each)) === false,
    );
    places.set(applicationSid ?? number.sid, { number, name, applicationSid, sharedWith: others.length });
  }
  return [...places.values()];
}

export const takesCalls = ({ capabilities }: TwilioPhoneNumber): boolean => capabilities?.voice !== false;

/** What an application says is not looked at for numbers on a trunk. */
function applicationOf(number: TwilioPhoneNumber): string | null {
  const { voice_application_sid: sid, trunk_sid: trunkSid } = number;
  return hasText(sid) && !hasText(trunkSid) && takesCalls(number) ? sid : null;
}

function requireKnown(all: readonly TwilioPhoneNumber[], names: ReadonlySet<string>): void {
  const known = new Set(all.map(nameOf));
  const unknown = [...names].filter((name) => !known.has(name)).length;
  if (unknown === 0) return;
  throw new ConfigurationError(
    "option_invalid",
    `webhooks.setup({ numbers }): expected numbers of the account in E.164, got ${unknown} of ${names.size} that it does not have`,
  );
}

const nameOf = (number: TwilioPhoneNumber): string => number.phone_number ?? number.sid;

export const hasText = (text: string | null | undefined): text is string => text != null && text !== "";
