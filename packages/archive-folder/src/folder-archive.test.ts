import type { RecordingArchive, RecordingStream } from "@offhook/core";
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  realpath,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { folderArchive } from "./folder-archive.ts";

let outside: string;
let path: string;
let archive: RecordingArchive;

beforeEach(async () => {
  outside = await realpath(await mkdtemp(join(tmpdir(), "offhook-archive-")));
  path = join(outside, "below", "archive");
  archive = folderArchive({ path });
});
afterEach(() => rm(outside, { recursive: true }));

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const bodyOf = (...chunks: readonly string[]): ReadableStream<Uint8Array> => ReadableStream.from(chunks.map(bytes));
const put = (key: string, text: string, contentType = "audio/mpeg"): Promise<void> =>
  archive.put(key, { contentType, body: bodyOf(text) });
const text = ({ body }: RecordingStream): Promise<string> => new Response(body).text();

async function get(key: string, range?: string): Promise<string | undefined> {
  const recording = await archive.get(key, range);
  return recording && text(recording);
}

/** Everything below the folder, as paths. */
async function files(): Promise<readonly string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries.flatMap((entry) =>
    entry.isFile() ? [join(entry.parentPath, entry.name).slice(path.length + 1)] : [],
  );
}

test("a recording comes back as it was kept", async () => {
  await archive.put("default/twilio/RE1", { contentType: "audio/x-wav", body: bodyOf("so", "", "und") });
  const recording = await archive.get("default/twilio/RE1");
  expect(recording).toEqual({
    status: 200,
    contentType: "audio/x-wav",
    bytes: 5,
    contentRange: null,
    body: expect.any(ReadableStream),
  });
  expect(recording && (await text(recording))).toBe("sound");
  expect(await files()).toEqual(["audio%2Fx-wav/default/twilio/RE1"]);
  expect(await readFile(join(path, "audio%2Fx-wav/default/twilio/RE1"), "utf8")).toBe("sound");
});

test("what is not there is not there", async () => {
  expect(await get("RE1")).toBe(undefined);
  await archive.remove("RE1");
  await put("a/RE1", "sound");
  for (const key of ["a", "RE1", "a/RE1/b", "a/RE2"]) {
    expect(await get(key)).toBe(undefined);
    await archive.remove(key);
  }
  expect(await get("a/RE1")).toBe("sound");
});

test("a recording without a byte is a recording", async () => {
  await archive.put("RE1", { contentType: "audio/mpeg", body: bodyOf() });
  expect(await archive.get("RE1")).toMatchObject({ status: 200, bytes: 0 });
  expect(await get("RE1", "bytes=0-")).toBe("");
});

test.each([
  ["bytes=1-3", "oun", "bytes 1-3/5"],
  ["bytes=3-", "nd", "bytes 3-4/5"],
  ["bytes=-2", "nd", "bytes 3-4/5"],
])("%s is a part", async (range, part, contentRange) => {
  await put("RE1", "sound");
  const recording = await archive.get("RE1", range);
  expect(recording).toMatchObject({ status: 206, contentType: "audio/mpeg", bytes: part.length, contentRange });
  expect(recording && (await text(recording))).toBe(part);
});

test.each(["bytes=5-", "bytes=0-1,3-4", "nonsense"])("%s gives the whole", async (range) => {
  await put("RE1", "sound");
  const recording = await archive.get("RE1", range);
  expect(recording).toMatchObject({ status: 200, bytes: 5, contentRange: null });
  expect(recording && (await text(recording))).toBe("sound");
});

test("a part of a large recording is read without the rest", async () => {
  const content = new Uint8Array(300_000).map((_, index) => index % 251);
  await archive.put("RE1", {
    contentType: "audio/mpeg",
    body: ReadableStream.from([content.subarray(0, 7), content.subarray(7)]),
  });
  const recording = await archive.get("RE1", "bytes=65535-200000");
  const part = new Uint8Array(await new Response(recording?.body).arrayBuffer());
  expect(Buffer.compare(part, content.subarray(65_535, 200_001))).toBe(0);
});

test("put again, a recording is the new one, whatever its content type", async () => {
  await put("RE1", "a".repeat(200_000));
  const begun = (await archive.get("RE1"))?.body.getReader();
  const notBegun = await archive.get("RE1");
  const first = await begun?.read();
  await put("RE1", "new");
  expect(await get("RE1")).toBe("new");
  // Whoever reads already reads to the end what they began, and nobody gets a mixture.
  expect(first?.value?.length).toBe(65_536);
  expect((await begun?.read())?.value?.[0]).toBe(97);
  await begun?.cancel();
  await expect(notBegun && text(notBegun)).rejects.toMatchObject({ code: "storage_unavailable" });

  await utimes(join(path, "audio%2Fmpeg/RE1"), 1, 1);
  await put("RE1", "newer", "audio/wav");
  expect(await archive.get("RE1")).toMatchObject({ contentType: "audio/wav", bytes: 5 });
  await archive.remove("RE1");
  expect(await get("RE1")).toBe(undefined);
  expect(await readdir(path)).toEqual([".incoming"]);
});

