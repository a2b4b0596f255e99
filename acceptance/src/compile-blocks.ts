import { execFile } from "node:child_process";
import { copyFile, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { CodeBlock } from "./code-blocks.ts";
import { root } from "./markdown-pages.ts";

/** What blocks may import from beside them, and what other runtimes declare. Below a package that has their imports. */
const support = join(root, "acceptance/code-blocks");
const compiler = join(root, "node_modules/@typescript/native/bin/tsc");
/** TypeScript as strict as here; JavaScript by the types of what it calls. */
const projects = {
  "tsconfig.ts.json": { compilerOptions: { jsx: "react-jsx" }, include: ["**/*.ts", "**/*.tsx"] },
  "tsconfig.js.json": {
    compilerOptions: {
      allowJs: true,
      checkJs: true,
      strict: false,
      exactOptionalPropertyTypes: false,
      noPropertyAccessFromIndexSignature: false,
      noUncheckedIndexedAccess: false,
    },
    include: ["**/*.js", "**/*.mjs", "*.d.ts"],
  },
};

/** A folder for each page, where its blocks may import each other by their files' names. */
async function writeBlocks(run: string, blocks: readonly CodeBlock[]): Promise<Map<string, CodeBlock>> {
  const files = new Map<string, CodeBlock>();
  for (const block of blocks) {
    const folder = block.page.replaceAll(/\W/g, "-");
    const named = `${folder}/${block.file}`;
    const hasName = block.file !== undefined && !files.has(named);
    files.set(hasName ? named : `${folder}/line-${block.line}.${block.language}`, block);
  }
  const besides = (await readdir(support)).filter((name) => name.endsWith(".ts"));
  for (const folder of new Set([...files.keys()].map((file) => file.split("/")[0] ?? ""))) {
    await mkdir(join(run, folder));
    for (const name of besides) {
      const isGlobal = name.endsWith(".d.ts");
      await copyFile(join(support, name), isGlobal ? join(run, name) : join(run, folder, name));
    }
  }
  for (const [file, { code }] of files) await writeFile(join(run, file), code);
  for (const [name, project] of Object.entries(projects))
    await writeFile(join(run, name), JSON.stringify({ extends: "../../../tsconfig.base.json", ...project }));
  return files;
}

const runCompiler = (cwd: string, project: string): Promise<string> =>
  new Promise((resolve) => {
    const options = { cwd, maxBuffer: 64 * 1024 * 1024 };
    execFile(process.execPath, [compiler, "-p", project, "--pretty", "false"], options, (error, stdout, stderr) => {
      // It ends with 1 or 2 where it found faults; they stand in stdout.
      resolve(error === null ? "" : stdout + stderr || error.message);
    });
  });

/** What the compiler says against blocks, each with its line in the page. */
export async function compileBlocks(blocks: readonly CodeBlock[]): Promise<ReadonlyMap<CodeBlock, string[]>> {
  const run = await mkdtemp(join(support, "run-"));
  try {
    const files = await writeBlocks(run, blocks);
    const faults = new Map<CodeBlock, string[]>(blocks.map((block) => [block, []]));
    const outputs = await Promise.all(Object.keys(projects).map((project) => runCompiler(run, project)));
    // A fault begins in the first column; what explains it follows, indented.
    for (const fault of outputs.flatMap((output) => output.split(/\n(?=\S)/)).filter((text) => text.trim() !== "")) {
      const [, file = "", line = "", text = ""] = /^(.+?)\((\d+),\d+\): (.*)$/s.exec(fault) ?? [];
      const block = files.get(file);
      // What is wrong in the packages themselves is the typecheck's to say.
      if (file.startsWith("../")) continue;
      if (block === undefined) throw new Error(`Not of a block: ${fault}`);
      faults.get(block)?.push(`${block.page}:${block.line + Number(line)} ${text.trimEnd()}`);
    }
    return faults;
  } finally {
    await rm(run, { recursive: true, force: true });
  }
}
