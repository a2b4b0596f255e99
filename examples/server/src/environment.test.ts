import { createCallRailClient } from "@offhook/callrail/client";
import { createConvosoClient } from "@offhook/convoso/client";
import { ConfigurationError } from "@offhook/core";
import { createElevenLabsClient } from "@offhook/elevenlabs/client";
import { createRetellClient } from "@offhook/retell/client";
import { createTwilioClient } from "@offhook/twilio/client";
import { expect, test } from "vitest";
import { readApiSettings, type ApiSettings } from "./api-settings.ts";
import { EnvironmentError, readEnvironment, type Variables } from "./environment.ts";
import { secretNames, type SecretName } from "./secret-names.ts";

const production: Variables = {
  NODE_ENV: "production",
  OFFHOOK_PUBLIC_URL: "https://hooks.example.com",
  OFFHOOK_SECRET: "a secret of the server",
  CALLRAIL_SIGNING_KEY: "callrail",
  ELEVENLABS_WEBHOOK_SECRET: "elevenlabs",
  TWILIO_AUTH_TOKEN: "twilio",
  CONVOSO_WEBHOOK_SECRET: "convoso",
  RETELL_API_KEY: "retell",
};

function problemsOf(variables: Variables): readonly string[] {
  try {
    readEnvironment(variables);
  } catch (error) {
    if (error instanceof EnvironmentError) return error.problems;
    throw error;
  }
  return [];
}

test("an empty environment is a development server on this machine", () => {
  expect(readEnvironment({})).toMatchObject({
    production: false,
    port: 3000,
    host: "127.0.0.1",
    dataFolder: `${process.cwd()}/.offhook`,
    publicUrl: undefined,
    secrets: {},
    withoutEffect: [],
  });
});

test("secrets are lists, and blanks around them do not count", () => {
  const { secrets, serverSecrets } = readEnvironment({
    ...production,
    RETELL_API_KEY: "new , old",
    OFFHOOK_SECRET: "a secret that is new,a secret that is old",
  });
  expect(secrets.RETELL_API_KEY).toEqual(["new", "old"]);
  expect(secrets.TWILIO_AUTH_TOKEN).toEqual(["twilio"]);
  expect(serverSecrets).toEqual(["a secret that is new", "a secret that is old"]);
});

test("SECRET_KEY is another name of OFFHOOK_SECRET", () => {
  const { OFFHOOK_SECRET: _secret, ...rest } = production;
  expect(readEnvironment({ ...rest, SECRET_KEY: "another secret of the server" }).serverSecrets).toEqual([
    "another secret of the server",
  ]);
});

test("S12: production names everything that is missing at once", () => {
  expect(problemsOf({ NODE_ENV: "production", TWILIO_AUTH_TOKEN: "  " })).toEqual([
    "CALLRAIL_SIGNING_KEY: missing",
    "ELEVENLABS_WEBHOOK_SECRET: missing",
    "TWILIO_AUTH_TOKEN: missing",
    "CONVOSO_WEBHOOK_SECRET: missing",
    "RETELL_API_KEY: missing",
    "OFFHOOK_SECRET: missing",
    "OFFHOOK_PUBLIC_URL: missing",
  ]);
  expect(problemsOf(production)).toEqual([]);
});

test("everything malformed is named together, without the values of secrets", () => {
  const problems = problemsOf({
    PORT: "http",
    RETELL_API_KEY: "geheim,,",
    OFFHOOK_ADMIN_TOKEN: "short",
    OFFHOOK_PUBLIC_URL: "hooks.example.com",
    DATABASE_URL: "mysql://user:geheim@localhost/calls",
  });
  expect(problems.map((problem) => problem.split(":")[0])).toEqual([
    "DATABASE_URL",
    "RETELL_API_KEY",
    "PORT",
    "OFFHOOK_PUBLIC_URL",
    "OFFHOOK_ADMIN_TOKEN",
  ]);
  expect(problems.join()).not.toContain("geheim");
});

test("S10: a public URL is https in production, and elsewhere https or this machine", () => {
  expect(problemsOf({ ...production, OFFHOOK_PUBLIC_URL: "http://hooks.example.com" })).toHaveLength(1);
  expect(problemsOf({ ...production, OFFHOOK_PUBLIC_URL: "http://localhost:3000" })).toHaveLength(1);
  expect(problemsOf({ OFFHOOK_PUBLIC_URL: "http://hooks.example.com" })).toHaveLength(1);
  expect(problemsOf({ OFFHOOK_PUBLIC_URL: "https://hooks.example.com/?a=1" })).toHaveLength(1);
  expect(problemsOf({ OFFHOOK_PUBLIC_URL: "http://localhost:3000" })).toEqual([]);
  expect(readEnvironment({ OFFHOOK_PUBLIC_URL: "https://hooks.example.com/" }).publicUrl).toBe(
    "https://hooks.example.com",
  );
});