test("removing takes the recording and empty folders, and nothing else", async () => {
  await put("a/b/RE1", "sound");
  await put("a/RE2", "sound");
  await archive.remove("a/b/RE1");
  expect(await get("a/b/RE1")).toBe(undefined);
  expect(await readdir(join(path, "audio%2Fmpeg/a"))).toEqual(["RE2"]);
  expect(await get("a/RE2")).toBe("sound");
});

test("putting and removing at the same time loses nothing that is kept", async () => {
  await Promise.all(
    Array.from({ length: 50 }, async (_, index) => {
      await put(`a/b/${index}`, "sound");
      if (index % 2 === 1) await archive.remove(`a/b/${index}`);
    }),
  );
  for (let index = 0; index < 50; index += 1) {
    expect(await get(`a/b/${index}`)).toBe(index % 2 === 1 ? undefined : "sound");
  }
});

test("of two at the same time one is kept, whole", async () => {
  const large = (letter: string): string => letter.repeat(500_000);
  await Promise.all([put("RE1", large("a")), put("RE1", large("b")), put("RE1", large("c"))]);
  expect([large("a"), large("b"), large("c")]).toContain(await get("RE1"));
  expect(await files()).toEqual(["audio%2Fmpeg/RE1"]);
});

test("a recording that fails half-way leaves nothing, and what was kept before stays", async () => {
  await put("RE1", "old");
  const failure = new Error("the connection broke off");
  const failing = (): ReadableStream<Uint8Array> => {
    let pulls = 0;
    return new ReadableStream({
      pull(controller) {
        pulls += 1;
        if (pulls < 20) controller.enqueue(new Uint8Array(65_536));
        else controller.error(failure);
      },
    });
  };
  for (const key of ["RE1", "a/RE2"]) {
    await expect(archive.put(key, { contentType: "audio/mpeg", body: failing() })).rejects.toBe(failure);
  }
  expect(await get("RE1")).toBe("old");
  expect(await get("a/RE2")).toBe(undefined);
  expect(await files()).toEqual(["audio%2Fmpeg/RE1"]);
});

test("what is being kept is not there yet", async () => {
  let controller!: ReadableStreamDefaultController<Uint8Array>;
  const body = new ReadableStream<Uint8Array>({ start: (given) => void (controller = given) });
  const putting = archive.put("RE1", { contentType: "audio/mpeg", body });
  controller.enqueue(bytes("so"));
  await expect.poll(() => files().catch(() => [])).toHaveLength(1);
  expect(await get("RE1")).toBe(undefined);
  controller.enqueue(bytes("und"));
  controller.close();
  await putting;
  expect(await get("RE1")).toBe("sound");
});

test("a body is read no faster than it is written, and cancelled when it cannot be", async () => {
  const pull = vi.fn<(controller: ReadableStreamDefaultController<Uint8Array>) => void>((controller) =>
    controller.enqueue(bytes("sound")),
  );
  const cancel = vi.fn<() => void>();
  const body = (): ReadableStream<Uint8Array> => new ReadableStream({ pull, cancel }, { highWaterMark: 0 });
  await expect(archive.put("../RE1", { contentType: "audio/mpeg", body: body() })).rejects.toMatchObject({
    code: "option_invalid",
  });
  await expect(archive.put("RE1", { contentType: "sound", body: body() })).rejects.toMatchObject({
    code: "option_invalid",
  });
  await writeFile(join(outside, "file"), "");
  const inFile = folderArchive({ path: join(outside, "file") });
  await expect(inFile.put("RE1", { contentType: "audio/mpeg", body: body() })).rejects.toMatchObject({
    code: "storage_failed",
  });
  expect(pull).not.toHaveBeenCalled();
  expect(cancel).toHaveBeenCalledTimes(3);
});

test.each(["../RE1", "/etc/passwd", "a/../../RE1", "a\\b", ""])("%j is no key, for anybody", async (key) => {
  await expect(put(key, "sound")).rejects.toMatchObject({ code: "option_invalid" });
  await expect(archive.get(key)).rejects.toMatchObject({ code: "option_invalid" });
  await expect(archive.remove(key)).rejects.toMatchObject({ code: "option_invalid" });
  expect(await readdir(outside)).toEqual([]);
});

