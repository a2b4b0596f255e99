import { readFile, rm, stat } from "node:fs/promises";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { deriveAdminToken } from "./admin-token.ts";
import type { Variables } from "./environment.ts";
import { startProcess, type TestProcess } from "./test-process.ts";
import { temporaryFolder } from "./test-server.ts";

// Processes take their time to start on a busy machine.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

let dataFolder: string;
const started: TestProcess[] = [];

beforeEach(async () => {
  dataFolder = join(await temporaryFolder(), "data");
});
afterEach(async () => {
  for (const each of started.splice(0)) {
    each.stop("SIGKILL");
    await each.ended;
  }
  await rm(join(dataFolder, ".."), { recursive: true });
});

function start(variables: Variables = {}): TestProcess {
  const server = startProcess("main.ts", { PORT: "0", OFFHOOK_DATA_DIR: dataFolder, ...variables });
  started.push(server);
  return server;
}

const bannerEnd = "/api/calls";

test("the banner tells all that is needed for the first event, with an address that works", async () => {
  const server = start({ PUSHER_KEY: "not yet" });
  await server.waitFor(bannerEnd);
  const banner = server.output();
  const address = /Address +(http:\/\/127\.0\.0\.1:[1-9]\d*)\n/.exec(banner)?.[1];
  const token = /Admin token +(\w{64})\n/.exec(banner)?.[1];
  expect(address).toBeDefined();
  expect(banner).toContain(`Data folder   ${dataFolder}`);
  expect(banner).toContain(`${address}/api/webhooks/twilio`);
  expect(banner).toContain("npx -y pnpm@12 simulate");
  expect(banner).toContain(join(dataFolder, "development-secrets.json"));
  expect(banner).toContain("PUSHER_KEY is set, and has no effect yet");
  const response = await fetch(`${address}/api/calls`, { headers: { authorization: `Bearer ${token}` } });
  expect(await response.json()).toEqual({ data: [], nextCursor: null });
});

test("secrets and token are made once, for this user only", async () => {
  const kept = async (): Promise<string[]> =>
    Promise.all(["admin-token", "development-secrets.json"].map((name) => readFile(join(dataFolder, name), "utf8")));
  const first = start();
  await first.waitFor(bannerEnd);
  const before = await kept();
  expect((await stat(dataFolder)).mode & 0o777).toBe(0o700);
  expect((await stat(join(dataFolder, "offhook.db"))).mode & 0o077).toBe(0);
  first.stop("SIGTERM");
  expect(await first.ended).toBe(0);

  const second = start();
  await second.waitFor(bannerEnd);
  expect(await kept()).toEqual(before);
});

test.each(["SIGTERM", "SIGINT"] as const)("%s ends it with code 0", async (signal) => {
  const server = start();
  await server.waitFor(bannerEnd);
  const startedMs = Date.now();
  server.stop(signal);
  expect(await server.ended).toBe(0);
  expect(Date.now() - startedMs).toBeLessThan(10_000);
  expect(server.output()).toContain("Stopped");
});

test("a request under way when it is told to stop is still answered", async () => {
  const server = start();
  await server.waitFor(bannerEnd);
  const address = /Address +(\S+)/.exec(server.output())?.[1] ?? "";
  const body = "CallSid=CA1";
  const answered = Promise.withResolvers<number | undefined>();
  const slow = request(`${address}/api/webhooks/twilio`, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded", "content-length": body.length },
  });
  slow.on("response", (response) => answered.resolve(response.resume().statusCode)).on("error", answered.reject);
  slow.write(body.slice(0, 5));
  await new Promise((resolve) => setTimeout(resolve, 100));
  server.stop("SIGTERM");
  await server.waitFor("Stopping");
  slow.end(body.slice(5));
  expect(await answered.promise).toBe(401);
  expect(await server.ended).toBe(0);
});

test("S10, S12: production refuses to start and names everything that is missing", async () => {
  const server = start({ NODE_ENV: "production", OFFHOOK_PUBLIC_URL: "http://hooks.example.com" });
  expect(await server.ended).toBe(1);
  for (const name of [
    "CALLRAIL_SIGNING_KEY",
    "ELEVENLABS_WEBHOOK_SECRET",
    "TWILIO_AUTH_TOKEN",
    "CONVOSO_WEBHOOK_SECRET",
    "RETELL_API_KEY",
    "OFFHOOK_SECRET",
    "OFFHOOK_PUBLIC_URL",
  ]) {
    expect(server.output()).toContain(name);
  }
  expect(server.output()).not.toContain("    at ");
});

test("D15, S12: what no client takes ends the start by the name of its variable", async () => {
  const server = start({ TWILIO_ACCOUNT_SID: "geheim", TWILIO_AUTH_TOKEN: "token", CONVOSO_AUTH_TOKEN: "a b" });
  expect(await server.ended).toBe(1);
  expect(server.output()).toMatch(/TWILIO_ACCOUNT_SID: expected .*\n.*CONVOSO_AUTH_TOKEN: expected /);
  expect(server.output()).not.toMatch(/geheim|a b|create\w+Client| {4}at /);
});

test("production with everything starts, logs JSON and prints no token", async () => {
  const serverSecret = "a secret of the server";
  const server = start({
    NODE_ENV: "production",
    OFFHOOK_PUBLIC_URL: "https://hooks.example.com",
    OFFHOOK_SECRET: serverSecret,
    CALLRAIL_SIGNING_KEY: "callrail",
    ELEVENLABS_WEBHOOK_SECRET: "elevenlabs",
    TWILIO_AUTH_TOKEN: "twilio",
    CONVOSO_WEBHOOK_SECRET: "convoso",
    RETELL_API_KEY: "retell",
  });
  await server.waitFor("Listening");
  const line = JSON.parse(server.output().split("\n")[0] ?? "") as { address: string };
  const token = deriveAdminToken(serverSecret);
  expect(server.output()).not.toContain(token);
  const response = await fetch(`${line.address}/api/admin/health`, { headers: { authorization: `Bearer ${token}` } });
  expect(response.status).toBe(200);
  expect(response.headers.get("strict-transport-security")).not.toBeNull();
});

test("a port that is taken is told in one line", async () => {
  const other = createServer();
  await new Promise<void>((resolve) => void other.listen(0, "127.0.0.1", resolve));
  // It listens on TCP.
  const { port } = other.address() as AddressInfo;
  const server = start({ PORT: String(port) });
  expect(await server.ended).toBe(1);
  expect(server.output()).toMatch(new RegExp(`^Port ${port} on 127\\.0\\.0\\.1 is in use: [^\\n]+\\n$`));
  other.close();
});

test("a rejection that nobody handles is logged, and ends the server with code 1", async () => {
  const onSignal = 'process.on("SIGUSR2",()=>Promise.reject(new Error("boom")))';
  const server = start({ NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(onSignal)}` });
  await server.waitFor(bannerEnd);
  server.stop("SIGUSR2");
  expect(await server.ended).toBe(1);
  expect(server.output()).toContain("FATAL Unhandled rejection");
});
