import type { SignableRequest } from "@offhook/core";
import { signSample } from "@offhook/testing";
import { allSamplesOf } from "./lives.ts";
import type { Simulation } from "./simulation.ts";

/** A command for each webhook of each provider, signed at this moment: vendors that sign the time allow minutes. */
export async function curlCommands({ address, providers }: Simulation): Promise<string> {
  const commands: string[] = [];
  for (const provider of providers) {
    for (const sample of allSamplesOf(provider)) {
      const request = await signSample(provider, sample, { test: true });
      commands.push(`# ${provider.name}: ${sample.name}\n${curlCommand(address, request)}`);
    }
  }
  return commands.join("\n\n");
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** One line for a POSIX shell. */
function curlCommand(address: string, { method, url, headers, body }: SignableRequest): string {
  // Samples are text.
  const text = decoder.decode(body);
  const curl = [
    "curl -sS -i -w '\\n'",
    ...(method === "GET" ? [] : [`-X ${method}`]),
    quote(`${address}${url}`),
    ...Object.entries(headers).map(([name, value]) => `-H ${quote(`${name}: ${value}`)}`),
  ].join(" ");
  if (method === "GET") return curl;
  if (!controls.test(text)) return `${curl} --data-binary ${quote(text)}`;
  return `printf '%b' ${quote(escapeControls(text))} | ${curl} --data-binary @-`;
}

/** Nothing in single quotes means anything to the shell; a quote itself is put between two quoted pieces. */
const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

// A terminal would change line ends and other control characters of what is pasted.
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const controls = /[\u0000-\u001f\u007f]/;
const everyControl = new RegExp(controls, "g");

/** As `printf '%b'` reads them. */
function escapeControls(text: string): string {
  return text
    .replaceAll("\\", "\\\\")
    .replaceAll(everyControl, (character) => `\\0${character.charCodeAt(0).toString(8).padStart(3, "0")}`);
}
