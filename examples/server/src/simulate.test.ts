import { execFileSync, spawnSync } from "node:child_process";
import { readFile, rm } from "node:fs/promises";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { startProcess, type TestProcess } from "./test-process.ts";
import { temporaryFolder } from "./test-server.ts";

// Processes take their time to start on a busy machine.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

let dataFolder: string;
let server: TestProcess;

beforeAll(async () => {
  dataFolder = await temporaryFolder();
  server = startProcess("main.ts", { PORT: "0", OFFHOOK_DATA_DIR: dataFolder });
  await server.waitFor("/api/calls");
});
afterAll(async () => {
  server.stop("SIGTERM");
  await server.ended;
  await rm(dataFolder, { recursive: true });
});

async function simulate(args: readonly string[], folder = dataFolder): Promise<{ code: number | null; text: string }> {
  const run = startProcess("simulate.ts", { OFFHOOK_DATA_DIR: folder }, args);
  const code = await run.ended;
  return { code, text: run.output() };
}

function hasCurl(): boolean {
  return spawnSync("curl", ["--version"]).status === 0;
}

const addressOf = (): string => /Address +(\S+)/.exec(server.output())?.[1] ?? "";

test("E15: lives of every provider become the calls that were expected", async () => {
  const { code, text } = await simulate([]);
  expect(text).toContain("Everything was as expected.");
  expect(code).toBe(0);
  for (const name of ["callrail", "elevenlabs", "twilio", "convoso", "retell"])
    expect(text).toMatch(new RegExp(`^${name}$`, "m"));
  expect(text).toMatch(/^ {2}204 {2}twilio status\.completed$/m);
  expect(text).toMatch(/one phone call\n( {2}20.+\n)+ {2}Call {\n.+\n.+\n {4}"references": .+twilio.+retell/);
  expect(text).toContain('"status": "completed"');
  expect(text).not.toMatch(/: ?null/);
});

test("the address can be given, and the providers chosen", async () => {
  const { code, text } = await simulate(["--url", addressOf(), "twilio"]);
  expect(text).toContain("twilio");
  expect(code).toBe(0);
});

test("X02: forged deliveries are refused", async () => {
  const { code, text } = await simulate(["--invalid"]);
  expect(text).toContain("signature_missing");
  expect(text).toContain("signature_mismatch");
  expect(text).not.toContain("Not as expected");
  expect(code).toBe(0);
});

// A machine without cURL says so by this skipped test; on CI it has to be there.
test.skipIf(!hasCurl() && process.env["CI"] === undefined)(
  "X03: printed cURL commands are taken by the server",
  async () => {
    const { code, text } = await simulate(["--curl"]);
    expect(code).toBe(0);
    const commands = text.split("\n").filter((line) => /^(curl|printf) /.test(line));
    expect(commands.length).toBeGreaterThan(50);
    // One for each address, and all that take more quoting than usual.
    const addresses = new Map(commands.map((command) => [/ 'http:[^'?]+/.exec(command)?.[0], command]));
    expect(addresses.size).toBeGreaterThan(10);
    const hard = commands.filter((command) => command.startsWith("printf") || command.includes("'\\''"));
    for (const command of new Set([...addresses.values(), ...hard])) {
      expect(execFileSync("sh", ["-c", command], { encoding: "utf8" }), command.slice(0, 300)).toMatch(
        /^HTTP\/1\.1 20[04] /,
      );
    }
  },
);

test("a server that does not run is told in one line", async () => {
  const elsewhere = await simulate(["--url", "http://127.0.0.1:9"]);
  expect(elsewhere.code).toBe(1);
  expect(elsewhere.text).toBe("No server answers at http://127.0.0.1:9: start it with: npx -y pnpm@12 start\n");

  const empty = await temporaryFolder();
  const never = await simulate([], empty);
  expect(never.code).toBe(1);
  expect(never.text).toMatch(/^No server has been started .+: npx -y pnpm@12 start\n$/);
  await rm(empty, { recursive: true });
});

test("what it does not know is refused", async () => {
  expect((await simulate(["nobody"])).text).toContain('Provider "nobody": expected one of');
  expect((await simulate(["--url", "nowhere"])).text).toContain("--url: expected an address");
  expect(await simulate(["--unknown"])).toMatchObject({ code: 1, text: expect.stringContaining("npx -y pnpm@12") });
});

test("secrets never reach the server's log", async () => {
  // The server wrote the file.
  const secrets = JSON.parse(await readFile(`${dataFolder}/development-secrets.json`, "utf8")) as object;
  for (const secret of Object.values(secrets)) expect(server.output()).not.toContain(secret);
});
