import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "./run.ts";
import { root } from "./tarballs.ts";

const quiet = ["--no-audit", "--no-fund", "--loglevel=error"];

/** What a user starts from: an empty folder, and `npm init -y`. */
export function createProject(folder: string): string {
  mkdirSync(folder, { recursive: true });
  run(folder, "npm", "init", "-y");
  return folder;
}

export function install(project: string, ...packages: readonly string[]): void {
  run(project, "npm", "install", ...quiet, ...packages);
}

/** Installs what a page names: ours from the tarballs. */
export function installNamed(project: string, names: readonly string[], tarballs: ReadonlyMap<string, string>): void {
  install(project, ...names.map((name) => tarballs.get(name) ?? name));
}

/** The programs of `tooling/consumer`, with every package and what they need. */
export function createConsumer(folder: string, tarballs: ReadonlyMap<string, string>): string {
  createProject(folder);
  cpSync(join(root, "tooling/consumer"), folder, { recursive: true });
  // The pg-boss that the tests use: a later one may ask for what cannot be installed.
  const others = ["express@5", "fastify@5", "hono@4", "next@16", "react@19", "react-dom@19", "pg-boss@12.35.0"];
  const types = ["@types/express@5", "@types/node@24", "@types/react@19", "typescript@6.0"];
  install(folder, ...tarballs.values(), ...others, ...types);
  run(folder, "npm", "ls", "--all");
  return folder;
}

export function write(project: string, file: string, lines: readonly string[]): void {
  writeFileSync(join(project, file), lines.join("\n"));
}
