// Signed addresses of the storage behind the API, and buckets of accounts that store recordings themselves. Whose a
// bucket is cannot be seen, but what else Amazon hosts under its name is no storage.
// https://www.twilio.com/docs/voice/api/recording
const regions =
  "us-east-1 us-east-2 us-west-1 us-west-2 ca-central-1 ca-west-1 mx-central-1 sa-east-1 eu-west-1 eu-west-2 eu-west-3 eu-central-1 eu-central-2 eu-north-1 eu-south-1 eu-south-2 il-central-1 me-central-1 me-south-1 af-south-1 ap-east-1 ap-east-2 ap-south-1 ap-south-2 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-southeast-1 ap-southeast-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-7 us-gov-east-1 us-gov-west-1";

// Twilio recommends the form with a hyphen, which Amazon has left behind.
// https://www.twilio.com/docs/video/tutorials/storing-aws-s3
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
const services = ["s3", ...regions.split(" ").flatMap((region) => [`s3.${region}`, `s3-${region}`])];

/** With the bucket before it, or in the path. */
const storageHosts = services.flatMap((service) => [`${service}.amazonaws.com`, `*.${service}.amazonaws.com`]);

/**
 * Where recordings may lie.
 * @param baseUrl whose host is one of them as well, where the API is not at Twilio's own address.
 */
export function recordingHostsOf(baseUrl: string, more: readonly string[]): readonly string[] {
  const own = URL.canParse(baseUrl) && baseUrl.startsWith("https:") ? [new URL(baseUrl).hostname] : [];
  return [...new Set(["api.twilio.com", "*.twilio.com", ...storageHosts, ...own, ...more])];
}
