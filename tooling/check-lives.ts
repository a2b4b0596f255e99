// Packs what receives webhooks, installs it in an empty folder and puts every provider's life through it on every runtime.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkLives } from "./pack/check-lives.ts";
import { createProject, installNamed } from "./pack/project.ts";
import { packTarballs } from "./pack/tarballs.ts";

const names = ["core", "callrail", "convoso", "elevenlabs", "retell", "testing", "twilio"];

const work = mkdtempSync(join(tmpdir(), "offhook-lives-"));
try {
  const project = createProject(join(work, "app"));
  installNamed(
    project,
    names.map((name) => `@offhook/${name}`),
    packTarballs(join(work, "tarballs")),
  );
  console.log(`Every provider's life is the same from the tarballs on ${(await checkLives(project)).join(", ")}`);
} finally {
  rmSync(work, { recursive: true, force: true });
}
