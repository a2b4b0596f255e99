import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { retell } from "@offhook/retell";
import { retellLife, signSample } from "@offhook/testing";
import { expect, test } from "vitest";

test("W13, E04: the program stores signed calls of Retell and lists them", async () => {
  const folder = await mkdtemp(join(tmpdir(), "offhook-fastify-"));
  const apiKey = "key_of_the_example";
  const server = spawn(process.execPath, [join(import.meta.dirname, "main.ts")], {
    cwd: folder,
    env: { ...process.env, PORT: "0", RETELL_API_KEY: apiKey },
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const lines = createInterface(server.stdout)[Symbol.asyncIterator]();
    const [, address = ""] = await lineWith(lines, /Server listening at (http:\/\/127\.0\.0\.1:\d+)/);
    for (const sample of retellLife()) {
      const { method, url, headers, body } = await signSample(retell({ apiKey }), sample);
      const response = await fetch(`${address}${url}`, { method, headers, body });
      expect(response.status).toBe(200);
    }
    await lineWith(lines, /"call":"call_/);
    const { data } = (await (await fetch(`${address}/calls`)).json()) as { data: { status: string }[] };
    expect(data.map(({ status }) => status)).toEqual(["completed"]);
  } finally {
    server.kill("SIGKILL");
    await once(server, "exit");
    await rm(folder, { recursive: true, force: true });
  }
}, 30_000);

async function lineWith(lines: AsyncIterator<string>, pattern: RegExp): Promise<RegExpExecArray> {
  for (;;) {
    const { value, done } = await lines.next();
    if (done === true) throw new Error("The program ended early");
    const found = pattern.exec(value);
    if (found !== null) return found;
  }
}
