import { ConfigurationError } from "@offhook/core";
import { expect, test } from "vitest";
import { folderOfType, typeOfFolder } from "./type-folder.ts";

test.each([
  ["audio/mpeg", "audio/mpeg"],
  ["Audio/X-WAV", "audio/x-wav"],
  ["audio/ogg; codecs=opus", "audio/ogg; codecs=opus"],
  ['audio/mp4; codecs="mp4a.40.2"', 'audio/mp4; codecs="mp4a.40.2"'],
  ["audio/mpeg; charset=../../etc", "audio/mpeg"],
  ["audio/mpeg;", "audio/mpeg"],
  ["application/octet-stream", "application/octet-stream"],
])("%s is kept as %s", (given, kept) => {
  const folder = folderOfType(given);
  expect(folder).toMatch(/^[\w.+%-]{1,255}$/);
  expect(typeOfFolder(folder)).toBe(kept);
});

test.each(["", "audio", "../../etc", "audio/../mpeg", "audio/", `audio/${"x".repeat(100)}`])(
  "%j is no content type",
  (given) => {
    expect(() => folderOfType(given)).toThrow(ConfigurationError);
  },
);

test.each([".incoming", "audio", "audio%2fmpeg", "%", "Audio%2Fmpeg", "lost+found"])(
  "%s is no folder of ours",
  (name) => {
    expect(typeOfFolder(name)).toBe(undefined);
  },
);
