import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { startProgram } from "./child.ts";
import { readPagePrograms } from "./page-programs.ts";
import { createProject, installNamed } from "./project.ts";
import { run } from "./run.ts";

const toldOfCall = /^call_twilio_CA0+: answered, 61 s$/;

/**
 * Does what README.md says, in an empty folder, and sends a signed call over HTTP.
 * @param sender a project with `send-life.mjs` and what it needs.
 */
export async function checkReadme(
  folder: string,
  tarballs: ReadonlyMap<string, string>,
  sender: string,
): Promise<void> {
  const { installed, programs } = readPagePrograms("README.md", "## Use it");
  const code = programs.get("");
  assert(installed.length > 0 && code !== undefined, "README.md has no commands and program to check");
  const project = createProject(folder);
  installNamed(project, installed, tarballs);
  writeFileSync(join(project, "main.mjs"), code);

  const authToken = "a token of the check";
  const program = startProgram(project, [process.execPath, "main.mjs"], {
    PORT: "0",
    TWILIO_AUTH_TOKEN: authToken,
    CALLRAIL_SIGNING_KEY: "a key of the check",
  });
  try {
    const [, port] = await program.line(/port: (\d+)/);
    run(sender, process.execPath, "send-life.mjs", `http://127.0.0.1:${port}`, authToken);
    await program.line(toldOfCall);
  } finally {
    await program.end();
  }
}

/** Does what the quickstart says: its server, its sender twice, and its list. */
export async function checkQuickstart(folder: string, tarballs: ReadonlyMap<string, string>): Promise<void> {
  const { installed, programs } = readPagePrograms("docs/quickstart.md");
  const names = ["server.mjs", "send.mjs", "calls.mjs"];
  const project = createProject(folder);
  run(project, "npm", "pkg", "set", "type=module");
  installNamed(project, installed, tarballs);
  for (const name of names) {
    const code = programs.get(name);
    assert(code !== undefined, `docs/quickstart.md has no program "${name}"`);
    writeFileSync(join(project, name), code);
  }
  // The page's server tells of the port that it was given, so zero would tell nothing.
  const port = await freePort();
  const server = startProgram(project, [process.execPath, "server.mjs"], { PORT: String(port) });
  try {
    await server.line(/^Listening on port \d+$/);
    const send = (): string => run(project, "env", `PORT=${port}`, process.execPath, "send.mjs");
    for (const sent of [send(), send()]) assert.equal(sent.match(/ 204$/gm)?.length, 6, `send.mjs wrote:\n${sent}`);
    await server.line(toldOfCall);
  } finally {
    await server.end();
  }
  const list = run(project, process.execPath, "calls.mjs");
  assert.match(list, /call_twilio_CA0+/, `calls.mjs wrote:\n${list}`);
  assert.match(list, /test: true/, `calls.mjs wrote:\n${list}`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  // A server on TCP has such an address.
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
