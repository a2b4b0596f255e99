import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readManifest } from "../../tooling/pack/manifest.ts";
import { createProject, install } from "../../tooling/pack/project.ts";
import { run } from "../../tooling/pack/run.ts";
import { packTarballs, root } from "../../tooling/pack/tarballs.ts";

/** What a package costs who installs it, and every process that imports it. */
export interface Weight {
  readonly name: string;
  /** Installed with all dependencies, 1 MB being 1,000,000 bytes of files. */
  readonly megabytes: number;
  /** Milliseconds from start to end of a process that imports it, over an empty one of the same round. */
  readonly importMs: number;
  readonly low: number;
  readonly high: number;
  readonly goals?: {
    readonly importMs: number;
    readonly megabytes: number;
    /** Of the SDK that it is compared with. */
    readonly sdkMs: number;
    readonly sdkMegabytes: number;
  };
}

interface Subject {
  readonly name: string;
  readonly packages: readonly string[];
  readonly imports: readonly string[];
  /** The SDK whose third its size may be; without one that is ours the lightest. */
  readonly sdk?: string | null;
}

const sdks = { twilio: "twilio", elevenlabs: "@elevenlabs/elevenlabs-js", retell: "retell-sdk" } as const;
const sdkOf: Readonly<Record<string, string>> = sdks;
const mostImportMs = 20;
const rounds = 41;

/** Builds, packs and installs what users would, and measures that. */
export function benchWeight(): readonly Weight[] {
  const work = mkdtempSync(join(tmpdir(), "offhook-weight-"));
  try {
    run(root, "pnpm", "build");
    const tarballs = packTarballs(join(work, "tarballs"));
    const tarball = (name: string): string => tarballs.get(name) ?? name;
    const subjects: readonly Subject[] = [
      { name: "an empty process", packages: [], imports: [] },
      ...["callrail", "convoso", "elevenlabs", "retell", "twilio"].map((name) => ({
        name: `@offhook/core and @offhook/${name}`,
        packages: [tarball("@offhook/core"), tarball(`@offhook/${name}`)],
        imports: ["@offhook/core", `@offhook/${name}`],
        sdk: sdkOf[name] ?? null,
      })),
      ...Object.values(sdks).map((name) => ({ name, packages: [`${name}@${versionOf(name)}`], imports: [name] })),
    ];
    const projects = subjects.map(({ packages, imports }, index) => {
      const project = createProject(join(work, `project-${index}`));
      if (packages.length > 0) install(project, ...packages);
      writeFileSync(join(project, "main.mjs"), imports.map((name) => `import "${name}";\n`).join(""));
      return project;
    });
    return summarize(subjects, projects.map(megabytesOf), timeRounds(projects));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

export function printWeights(weights: readonly Weight[]): void {
  console.log("\nweight: installed from tarballs, imported cold as ESM");
  console.log(`  ${"".padEnd(40)} ${"ms".padStart(7)}  p10-p90        ${"MB".padStart(6)}`);
  for (const { name, importMs, low, high, megabytes, goals } of weights) {
    const range = `${low.toFixed(1)}-${high.toFixed(1)}`.padEnd(14);
    const verdicts =
      goals === undefined
        ? ""
        : `  ${verdict(importMs, goals.importMs, goals.sdkMs, "ms")}; ${verdict(megabytes, goals.megabytes, goals.sdkMegabytes, "MB")}`;
    console.log(
      `  ${name.padEnd(40)} ${importMs.toFixed(1).padStart(7)}  ${range} ${megabytes.toFixed(2).padStart(6)}${verdicts}`,
    );
  }
}

const verdict = (value: number, most: number, sdk: number, unit: string): string =>
  `${(value / sdk).toFixed(2)} of the SDK's ${unit}, ${value <= most ? "met" : "MISSED"}: at most ${most.toFixed(1)}`;

/** The version that this workspace compares with everywhere. */
function versionOf(sdk: string): string {
  return readManifest(join(import.meta.dirname, "../node_modules", sdk)).version;
}

function megabytesOf(project: string): number {
  const modules = join(project, "node_modules");
  const entries = statSync(modules, { throwIfNoEntry: false }) && readdirSync(modules, { recursive: true });
  let bytes = 0;
  for (const entry of entries ?? []) {
    const stats = statSync(join(modules, String(entry)));
    if (stats.isFile()) bytes += stats.size;
  }
  return bytes / 1e6;
}

/** Milliseconds of each project in each round; they take turns, so that what else the machine does hits all. */
function timeRounds(projects: readonly string[]): readonly (readonly number[])[] {
  const times: number[][] = projects.map(() => []);
  for (let round = -1; round < rounds; round += 1) {
    for (let turn = 0; turn < projects.length; turn += 1) {
      const index = (turn + round + 1) % projects.length;
      const startMs = performance.now();
      const { status, stderr } = spawnSync(process.execPath, ["main.mjs"], { cwd: projects[index] });
      const ms = performance.now() - startMs;
      if (status !== 0) throw new Error(`The import failed: ${String(stderr)}`);
      // The first round reads the files from the disk.
      if (round >= 0) times[index]?.push(ms);
    }
  }
  return times;
}

function summarize(
  subjects: readonly Subject[],
  megabytes: readonly number[],
  times: readonly (readonly number[])[],
): readonly Weight[] {
  const quantilesOf = (own: readonly number[]) => {
    const over = own.map((time, round) => time - (times[0]?.[round] ?? 0)).toSorted((left, right) => left - right);
    return (part: number): number => over[Math.round(part * (over.length - 1))] ?? Number.NaN;
  };
  const measured = subjects.map(({ name }, index) => {
    const quantile = quantilesOf(times[index] ?? []);
    return {
      name,
      megabytes: megabytes[index] ?? Number.NaN,
      importMs: quantile(0.5),
      low: quantile(0.1),
      high: quantile(0.9),
    };
  });
  const rivals = measured.filter(({ name }) => Object.values<string>(sdks).includes(name));
  const [lightest] = rivals.toSorted((left, right) => left.megabytes - right.megabytes);
  return measured.map((weight, index) => {
    const sdk = subjects[index]?.sdk;
    const rival = rivals.find(({ name }) => name === sdk) ?? lightest;
    if (sdk === undefined || rival === undefined) return weight;
    const { importMs: sdkMs, megabytes: sdkMegabytes } = rival;
    return { ...weight, goals: { importMs: mostImportMs, megabytes: sdkMegabytes / 3, sdkMs, sdkMegabytes } };
  });
}