test("S13: production asks for TLS to a database on another machine", () => {
  const url = "postgres://user:geheim@db.example.com:5432/calls";
  expect(problemsOf({ ...production, DATABASE_URL: url })).toEqual([expect.stringContaining("sslmode=verify-full")]);
  expect(problemsOf({ ...production, DATABASE_URL: `${url}?sslmode=no-verify` })).toHaveLength(1);
  expect(problemsOf({ ...production, DATABASE_URL: `${url}?sslmode=disable` }).join()).not.toContain("geheim");
  for (const weak of [
    `${url}?sslmode=verify-full&sslmode=disable`,
    `${url}?sslmode=require&uselibpqcompat=true`,
    "postgres://user:geheim@localhost/calls?host=db.example.com",
  ]) {
    expect(problemsOf({ ...production, DATABASE_URL: weak })).toHaveLength(1);
  }
  for (const accepted of [`${url}?sslmode=verify-full`, "postgres://user:geheim@127.0.0.1/calls"]) {
    expect(problemsOf({ ...production, DATABASE_URL: accepted })).toEqual([]);
    expect(readEnvironment({ ...production, DATABASE_URL: accepted }).databaseUrl).toBe(accepted);
  }
  expect(problemsOf({ DATABASE_URL: url })).toEqual([]);
});

test("a host that others reach needs a public URL", () => {
  expect(problemsOf({ HOST: "192.168.1.5" })).toHaveLength(1);
  expect(problemsOf({ HOST: "0.0.0.0" })).toEqual([]);
});

test.each(["-1", "65536", "3000.5", "0x10", "99999"])("PORT %s is refused", (port) => {
  expect(problemsOf({ PORT: port })).toHaveLength(1);
});

test("variables that nothing reads yet are told", () => {
  expect(readEnvironment({ PUSHER_KEY: "abc", PUSHER_SECRET: "" }).withoutEffect).toEqual(["PUSHER_KEY"]);
});

test("S07, S08: proxies and allowed addresses are options of the receiver, and named when they are none", () => {
  const { addresses } = readEnvironment({
    OFFHOOK_TRUSTED_PROXIES: "10.0.0.0/8",
    ELEVENLABS_WEBHOOK_IP_WHITELIST: "34.67.146.145",
  });
  const headers = { "x-forwarded-for": "1.1.1.1, 203.0.113.9" };
  expect(addresses.clientAddress?.({ remoteAddress: "10.0.0.1", headers })).toBe("203.0.113.9");
  expect(addresses.allowedAddresses["elevenlabs"]?.("203.0.113.9")).toBe(false);
  expect(readEnvironment({}).addresses).toEqual({ allowedAddresses: {} });
  expect(problemsOf({ OFFHOOK_TRUSTED_PROXIES: "somewhere", ELEVENLABS_WEBHOOK_IP_WHITELIST: "1.2" })).toEqual([
    expect.stringMatching(/^OFFHOOK_TRUSTED_PROXIES: expected /),
    expect.stringMatching(/^ELEVENLABS_WEBHOOK_IP_WHITELIST: expected /),
  ]);
});

test("hosts of recordings are a list of names", () => {
  const hosts = (value: string) => readEnvironment({ OFFHOOK_RECORDING_HOSTS: value }).api.recordingHosts;
  expect(hosts(" bucket.s3.amazonaws.com , *.example.com,")).toEqual(["bucket.s3.amazonaws.com", "*.example.com"]);
  expect(hosts("")).toEqual([]);
});

test.each([
  "https://bucket.example.com",
  "bucket.example.com/path",
  "bucket.example.com:8443",
  "bucket.example.com,localhost",
  "bucket.example.com other.example.com",
  "*",
  "*.com",
  "a.*.example.com",
  "10.0.0.1",
  "[::1]",
  "-bucket.example.com",
  "xn--bcher-kva.example.com",
])("OFFHOOK_RECORDING_HOSTS %s is refused", (hosts) => {
  expect(problemsOf({ OFFHOOK_RECORDING_HOSTS: hosts })).toEqual([expect.stringMatching(/^OFFHOOK_RECORDING_HOSTS: /)]);
});

test("recordings are archived where that is said in so many words", () => {
  const isArchiving = (value: string) => readEnvironment({ OFFHOOK_ARCHIVE_RECORDINGS: value }).api.archiveRecordings;
  expect(["true", "false", "", " true "].map(isArchiving)).toEqual([true, false, false, true]);
  for (const value of ["1", "yes", "TRUE", "truee"]) {
    expect(problemsOf({ OFFHOOK_ARCHIVE_RECORDINGS: value })).toEqual([
      expect.stringMatching(/^OFFHOOK_ARCHIVE_RECORDINGS: expected true or false/),
    ]);
  }
});

