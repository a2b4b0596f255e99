import { execFile, spawnSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";

const page = (path: string): Promise<string> => readFile(join(import.meta.dirname, "../../docs", path), "utf8");
const headings = async (path: string): Promise<string[]> =>
  [...(await page(path)).matchAll(/^## (.+)$/gm)].map(([, heading = ""]) => heading);

const providers = ["callrail", "convoso", "elevenlabs", "retell", "twilio"];

describe.each(providers)("the page of %s", (provider) => {
  test("X05: has what every other one has, with the vendor's own console", async () => {
    expect(await headings(`providers/${provider}.md`)).toEqual([
      "What it sends",
      "Set it up",
      "Signature",
      "Retries and limits",
      "Field mapping",
      "API client",
      "Traps",
      "Test it",
    ]);
    expect(await page(`providers/${provider}.md`)).toMatch(/^### In \w+$/m);
  });

  test("X08: gives a vector that openssl agrees with", async ({ skip }) => {
    if (spawnSync("openssl", ["version"]).error !== undefined) {
      if (process.env["CI"] !== undefined) throw new Error("openssl: expected on CI, where .ci/run installs it");
      skip("openssl is not installed on this machine");
    }
    const text = await page(`providers/${provider}.md`);
    const [, section = ""] = /^### Vector$([^]*?)^##/m.exec(text) ?? [];
    const [, command = ""] = /```sh\n([^]*?)```/.exec(section) ?? [];
    const { stdout } = await promisify(execFile)("sh", ["-c", command]);
    const digest = stdout.trim().split(" ").at(-1) ?? "";
    expect(digest.length).toBeGreaterThan(20);
    // In the table above the command, as the vendor would send it.
    expect(section.slice(0, section.indexOf("```sh"))).toContain(digest);
  });
});

test("X04: there is a way from every vendor to a laptop, and to see what it sends", async () => {
  const text = await page("local-testing.md");
  for (const tool of ["ngrok", "webhook.site", "Postman", "curl", "simulate"]) expect(text).toContain(tool);
});

test("X06: troubleshooting has the known troubles", async () => {
  expect(await headings("troubleshooting.md")).toEqual(
    expect.arrayContaining([
      "The database is down",
      "Notifications are missing",
      "A call is not associated",
      "Leads arrive, and no calls",
    ]),
  );
  expect(await headings("why-401.md")).toEqual(
    expect.arrayContaining([
      "signature_missing",
      "signature_malformed",
      "timestamp_out_of_range",
      "signature_mismatch",
    ]),
  );
});

test.each(["vm-postgres", "vercel", "cloudflare", "supabase"])(
  "X07, D08: the guide to %s lists its environment, its jobs, and what is tested",
  async (place) => {
    expect(await headings(`deploy/${place}.md`)).toEqual(
      expect.arrayContaining(["Environment", "Jobs", "What is tested"]),
    );
  },
);

test("F01: the guide to a machine of one's own has migrations, backups and monitoring, and another page has secrets", async () => {
  expect(await headings("deploy/vm-postgres.md")).toEqual(
    expect.arrayContaining(["The database", "Backups", "Monitoring"]),
  );
  expect(await page("environment.md")).toMatch(/rotat/i);
});
