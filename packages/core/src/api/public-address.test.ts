import { expect, test } from "vitest";
import { isPublicAddress } from "./public-address.ts";

test.each(["8.8.8.8", "54.172.60.0", "2606:4700::6810:84e5", "2a00:1450:4001:829::200e", "::ffff:8.8.8.8"])(
  "%s is public",
  (address) => {
    expect(isPublicAddress(address)).toBe(true);
  },
);

test.each([
  ["unspecified", "0.0.0.0"],
  ["this network", "0.1.2.3"],
  ["loopback", "127.0.0.1"],
  ["loopback", "127.255.255.254"],
  ["private", "10.0.0.1"],
  ["private", "172.31.255.255"],
  ["private", "192.168.1.1"],
  ["carrier-grade NAT, and Alibaba's metadata", "100.100.100.200"],
  ["link-local, and most clouds' metadata", "169.254.169.254"],
  ["protocol assignments, and Oracle's metadata", "192.0.0.192"],
  ["documentation", "203.0.113.7"],
  ["benchmarking", "198.18.0.1"],
  ["multicast", "224.0.0.1"],
  ["reserved", "240.0.0.1"],
  ["broadcast", "255.255.255.255"],
  ["Azure's host", "168.63.129.16"],
  ["unspecified", "::"],
  ["loopback", "::1"],
  ["v4-mapped loopback", "::ffff:127.0.0.1"],
  ["v4-mapped metadata", "::ffff:a9fe:a9fe"],
  ["v4-mapped Azure's host", "::ffff:168.63.129.16"],
  ["v4-compatible loopback", "::127.0.0.1"],
  ["v4-translated", "::ffff:0:127.0.0.1"],
  ["NAT64", "64:ff9b::7f00:1"],
  ["NAT64 of a public address", "64:ff9b::808:808"],
  ["local NAT64", "64:ff9b:1::a9fe:a9fe"],
  ["6to4", "2002:7f00:1::"],
  ["Teredo", "2001::1"],
  ["documentation", "2001:db8::1"],
  ["documentation", "3fff::1"],
  ["unique local, and Amazon's metadata", "fd00:ec2::254"],
  ["link-local", "fe80::1"],
  ["a zone", "fe80::1%eth0"],
  ["a zone", "2606:4700::1%1"],
  ["site-local", "fec0::1"],
  ["multicast", "ff02::1"],
  ["discard", "100::1"],
  ["not given out", "4000::1"],
  ["no address", "api.example.com"],
  ["no address", ""],
])("%s is not public: %s", (_why, address) => {
  expect(isPublicAddress(address)).toBe(false);
});
