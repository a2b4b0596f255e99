import { generateKeyPairSync, sign } from "node:crypto";

/** A key and a certificate of the moment, in PEM, for servers of tests. */
export interface ToyCertificate {
  readonly key: string;
  readonly cert: string;
}

/** Signed by itself, good for a day. A key in the repository would grow old, and look like one that leaked. */
export function toyCertificate(names: readonly string[]): ToyCertificate {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const signed = sequence(
    der(0xa0, integer(2)), // version 3
    integer(1), // serial number
    ecdsaWithSha256,
    commonName,
    sequence(time(-1), time(1)),
    commonName,
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, sequence(alternativeNames(names))),
  );
  const certificate = sequence(signed, ecdsaWithSha256, bits(sign("sha256", signed, privateKey)));
  const lines = certificate.toString("base64").replaceAll(/.{64}/g, "$&\n");
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
  };
}

// As much of DER as a certificate needs. https://www.rfc-editor.org/rfc/rfc5280#section-4.1

function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 0x80 ? [length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

const sequence = (...parts: readonly Uint8Array[]): Buffer => der(0x30, ...parts);
/** Below 128. */
const integer = (value: number): Buffer => der(0x02, Buffer.from([value]));
const bits = (content: Uint8Array): Buffer => der(0x03, Buffer.from([0]), content);
const objectId = (hex: string): Buffer => der(0x06, Buffer.from(hex, "hex"));

/** UTCTime, so many days from now. */
function time(days: number): Buffer {
  const text = new Date(Date.now() + days * 86_400_000).toISOString();
  return der(0x17, Buffer.from(`${text.slice(2, 19).replaceAll(/\D/g, "")}Z`));
}

function alternativeNames(names: readonly string[]): Buffer {
  const list = sequence(...names.map((name) => der(0x82, Buffer.from(name))));
  return sequence(objectId("551d11"), der(0x04, list));
}

const ecdsaWithSha256 = sequence(objectId("2a8648ce3d040302"));
const commonName = sequence(der(0x31, sequence(objectId("550403"), der(0x0c, Buffer.from("toy")))));
