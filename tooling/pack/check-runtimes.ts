import { installed, areRequired, installCommand } from "../../acceptance/src/runtimes/installed.ts";
import { run } from "./run.ts";

interface RuntimeCommand {
  readonly name: string;
  readonly program: string | undefined;
  readonly flags: readonly string[];
}

const runtimes: readonly RuntimeCommand[] = [
  { name: "Node 22", program: installed.node22, flags: [] },
  { name: "Node 26", program: installed.node26, flags: [] },
  { name: "Bun", program: installed.bun, flags: ["run"] },
  { name: "Deno", program: installed.deno, flags: ["run", "--quiet", "--no-prompt", "--allow-all"] },
];

/** Runs the ESM programs of the project on every runtime that is installed; gives their names. */
export function checkRuntimes(project: string, scripts: readonly string[]): readonly string[] {
  const checked: string[] = [];
  for (const { name, program, flags } of runtimes) {
    if (program === undefined) {
      const reason = `${name} is not installed: ${installCommand}`;
      if (areRequired) throw new Error(reason);
      console.log(`!!! Not tried: ${reason}`);
      continue;
    }
    for (const script of scripts) run(project, program, ...flags, script);
    checked.push(name);
  }
  return checked;
}
