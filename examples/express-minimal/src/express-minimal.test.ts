import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { twilio } from "@offhook/twilio";
import { signSample, twilioLife } from "@offhook/testing";
import { expect, test } from "vitest";

const main = join(import.meta.dirname, "main.ts");

test("the README shows this very program", async () => {
  const readme = await readFile(join(import.meta.dirname, "../../../README.md"), "utf8");
  const [, shown] = /```ts\n(import [^]*?)```/.exec(readme) ?? [];
  expect(shown).toBe(await readFile(main, "utf8"));
});

test("W09, E15: the program stores a signed call and tells the app that it ended", async () => {
  const folder = await mkdtemp(join(tmpdir(), "offhook-quickstart-"));
  const authToken = "quickstart token";
  const server = spawn(process.execPath, [main], {
    cwd: folder,
    env: { ...process.env, PORT: "0", TWILIO_AUTH_TOKEN: authToken, CALLRAIL_SIGNING_KEY: "quickstart key" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const lines = createInterface(server.stdout)[Symbol.asyncIterator]();
    const port = await readPort(lines);
    const provider = twilio({ authToken, publicUrl: "https://app.example.com" });
    for (const sample of twilioLife()) {
      const { method, url, headers, body } = await signSample(provider, sample);
      const response = await fetch(`http://127.0.0.1:${port}${url}`, { method, headers, body });
      expect(response.status).toBe(204);
    }
    const { value } = await lines.next();
    expect(value).toMatch(/^call_twilio_CA0+: answered, 61 s$/);
  } finally {
    server.kill("SIGKILL");
    await once(server, "exit");
    await rm(folder, { recursive: true, force: true });
  }
}, 30_000);

async function readPort(lines: AsyncIterator<string>): Promise<string> {
  let text = "";
  for (;;) {
    const { value, done } = await lines.next();
    if (done === true) throw new Error(`The program ended early: ${text}`);
    text += value;
    const [, port] = /port: (\d+)/.exec(text) ?? [];
    if (port !== undefined) return port;
  }
}
