import assert from "node:assert/strict";
import { join } from "node:path";
import { build } from "esbuild";
import { everyLife } from "../../acceptance/src/every-life.ts";
import { areRequired, installCommand } from "../../acceptance/src/runtimes/installed.ts";
import { runtimes, workerd, type Runtime } from "../../acceptance/src/runtimes/runtime.ts";
import { startWorker } from "../../acceptance/src/runtimes/start-worker.ts";
import { write } from "./project.ts";
import { run } from "./run.ts";
import { root } from "./tarballs.ts";

/** Puts every provider's life through the packages of a project, on every runtime that is installed; gives their names. */
export async function checkLives(project: string): Promise<readonly string[]> {
  await writePrograms(project);
  const expected = `${await everyLife()}\n[401]`;
  const checked: string[] = [];
  for (const runtime of runtimes) {
    if (runtime.program === undefined) {
      const reason = `${runtime.name} is not installed: ${installCommand}`;
      if (areRequired) throw new Error(reason);
      console.log(`!!! Not tried: ${reason}`);
      continue;
    }
    for (const [how, told] of await tellLives(project, runtime, runtime.program)) {
      assert.equal(told, expected, `${runtime.name}, ${how}: other calls than from the sources`);
    }
    checked.push(runtime.name);
  }
  return checked;
}

/** As modules that import the installed packages by their names. */
async function writePrograms(project: string): Promise<void> {
  for (const [format, file] of [
    ["esm", "lives.mjs"],
    ["cjs", "lives.cjs"],
  ] as const) {
    const entry = join(root, "acceptance/src/every-life.ts");
    const outfile = join(project, file);
    await build({ entryPoints: [entry], bundle: true, packages: "external", format, target: "es2023", outfile });
  }
  const tell =
    "everyLife().then(async (calls) => console.log(`${calls}\\n${JSON.stringify(await forgedStatuses())}`));";
  write(project, "tell-lives.mjs", ['import { everyLife, forgedStatuses } from "./lives.mjs";', tell]);
  write(project, "tell-lives.cjs", ['const { everyLife, forgedStatuses } = require("./lives.cjs");', tell]);
}

async function tellLives(
  project: string,
  runtime: Runtime,
  program: string,
): Promise<readonly (readonly [how: string, told: string])[]> {
  if (runtime === workerd) return [["bundled", await tellByWorker(project, program)]];
  // Deno wants to read what is not one file.
  const flags = runtime.flags.map((flag) => (flag.startsWith("--allow-net") ? "--allow-read" : flag));
  return ["tell-lives.mjs", "tell-lives.cjs"].map((script) => [script, run(project, program, ...flags, script).trim()]);
}

async function tellByWorker(project: string, miniflare: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: {
      contents: `import { everyLife, forgedStatuses } from "./lives.mjs";
        const tell = async () => new Response(\`\${await everyLife()}\\n\${JSON.stringify(await forgedStatuses())}\`);
        export default { fetch: tell };`,
      resolveDir: project,
    },
    bundle: true,
    write: false,
    format: "esm",
    target: "es2023",
    platform: workerd.resolution.platform,
    conditions: [...workerd.resolution.conditions],
  });
  const script = outputFiles[0]?.text ?? "";
  assert.doesNotMatch(script, /["']node:/, "the bundle for Workers names a built-in of Node");
  const worker = await startWorker(miniflare, script);
  try {
    const response = await fetch(`http://127.0.0.1:${worker.port}`);
    return await response.text();
  } finally {
    await worker.close();
  }
}
