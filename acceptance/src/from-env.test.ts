import { callrail, callrailEnvironment } from "@offhook/callrail";
import { callrailClientEnvironment, createCallRailClient } from "@offhook/callrail/client";
import { convoso, convosoEnvironment } from "@offhook/convoso";
import { convosoClientEnvironment, createConvosoClient } from "@offhook/convoso/client";
import { createOffhook, fromEnv, memoryStorage, OffhookError, type Provider } from "@offhook/core";
import { elevenlabs, elevenlabsEnvironment } from "@offhook/elevenlabs";
import { createElevenLabsClient, elevenlabsClientEnvironment } from "@offhook/elevenlabs/client";
import { retell, retellEnvironment } from "@offhook/retell";
import { createRetellClient, retellClientEnvironment } from "@offhook/retell/client";
import { callrailLife, convosoLife, elevenlabsLife, retellLife, signSample, twilioLife } from "@offhook/testing";
import { twilio, twilioEnvironment } from "@offhook/twilio";
import { createTwilioClient, twilioClientEnvironment } from "@offhook/twilio/client";
import { afterEach, describe, expect, test } from "vitest";

const readers = {
  callrail: callrailEnvironment,
  callrailClient: callrailClientEnvironment,
  convoso: convosoEnvironment,
  convosoClient: convosoClientEnvironment,
  elevenlabs: elevenlabsEnvironment,
  elevenlabsClient: elevenlabsClientEnvironment,
  retell: retellEnvironment,
  retellClient: retellClientEnvironment,
  twilio: twilioEnvironment,
  twilioClient: twilioClientEnvironment,
};

/** The names of the design, of an account that has everything. */
const variables = {
  CALLRAIL_SIGNING_KEY: "callrail signing key",
  CALLRAIL_API_KEY: "callrail-api-key",
  CALLRAIL_ACCOUNT_ID: "ACC1",
  CALLRAIL_COMPANY_ID: "COM1",
  CONVOSO_WEBHOOK_SECRET: "convoso secret",
  CONVOSO_AUTH_TOKEN: "convoso-token",
  ELEVENLABS_WEBHOOK_SECRET: "wsec_secret",
  ELEVENLABS_INITIATION_SECRET: "initiation secret",
  ELEVENLABS_API_KEY: "elevenlabs-key",
  RETELL_API_KEY: "key_new,key_old",
  TWILIO_AUTH_TOKEN: "new-token,old-token",
  TWILIO_ACCOUNT_SID: `AC${"0".repeat(32)}`,
  OFFHOOK_PUBLIC_URL: "https://hooks.example.com",
};

function providersOf(given: typeof variables): Provider[] {
  const settings = fromEnv(readers, given);
  return [
    callrail({ ...settings.callrail, client: createCallRailClient(settings.callrailClient) }),
    convoso({ ...settings.convoso, client: createConvosoClient(settings.convosoClient) }),
    elevenlabs({ ...settings.elevenlabs, client: createElevenLabsClient(settings.elevenlabsClient) }),
    retell({ ...settings.retell, client: createRetellClient(settings.retellClient) }),
    twilio({ ...settings.twilio, client: createTwilioClient(settings.twilioClient) }),
  ];
}

describe("D11: the documented environment", () => {
  const cleanups: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0)) await cleanup();
  });

  test("of all vendors makes providers and clients that take genuine calls, by the new secret and by the old one", async () => {
    const offhook = createOffhook({ providers: providersOf(variables), storage: memoryStorage() });
    cleanups.push(() => offhook.close());
    // Convoso's Connect sends the secret as it is, and a relay's signature wants another life.
    const lives = [callrailLife(), elevenlabsLife(), retellLife(), twilioLife(), convosoLife()];
    for (const secretsOf of [0, 1]) {
      const one = (list: string): string => list.split(",").at(secretsOf) ?? list;
      const signing = providersOf({
        ...variables,
        RETELL_API_KEY: one(variables.RETELL_API_KEY),
        TWILIO_AUTH_TOKEN: one(variables.TWILIO_AUTH_TOKEN),
      });
      for (const sample of lives.flat()) {
        const provider = signing.find(({ routes }) => routes.some(({ paths }) => paths.includes(sample.path)));
        if (provider === undefined) throw new Error(`Nobody serves ${sample.path}`);
        const answer = await offhook.handle(await signSample(provider, sample));
        expect([200, 204], sample.name).toContain(answer.status);
      }
    }
    // The three that talk on one leg of Twilio's are one call.
    expect((await offhook.calls.list()).data).toHaveLength(3);
  });

  test("tells all that is missing of all vendors in one error", () => {
    let caught: unknown;
    try {
      fromEnv(readers, {});
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(OffhookError);
    const { message } = caught as OffhookError;
    const named = [...message.matchAll(/^ {2}([A-Z_]+): missing$/gm)].map(([, name]) => name);
    // Those that may be left out.
    const optional = ["CALLRAIL_COMPANY_ID", "ELEVENLABS_INITIATION_SECRET"];
    expect(new Set(named)).toEqual(new Set(Object.keys(variables).filter((name) => !optional.includes(name))));
    expect(named).toHaveLength(new Set(named).size);
  });

  test("names a time zone that is none", () => {
    expect(() => fromEnv({ convoso: convosoEnvironment }, { ...variables, CONVOSO_TIME_ZONE: "Mars/Olympus" })).toThrow(
      /CONVOSO_TIME_ZONE: expected an IANA name/,
    );
  });
});
