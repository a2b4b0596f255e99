import { callrail } from "@offhook/callrail";
import { createCallRailClient, type CallRailClient } from "@offhook/callrail/client";
import { convoso } from "@offhook/convoso";
import { createConvosoClient, type ConvosoClient } from "@offhook/convoso/client";
import type { Provider } from "@offhook/core";
import { elevenlabs } from "@offhook/elevenlabs";
import { createElevenLabsClient, type ElevenLabsClient } from "@offhook/elevenlabs/client";
import { retell } from "@offhook/retell";
import { createRetellClient, type RetellClient } from "@offhook/retell/client";
import { twilio } from "@offhook/twilio";
import { createTwilioClient, type TwilioClient } from "@offhook/twilio/client";
import { describe, expect, expectTypeOf, test } from "vitest";

/** What the vendors' clients have in common, and what they do with options that cannot be. */

type Client = CallRailClient | ConvosoClient | ElevenLabsClient | RetellClient | TwilioClient;

interface ClientCase {
  readonly name: string;
  readonly maker: string;
  /** The option that holds the secret. */
  readonly secret: string;
  /** As JavaScript callers can write them. */
  readonly create: (options?: object) => Client;
  readonly provide: (client: unknown) => Provider;
}

const timeZone = "America/New_York";
const accountSid = `AC${"0".repeat(32)}`;

const cases: readonly ClientCase[] = [
  {
    name: "callrail",
    maker: "createCallRailClient",
    secret: "apiKey",
    create: (options) => createCallRailClient({ apiKey: "a-key", accountId: "ACC1", ...options }),
    // As are these: the compiler would refuse them, as below.
    provide: (client) => callrail({ signingKey: "a key", client: client as CallRailClient }),
  },
  {
    name: "elevenlabs",
    maker: "createElevenLabsClient",
    secret: "apiKey",
    create: (options) => createElevenLabsClient({ apiKey: "a-key", ...options }),
    provide: (client) => elevenlabs({ webhookSecret: "a secret", client: client as ElevenLabsClient }),
  },
  {
    name: "twilio",
    maker: "createTwilioClient",
    secret: "authToken",
    create: (options) => createTwilioClient({ accountSid, authToken: "a-token", ...options }),
    provide: (client) =>
      twilio({ authToken: "a token", publicUrl: "https://app.example.com", client: client as TwilioClient }),
  },
  {
    name: "convoso",
    maker: "createConvosoClient",
    secret: "authToken",
    create: (options) => createConvosoClient({ authToken: "a-token", timeZone, ...options }),
    provide: (client) => convoso({ verification: { none: "a test" }, timeZone, client: client as ConvosoClient }),
  },
  {
    name: "retell",
    maker: "createRetellClient",
    secret: "apiKey",
    create: (options) => createRetellClient({ apiKey: "a-key", ...options }),
    provide: (client) => retell({ apiKey: "key_a", client: client as RetellClient }),
  },
];

describe.each(cases)("$name", ({ name, maker, secret, create, provide }) => {
  test.each<object>([
    { timeoutMs: Number.NaN },
    { timeoutMs: "5" },
    { attempts: Number.NaN },
    { attempts: 11 },
    { fetch: "https://proxy.example.com" },
    { recordingHosts: "cdn.example.com" },
    { recordingHosts: ["https://cdn.example.com"] },
    { baseUrl: "https://user:secret@api.example.com" },
    { baseUrl: 5 },
  ])("D15: %o is refused when the client is made", (options) => {
    const [option = ""] = Object.keys(options);
    expect(() => create(options)).toThrow(
      expect.objectContaining({
        name: "ConfigurationError",
        code: "option_invalid",
        message: expect.stringContaining(`${maker}({ ${option} }): expected`) as string,
      }),
    );
  });

  test.each(["", "two words", "a\nline", undefined])("D15: %j is no secret", (value) => {
    expect(() => create({ [secret]: value })).toThrow(expect.objectContaining({ code: "secret_missing" }));
  });

  test("D15: a function that gives no secret but fails is told apart from the vendor, with its reason as the cause", async () => {
    const reason = new Error("the vault is sealed");
    const failing = create({ [secret]: () => Promise.reject(reason) });
    await expect(failing.ping()).rejects.toMatchObject({
      name: "ConfigurationError",
      code: "secret_missing",
      message: `${maker}({ ${secret} }): the function that gives it failed`,
      cause: reason,
    });
  });

  test("A01: its provider takes its client", () => {
    const client = create();
    expect(client.provider).toBe(name);
    expect(provide(client).api).toBeDefined();
    expect(provide(undefined).api).toBeUndefined();
  });

  test.each(cases.filter((other) => other.name !== name))("A01: and no client of $name", (other) => {
    expect(() => provide(other.create())).toThrow(
      expect.objectContaining({
        name: "ConfigurationError",
        code: "option_invalid",
        message: `${name}({ client }): expected one of ${maker}, got one of ${other.name}`,
      }),
    );
  });

  test.each([{}, { provider: name }, { connect: () => undefined }, null, "a client"])(
    "A01: and not %j, which is none",
    (client) => {
      expect(() => provide(client)).toThrow(
        expect.objectContaining({
          code: "option_invalid",
          message: `${name}({ client }): expected one of ${maker}, got something else`,
        }),
      );
    },
  );
});

type Taken<Make extends (options: never) => Provider> = NonNullable<
  Parameters<Make>[0] extends { readonly client?: infer Given } ? Given : never
>;

test("A01: the compiler knows the clients apart as well", () => {
  expectTypeOf<CallRailClient>().toExtend<Taken<typeof callrail>>();
  expectTypeOf<TwilioClient>().not.toExtend<Taken<typeof callrail>>();
  expectTypeOf<Omit<CallRailClient, "provider">>().not.toExtend<Taken<typeof callrail>>();
  expectTypeOf<ElevenLabsClient>().toExtend<Taken<typeof elevenlabs>>();
  expectTypeOf<RetellClient>().not.toExtend<Taken<typeof elevenlabs>>();
  expectTypeOf<Omit<ElevenLabsClient, "provider">>().not.toExtend<Taken<typeof elevenlabs>>();
  expectTypeOf<TwilioClient>().toExtend<Taken<typeof twilio>>();
  expectTypeOf<RetellClient>().not.toExtend<Taken<typeof twilio>>();
  expectTypeOf<Omit<TwilioClient, "provider">>().not.toExtend<Taken<typeof twilio>>();
  expectTypeOf<ConvosoClient>().toExtend<Taken<typeof convoso>>();
  expectTypeOf<RetellClient>().not.toExtend<Taken<typeof convoso>>();
  expectTypeOf<Omit<ConvosoClient, "provider">>().not.toExtend<Taken<typeof convoso>>();
  expectTypeOf<RetellClient>().toExtend<Taken<typeof retell>>();
  expectTypeOf<TwilioClient>().not.toExtend<Taken<typeof retell>>();
  expectTypeOf<Omit<RetellClient, "provider">>().not.toExtend<Taken<typeof retell>>();
});