test("links lead nowhere: not out of the archive, and not to another recording", async () => {
  await put("a/RE1", "sound");
  await mkdir(join(outside, "elsewhere"));
  await writeFile(join(outside, "elsewhere", "secret"), "secret");
  const folder = join(path, "audio%2Fmpeg");
  await symlink(join(outside, "elsewhere"), join(folder, "folder"));
  await symlink(join(outside, "elsewhere", "secret"), join(folder, "file"));
  await symlink(join(folder, "a", "RE1"), join(folder, "a", "RE2"));
  const refused = { name: "StorageError", code: "storage_failed" };
  for (const key of ["folder/secret", "file", "a/RE2"]) {
    await expect(archive.get(key)).rejects.toMatchObject(refused);
    await expect(put(key, "sound")).rejects.toMatchObject(refused);
    await expect(archive.remove(key)).rejects.toMatchObject(refused);
  }
  await expect(put("folder/new", "sound")).rejects.toMatchObject(refused);
  expect(await readdir(join(outside, "elsewhere"))).toEqual(["secret"]);
  expect(await readFile(join(outside, "elsewhere", "secret"), "utf8")).toBe("secret");
  expect(await get("a/RE1")).toBe("sound");
  expect(await readdir(join(path, ".incoming"))).toEqual([]);
});

test("the folder itself may be a link", async () => {
  await mkdir(join(outside, "disk"));
  await symlink(join(outside, "disk"), join(outside, "link"));
  archive = folderArchive({ path: join(outside, "link") });
  await put("RE1", "sound");
  expect(await get("RE1")).toBe("sound");
});

test("a key cannot be the folder of another one", async () => {
  await put("a/b", "sound");
  await expect(put("a", "sound")).rejects.toMatchObject({ code: "storage_failed" });
  await put("c", "sound");
  await expect(put("c/d", "sound")).rejects.toMatchObject({ code: "storage_failed" });
  expect([await get("a/b"), await get("c")]).toEqual(["sound", "sound"]);
  expect(await readdir(join(path, ".incoming"))).toEqual([]);
});

test.skipIf(process.platform === "win32")("nobody else may read along", async () => {
  await put("a/RE1", "sound");
  const modes = await Promise.all(
    ["", ".incoming", "audio%2Fmpeg", "audio%2Fmpeg/a", "audio%2Fmpeg/a/RE1"].map(
      async (name) => (await stat(join(path, name))).mode & 0o777,
    ),
  );
  expect(modes).toEqual([0o700, 0o700, 0o700, 0o700, 0o600]);
});

test.skipIf(process.platform !== "linux")(
  "files are closed at the end, when cancelled, and where nobody reads",
  async () => {
    await put("RE1", "x".repeat(200_000));
    const openFiles = async (): Promise<number> => {
      const links = await Promise.all(
        (await readdir("/proc/self/fd")).map((fd) => readlink(join("/proc/self/fd", fd)).catch(() => "")),
      );
      return links.filter((link) => link.startsWith(path)).length;
    };
    const reader = (await archive.get("RE1"))?.body.getReader();
    expect(await openFiles()).toBe(0);
    await reader?.read();
    expect(await openFiles()).toBe(1);
    await reader?.cancel();
    expect(await openFiles()).toBe(0);
    expect(await get("RE1")).toHaveLength(200_000);
    expect(await openFiles()).toBe(0);
  },
);

test("a recording that becomes shorter while it is read errors", async () => {
  await put("RE1", "x".repeat(200_000));
  const reader = (await archive.get("RE1"))?.body.getReader();
  await reader?.read();
  await writeFile(join(path, "audio%2Fmpeg/RE1"), "short");
  await expect(reader?.read()).rejects.toMatchObject({ code: "storage_failed" });
});

test("what a killed process leaves is never served, and swept once nobody can be at it", async () => {
  const child = spawn(
    process.execPath,
    [
      "--input-type=module",
      "--eval",
      `import { folderArchive } from ${JSON.stringify(join(import.meta.dirname, "folder-archive.ts"))};
       const body = new ReadableStream({
         async pull(controller) {
           controller.enqueue(new Uint8Array(1000));
           await new Promise((resolve) => setTimeout(resolve, 5));
         },
       });
       await folderArchive({ path: ${JSON.stringify(path)} }).put("RE1", { contentType: "audio/mpeg", body });`,
    ],
    { stdio: "inherit" },
  );
  const incoming = join(path, ".incoming");
  const sizes = async (): Promise<number> => {
    const names = await readdir(incoming).catch(() => []);
    const stats = await Promise.all(names.map((name) => stat(join(incoming, name))));
    return stats.reduce((sum, { size }) => sum + size, 0);
  };
  await expect.poll(sizes, { timeout: 10_000 }).toBeGreaterThan(3000);
  child.kill("SIGKILL");
  await once(child, "exit");

  expect(await get("RE1")).toBe(undefined);
  const [left = ""] = await readdir(incoming);
  await folderArchive({ path }).get("RE1");
  expect(await readdir(incoming)).toEqual([left]);
  const longAgo = Date.now() / 1000 - 7200;
  await utimes(join(incoming, left), longAgo, longAgo);
  await folderArchive({ path }).get("RE1");
  expect(await readdir(incoming)).toEqual([]);
}, 20_000);

test("a folder needs a path", () => {
  expect(() => folderArchive({ path: "" })).toThrow("folderArchive: expected the path of a folder, got none");
});
