import { audioAnswer, type Audio } from "./audio.ts";

const signature = "X-Amz-Signature";

/** Where a vendor keeps recordings: whoever has a signed address may listen, and nobody else. As S3 does it. */
export interface SignedStorage {
  /** Where a file can be read. */
  redirectTo(name: string): Response;
  answer(request: Request): Response;
}

const signatureOf = (name: string): string => btoa(`signed ${name}`);

/** @param fileOf gives undefined for what is not there. */
export function signedStorage(host: string, fileOf: (name: string) => Audio | undefined): SignedStorage {
  return {
    redirectTo(name) {
      const url = new URL(`https://${host}/${name}`);
      url.searchParams.set(signature, signatureOf(name));
      return new Response(null, { status: 302, headers: { location: url.href } });
    },
    answer(request) {
      const { pathname, searchParams } = new URL(request.url);
      const name = pathname.slice(1);
      if (searchParams.get(signature) !== signatureOf(name)) return refusal(403, "SignatureDoesNotMatch");
      // Credentials of the vendor's that were sent on by mistake are refused, as by S3.
      if (request.headers.has("authorization")) return refusal(400, "InvalidArgument");
      const file = fileOf(name);
      return file === undefined ? refusal(404, "NoSuchKey") : audioAnswer(request, file);
    },
  };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
const refusal = (status: number, code: string): Response =>
  new Response(`<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code></Error>`, {
    status,
    headers: { "content-type": "application/xml" },
  });