test("a key that opens nothing without an account is a problem, without the key", () => {
  expect(problemsOf({ CALLRAIL_API_KEY: "geheim" })).toEqual([
    "CALLRAIL_ACCOUNT_ID: missing, and CALLRAIL_API_KEY is of no use without it",
  ]);
  const { api } = readEnvironment({ CALLRAIL_API_KEY: "key", CALLRAIL_ACCOUNT_ID: "ACC1" });
  expect(api.callrail).toEqual({ apiKey: "key", accountId: "ACC1" });
  expect(readEnvironment({ CALLRAIL_ACCOUNT_ID: "ACC1" }).api.callrail).toBe(undefined);
});

/** What each client is made of, and what makes it. */
const clients: readonly (readonly [string, Variables, (api: ApiSettings) => unknown])[] = [
  [
    "CALLRAIL_API_KEY",
    { CALLRAIL_ACCOUNT_ID: "ACC1" },
    ({ callrail }) => callrail !== undefined && createCallRailClient(callrail),
  ],
  [
    "CALLRAIL_ACCOUNT_ID",
    { CALLRAIL_API_KEY: "key" },
    ({ callrail }) => callrail !== undefined && createCallRailClient(callrail),
  ],
  [
    "CALLRAIL_COMPANY_ID",
    { CALLRAIL_API_KEY: "key", CALLRAIL_ACCOUNT_ID: "ACC1" },
    ({ callrail }) => callrail !== undefined && createCallRailClient(callrail),
  ],
  ["ELEVENLABS_API_KEY", {}, ({ elevenlabs }) => elevenlabs !== undefined && createElevenLabsClient(elevenlabs)],
  [
    "TWILIO_ACCOUNT_SID",
    { TWILIO_AUTH_TOKEN: "token" },
    ({ twilio }) => twilio !== undefined && createTwilioClient(twilio),
  ],
  [
    "TWILIO_AUTH_TOKEN",
    { TWILIO_ACCOUNT_SID: "AC123" },
    ({ twilio }) => twilio !== undefined && createTwilioClient(twilio),
  ],
  [
    "CONVOSO_AUTH_TOKEN",
    {},
    ({ convoso }) => convoso !== undefined && createConvosoClient({ ...convoso, timeZone: "UTC" }),
  ],
  ["RETELL_API_KEY", {}, ({ retell }) => retell !== undefined && createRetellClient(retell)],
];

test.each(clients)("D15, S12: %s is refused by its name where the client would refuse it", (name, others, create) => {
  for (const value of ["AC123", "ACC123", "COM123", "123", "key_1-a", "a b", "a\tb", "schlüssel", "AC1/2", "a,b"]) {
    const variables = { ...others, [name]: value };
    const problems = problemsOf(variables);
    expect(problems.every((problem) => problem.startsWith(`${name}: expected `) && !problem.includes(value))).toBe(
      true,
    );
    const make = (): unknown => create(readUnchecked(variables));
    if (problems.length === 0) expect(make, value).not.toThrow();
    else expect(make, value).toThrow(ConfigurationError);
  }
});

/** As they would be without the check. */
function readUnchecked(variables: Variables): ApiSettings {
  const lists = (name: SecretName): readonly string[] | undefined => variables[name]?.split(",");
  const secrets = Object.fromEntries(secretNames.map((name) => [name, lists(name)] as const));
  return readApiSettings((name) => variables[name], secrets, []);
}

test("M08: what is missing of each vendor's API is known by name", () => {
  const { missing } = readEnvironment({ TWILIO_AUTH_TOKEN: "token", RETELL_API_KEY: "key" }).api;
  expect(missing).toEqual({
    callrail: { client: ["CALLRAIL_API_KEY", "CALLRAIL_ACCOUNT_ID"], webhooks: ["CALLRAIL_COMPANY_ID"] },
    elevenlabs: { client: ["ELEVENLABS_API_KEY"], webhooks: [] },
    twilio: { client: ["TWILIO_ACCOUNT_SID"], webhooks: [] },
    convoso: { client: ["CONVOSO_AUTH_TOKEN"], webhooks: [] },
    retell: { client: [], webhooks: [] },
  });
});

test("what is malformed of the vendors' APIs is named together with the rest", () => {
  const problems = problemsOf({
    PORT: "http",
    CALLRAIL_API_KEY: "key",
    OFFHOOK_RECORDING_HOSTS: "localhost",
    OFFHOOK_ARCHIVE_RECORDINGS: "yes",
  });
  expect(problems.map((problem) => problem.split(":")[0])).toEqual([
    "PORT",
    "CALLRAIL_ACCOUNT_ID",
    "OFFHOOK_RECORDING_HOSTS",
    "OFFHOOK_ARCHIVE_RECORDINGS",
  ]);
});
